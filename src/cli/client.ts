import { z } from "zod";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-codes.ts";

const ANSWER_WITHIN_MS = 30_000;

/** Where a running gateway listens, and what lets us in; absent where `gateway.auth.mode` is off. */
export interface GatewayAddress {
  readonly url: string;
  readonly auth: { readonly token: string } | { readonly password: string } | undefined;
}

/** An answer frame of the gateway, as far as a client looks at it. */
const answerSchema = z.object({
  type: z.literal("res"),
  id: z.string(),
  ok: z.boolean(),
  payload: z.unknown().optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});

type Answer = z.output<typeof answerSchema>;

/**
 * Asks a running gateway one thing over its WebSocket and resolves to the answer's payload. Rejects with a
 * `CliError` when the gateway refuses, cannot be reached, or does not answer in time.
 */
export async function callGateway(
  address: GatewayAddress,
  method: string,
  params: Readonly<Record<string, unknown>>,
  withinMs = ANSWER_WITHIN_MS,
): Promise<unknown> {
  const socket = new WebSocket(`${address.url.replace(/^http/, "ws")}/ws`);
  const answers = new Answers(socket, AbortSignal.timeout(withinMs));
  try {
    await answers.opened;
    if (address.auth !== undefined) await answers.ask("connect", { auth: address.auth });
    return await answers.ask(method, params);
  } finally {
    socket.close();
  }
}

/** The answers that arrive on one socket, each handed to whoever asked. */
class Answers {
  readonly opened: Promise<void>;
  readonly #socket: WebSocket;
  readonly #ended: Promise<never>;
  readonly #waiting = new Map<string, (answer: Answer) => void>();
  #asked = 0;

  constructor(socket: WebSocket, late: AbortSignal) {
    this.#socket = socket;
    this.#ended = new Promise((_resolve, reject) => {
      const fail = (why: string) => () => reject(new CliError(EXIT.refused, why));
      socket.addEventListener("close", fail("The gateway closed the connection before it answered."));
      socket.addEventListener("error", fail("The gateway could not be reached."));
      late.addEventListener("abort", fail("The gateway did not answer in time."), { once: true });
    });
    // Whoever waits races with it; once nobody does, an end is no news.
    this.#ended.catch(() => {});
    const opened = new Promise<void>((resolve) =>
      socket.addEventListener("open", () => resolve(), { once: true }),
    );
    this.opened = Promise.race([opened, this.#ended]);
    socket.addEventListener("message", ({ data }) => this.#take(String(data)));
  }

  async ask(method: string, params: Readonly<Record<string, unknown>>): Promise<unknown> {
    this.#asked += 1;
    const id = String(this.#asked);
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(JSON.stringify({ type: "req", id, method, params }));
    const answer = await Promise.race([answered, this.#ended]);
    if (answer.ok) return answer.payload;
    const { code, message } = answer.error ?? { code: "INTERNAL", message: "The gateway refused" };
    throw new CliError(EXIT.refused, `${message} (${code})`);
  }

  #take(text: string): void {
    const frame = toAnswer(text);
    if (frame === undefined) return;
    this.#waiting.get(frame.id)?.(frame);
    this.#waiting.delete(frame.id);
  }
}

/** Events and frames of a newer protocol are not for us. */
function toAnswer(text: string): Answer | undefined {
  try {
    return answerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    // A gateway sends JSON only; whatever this was, it answers nothing.
    return undefined;
  }
}
