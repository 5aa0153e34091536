/** What a model wrote, and when. Times are those of `performance.now`. */
export interface Written {
  readonly text: string;
  readonly firstMs: number;
  readonly endMs: number;
}

interface Request {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: Content }[];
}
type Content = string | readonly { readonly text?: string }[];

const ASKED = /say (\d+) by (\d+) each (\d+) ms \(([\w-]+)\)/;

/** The prompt for an answer of `length` letters, `chunk` at a time, `pauseMs` between them; `id` names it. */
export const promptFor = (length: number, chunk: number, pauseMs: number, id: string): string =>
  `say ${length} by ${chunk} each ${pauseMs} ms (${id})`;

/**
 * A model behind HTTP that takes as long for its answer as it is told to, and remembers when it began and ended. In
 * this process, so that its clock is that of whoever measures.
 */
export class TimedModel implements AsyncDisposable {
  readonly #written = new Map<string, Written>();
  readonly #server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch: async (request) => {
      const { model, messages } = (await request.json()) as Request;
      return new Response(this.#answer(model, textOf(messages.findLast(({ role }) => role === "user"))), {
        headers: { "content-type": "text/event-stream" },
      });
    },
  });

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}/v1`;
  }

  /** What it wrote for the prompt with this id. */
  writtenFor(id: string): Written {
    const written = this.#written.get(id);
    if (!written) throw new Error(`the model was not asked for ${id}`);
    return written;
  }

  /** Whether it has written all of that. */
  hasWritten(id: string): boolean {
    return this.#written.has(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
  }

  async *#answer(model: string, prompt: string): AsyncGenerator<string> {
    const [, length = "20", chunk = "20", pauseMs = "0", id = ""] = ASKED.exec(prompt) ?? [];
    const text = wordsOf(Number(length));
    let firstMs = 0;
    for (let at = 0; at < text.length; at += Number(chunk)) {
      if (at > 0 && pauseMs !== "0") await Bun.sleep(Number(pauseMs));
      firstMs ||= performance.now();
      yield eventOf(model, { content: text.slice(at, at + Number(chunk)) });
    }
    this.#written.set(id, { text, firstMs, endMs: performance.now() });
    yield eventOf(model, {}, "stop");
    yield "data: [DONE]\n\n";
  }
}

/** Numbered words in lines, so that a part that is missing or doubled shows, and no sentence ends early. */
export function wordsOf(length: number): string {
  let text = "";
  for (let word = 0; text.length < length; word += 1) {
    text += word.toString(36).padStart(3, "0") + (word % 16 === 15 ? "\n\n" : " ");
  }
  return `${text.slice(0, length - 1).trimEnd()}.`;
}

function textOf(message: Request["messages"][number] | undefined): string {
  const content = message?.content ?? "";
  return typeof content === "string" ? content : content.map(({ text }) => text ?? "").join("");
}

function eventOf(model: string, delta: object, finish: string | null = null): string {
  const usage =
    finish === null ? {} : { usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } };
  const choices = [{ index: 0, delta, finish_reason: finish }];
  const chunk = { id: "c", object: "chat.completion.chunk", created: 1, model, choices, ...usage };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}
