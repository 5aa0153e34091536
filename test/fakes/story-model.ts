import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface StoryOptions {
  /** What the model does that is told that it was interrupted: it tells the rest, or all of it again. */
  readonly afterwards: "goes on" | "begins anew";
  readonly paragraphs?: number;
  /** How long the server waits between two pieces. */
  readonly pieceMs?: number;
}

/** A model server on loopback whose only answer is a long story, told slowly. */
export class StoryModel implements Disposable {
  readonly story: string;
  /** What it was asked, prompt by prompt. */
  readonly asked: string[] = [];
  pieceMs: number;
  readonly #first = Promise.withResolvers<void>();
  readonly #options: StoryOptions;
  readonly #server;

  constructor(options: StoryOptions) {
    const { paragraphs = 4, pieceMs = 2 } = options;
    this.#options = options;
    this.pieceMs = pieceMs;
    this.story = Array.from({ length: paragraphs }, (_, at) => paragraphOf(at)).join("\n\n");
    this.#server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      idleTimeout: 0,
      fetch: async (request) => this.#answer((await request.json()) as StoryRequest),
    });
  }

  /** Every sentence of the story, each another one. */
  get sentences(): readonly string[] {
    return this.story.match(/[^.]+\./g)?.map((sentence) => sentence.trim()) ?? [];
  }

  /** Resolves once it is asked something. */
  get isAsked(): Promise<void> {
    return this.#first.promise;
  }

  /** Makes it the model `story/teller` of a pi whose agent folder is `agentDir`. */
  addTo(agentDir: string): void {
    const cost = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
    const models = [{ id: "teller", name: "teller", contextWindow: 128_000, maxTokens: 16_000, cost }];
    const baseUrl = `http://127.0.0.1:${this.#server.port}/v1`;
    const story = { baseUrl, apiKey: "local", api: "openai-completions", models };
    mkdirSync(agentDir, { recursive: true });
    writeFileSync(join(agentDir, "models.json"), JSON.stringify({ providers: { story } }));
  }

  [Symbol.dispose](): void {
    void this.#server.stop(true);
  }

  #answer({ model, messages }: StoryRequest): Response {
    const prompt = textOf(messages.findLast(({ role }) => role === "user"));
    this.asked.push(prompt);
    this.#first.resolve();
    const told = this.#options.afterwards === "goes on" ? this.#toldIn(prompt) : 0;
    const rest = this.story.slice(told).trimStart();
    const pause = () => this.pieceMs;
    const stream = async function* () {
      for (const piece of rest.match(/.{1,24}/gs) ?? []) {
        yield eventOf(model, { content: piece });
        await Bun.sleep(pause());
      }
      yield eventOf(model, {}, "stop");
      yield "data: [DONE]\n\n";
    };
    return new Response(stream(), { headers: { "content-type": "text/event-stream" } });
  }

  /** Where the last sentence ends of which the prompt says that it was read. */
  #toldIn(prompt: string): number {
    const last = this.sentences.findLast((sentence) => prompt.includes(sentence));
    return last === undefined ? 0 : this.story.indexOf(last) + last.length;
  }
}

function paragraphOf(at: number): string {
  return Array.from({ length: 14 }, (_, sentence) => {
    return `On day ${at} at hour ${sentence} of the journey the travellers saw sign number ${at * 100 + sentence}.`;
  }).join(" ");
}

interface StoryRequest {
  readonly model: string;
  readonly messages: readonly {
    readonly role: string;
    readonly content: string | readonly { readonly text?: string }[] | null;
  }[];
}

function textOf(message: StoryRequest["messages"][number] | undefined): string {
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
