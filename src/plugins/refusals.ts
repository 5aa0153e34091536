import type { ChannelError } from "./types.ts";

/** What a refusal of a platform means to the gateway. */
export interface Refusal<Kind extends string> {
  /** Tells apart what the code of the port does not. */
  readonly kind: Kind;
  readonly code: ChannelError["code"];
  readonly retry: ChannelError["retry"];
  /** True where the call may have worked all the same. */
  readonly isUncertain: boolean;
  /** The sentence that people read; `detail` is the platform's own. */
  readonly says: (detail: string) => string;
}

/** One row of a platform's table. */
export interface RefusalRow<Kind extends string> {
  readonly kind: Kind;
  /** The HTTP status of the answer; any when absent. */
  readonly status?: readonly number[];
  /** The platform's own number for it; any when absent. */
  readonly codes?: readonly number[];
  /** Part of the platform's sentence; any when absent. */
  readonly text?: RegExp;
  readonly code: ChannelError["code"];
  readonly retry?: ChannelError["retry"];
  /** True where the call may have worked all the same. */
  readonly isUncertain?: boolean;
  readonly says: string | ((detail: string) => string);
}

/** What a platform answered. */
export interface RefusedAnswer {
  readonly status: number;
  /** The platform's own number, where it has one besides the status. */
  readonly number?: number | undefined;
  readonly text: string;
}

/** The meaning of an answer: the first row that fits decides, else `other`. */
export function refusalIn<Kind extends string>(
  rows: readonly RefusalRow<Kind>[],
  other: RefusalRow<Kind>,
  answer: RefusedAnswer,
): Refusal<Kind> {
  const row = rows.find((one) => fits(one, answer)) ?? other;
  const { kind, code, retry = "never", isUncertain = false, says } = row;
  return {
    kind,
    code,
    retry,
    isUncertain,
    says: typeof says === "string" ? () => says : (detail) => says(detail.replace(/[.\s]+$/, "")),
  };
}

function fits<Kind extends string>(row: RefusalRow<Kind>, answer: RefusedAnswer): boolean {
  const { status, codes, text } = row;
  if (codes && (answer.number === undefined || !codes.includes(answer.number))) return false;
  return (status?.includes(answer.status) ?? true) && (text?.test(answer.text) ?? true);
}
