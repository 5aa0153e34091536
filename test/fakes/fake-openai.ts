import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface FakeOpenAiOptions {
  /** pi's name for it; the models are `{provider}/{model}`. */
  readonly provider?: string;
  /** Further models, which are as moody as `moody`. */
  readonly models?: readonly string[];
  /** How long the server waits between two pieces of an answer. */
  readonly pieceMs?: number;
  readonly pieceBytes?: number;
}

/**
 * A model server on loopback that speaks OpenAI's chat completions as a stream, so that a turn goes through pi's
 * own HTTP client. The model's name decides what happens: `echo` answers, `limited`, `refused`, `broken`, `unpaid`
 * and `overloaded` fail as servers do, `cut` breaks off, `hang` never answers. `moody` does what `mood` says.
 * A message `tool NAME {json}` makes the model call that tool, and then say what came of it.
 */
export class FakeOpenAi implements Disposable {
  readonly requests: { readonly model: string; readonly messages: readonly ChatMessage[] }[] = [];
  mood = "echo";
  /** What comes before `mood`, request by request. */
  readonly moods: string[] = [];
  /** What failures say, instead of their own words. */
  said: string | undefined;
  /** Told of each request that comes in. */
  onRequest: () => void = () => {};
  readonly #provider: string;
  readonly #moody: readonly string[];
  readonly #server;

  constructor(options: FakeOpenAiOptions = {}) {
    this.#provider = options.provider ?? "local";
    this.#moody = ["moody", ...(options.models ?? [])];
    this.#server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      idleTimeout: 0,
      fetch: async (request) => this.#answer((await request.json()) as ChatRequest, options),
    });
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.#server.port}/v1`;
  }

  /** Makes the models known to a pi whose agent folder is `agentDir`, beside those of other servers. */
  async addTo(agentDir: string): Promise<void> {
    const cost = { input: 1000, output: 2000, cacheRead: 0, cacheWrite: 0 };
    const models = [...MODELS, ...this.#moody].map((id) => ({
      id,
      name: id,
      contextWindow: 128_000,
      maxTokens: 16_000,
      cost,
    }));
    const own = { baseUrl: this.baseUrl, apiKey: "local", api: "openai-completions", models };
    const file = Bun.file(join(agentDir, "models.json"));
    const known = (await file.exists()) ? ((await file.json()) as { providers: object }).providers : {};
    await mkdir(agentDir, { recursive: true });
    await writeFile(
      join(agentDir, "models.json"),
      JSON.stringify({ providers: { ...known, [this.#provider]: own } }),
    );
  }

  [Symbol.dispose](): void {
    void this.#server.stop(true);
  }

  #answer(
    request: ChatRequest,
    { pieceMs = 0, pieceBytes = 8 }: FakeOpenAiOptions,
  ): Response | Promise<Response> {
    this.requests.push(request);
    this.onRequest();
    const does = this.#moody.includes(request.model) ? (this.moods.shift() ?? this.mood) : request.model;
    const failure = FAILURES[does];
    if (failure) {
      const { said } = this;
      const error = { ...failure.error, ...(said === undefined ? {} : { message: said }) };
      return Response.json({ error }, { status: failure.status });
    }
    if (does === "hang") return new Promise(() => {});
    const call = toolCallIn(request);
    const text = call ? "Let me see." : replyTo(request);
    const pieces = does === "cut" ? ["part"] : piecesOf(text, pieceBytes);
    const isCut = does === "cut";
    const stream = async function* () {
      for (const piece of pieces) {
        yield eventOf(request.model, { content: piece });
        if (pieceMs > 0) await Bun.sleep(pieceMs);
      }
      if (isCut) throw new Error("cut");
      yield call ? eventOf(request.model, call, "tool_calls") : eventOf(request.model, {}, "stop");
      yield "data: [DONE]\n\n";
    };
    return new Response(stream(), { headers: { "content-type": "text/event-stream" } });
  }
}

const MODELS = ["echo", "limited", "refused", "broken", "unpaid", "overloaded", "cut", "hang"];

interface ChatMessage {
  readonly role: string;
  readonly content: string | readonly { readonly text?: string }[] | null;
}
interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
}

const FAILURES: Readonly<Record<string, { status: number; error: object }>> = {
  limited: { status: 429, error: { message: "Rate limit reached", type: "rate_limit_error" } },
  refused: { status: 401, error: { message: "Incorrect API key", type: "invalid_request_error" } },
  broken: { status: 500, error: { message: "The server had an error", type: "server_error" } },
  unpaid: {
    status: 429,
    error: { message: "You exceeded your current quota, please check your plan", code: "insufficient_quota" },
  },
  overloaded: { status: 529, error: { message: "Overloaded" } },
};

const textOf = ({ content }: Pick<ChatMessage, "content">) =>
  typeof content === "string" ? content : (content ?? []).map((part) => part.text ?? "").join("");

/** The call that the last message asks for. */
function toolCallIn({ messages }: ChatRequest): object | undefined {
  const last = messages.at(-1);
  const asked = last?.role === "user" ? /^tool (\S+) (\{.*\})$/.exec(textOf(last).trim()) : null;
  if (!asked) return undefined;
  const named = { name: asked[1], arguments: asked[2] };
  return { tool_calls: [{ index: 0, id: `call_${messages.length}`, type: "function", function: named }] };
}

function replyTo({ messages }: ChatRequest): string {
  const last = messages.at(-1);
  if (last?.role === "tool") return `RESULT: ${textOf(last)}`;
  const text = textOf({ content: messages.findLast(({ role }) => role === "user")?.content ?? "" });
  const size = /^say (\d+)$/.exec(text.trim())?.[1];
  return size === undefined ? `echo: ${text}` : "x".repeat(Number(size));
}

function piecesOf(text: string, size: number): string[] {
  return Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
    text.slice(at * size, (at + 1) * size),
  );
}

function eventOf(model: string, delta: object, finish: string | null = null): string {
  const usage =
    finish === null ? {} : { usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } };
  const choices = [{ index: 0, delta, finish_reason: finish }];
  const chunk = { id: "c", object: "chat.completion.chunk", created: 1, model, choices, ...usage };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}
