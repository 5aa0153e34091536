import { z } from "zod";
import type { Exchange, Reply } from "./http-server.ts";
import type { FaultRule, FaultScript } from "./faults.ts";

/** What every stand-in may be asked for by a test in another process. */
export const TROUBLES = [
  z.strictObject({ do: z.literal("complaints") }),
  z.strictObject({ do: z.literal("addFaults"), rules: z.array(z.looseObject({ kind: z.string() })) }),
  z.strictObject({ do: z.literal("clearFaults") }),
] as const;

interface Named {
  readonly do: string;
}

/** What is done for each request. */
export type Acts<R extends Named, D extends R["do"] = R["do"]> = {
  readonly [K in D]: (request: Extract<R, { do: K }>) => unknown;
};

interface Troubled {
  readonly faults: FaultScript;
  readonly world: { readonly complaints: readonly string[] };
}

/** What is done for the requests that every stand-in knows. */
export function troublesOf(server: Troubled): Acts<z.infer<(typeof TROUBLES)[number]>> {
  return {
    complaints: () => server.world.complaints,
    // Whoever writes the rules is a test of ours; a kind that does not exist simply never happens.
    addFaults: ({ rules }) => server.faults.add(...(rules as unknown as FaultRule[])),
    clearFaults: () => server.faults.clear(),
  };
}

/** `POST /control` with `{ do, … }`: acts as a person, and reads what there is. Answers `{ ok, result }` or `{ ok, error }`. */
export function serveControl<R extends Named>(
  schema: z.ZodType<R>,
  acts: Acts<R>,
  { body }: Exchange,
): Reply {
  try {
    const request = schema.parse(JSON.parse(new TextDecoder().decode(body)));
    // The act of that name takes just this request.
    const act = acts[request.do as R["do"]] as (request: R) => unknown;
    return { status: 200, body: JSON.stringify({ ok: true, result: act(request) ?? true }) };
  } catch (error) {
    return { status: 400, body: JSON.stringify({ ok: false, error: String(error) }) };
  }
}

/** The bytes of a file that a request holds. */
export function bytesOf(base64: string | undefined): Uint8Array<ArrayBuffer> | undefined {
  return base64 === undefined ? undefined : new Uint8Array(Buffer.from(base64, "base64"));
}
