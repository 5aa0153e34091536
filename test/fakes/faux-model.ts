/**
 * A model for tests, as a pi extension: `faux/echo` and `faux/echo2` do what the last user message says.
 *
 *   say N [CHUNK]          N bytes, CHUNK at a time
 *   slow N MS CHUNK        the same, MS between two deltas; also where the gateway itself asks for it
 *   tool NAME {json}       a tool call; then `RESULT: …`
 *   error TEXT             the model fails
 *   flaky N                fails N times with an overload, then answers `recovered`
 *   silent NAME {json}     a tool call; then NO_REPLY
 *   ids                    the line that tells the ids of messages
 *   system                 the system prompt
 *   thinking               how long it is to think
 *   roles                  the roles of all messages
 *   separators             text with U+2028, U+2029 and U+0085
 *   blocks                 two text blocks
 *   anything else          `echo: …`
 *
 * Imports nothing, so that every pi loads it as it is.
 */

interface Message {
  readonly role: string;
  readonly content: string | readonly { readonly type: string; readonly text?: string }[];
  readonly isError?: boolean;
  readonly sections?: unknown;
}
interface Context {
  readonly reasoning?: string | undefined;
  readonly systemPrompt?: string;
  readonly messages: readonly Message[];
}
interface Model {
  readonly api: string;
  readonly provider: string;
  readonly id: string;
}

/** What the gateway adds, so that a model can name the messages: it is no deed. */
const IDS = /(?:^|\n\n)\[message_ids?(?:, in order)?: [^\n]*\]$/;

const textOf = (content: Message["content"]) =>
  typeof content === "string" ? content : content.map((block) => block.text ?? `[${block.type}]`).join("\n");

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

class Events {
  readonly #events: object[] = [];
  #wake = () => {};
  #isOver = false;
  #finish: (message: object) => void = () => {};
  readonly #message = new Promise<object>((resolve) => (this.#finish = resolve));

  push(event: object) {
    this.#events.push(event);
    this.#wake();
  }
  end(message: object) {
    this.#isOver = true;
    this.#finish(message);
    this.#wake();
  }
  result() {
    return this.#message;
  }
  async *[Symbol.asyncIterator]() {
    while (true) {
      const event = this.#events.shift();
      if (event) yield event;
      else if (this.#isOver) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

class Answer {
  readonly events = new Events();
  readonly #content: Record<string, unknown>[] = [];
  readonly #message: Record<string, unknown>;
  readonly #signal: AbortSignal | undefined;

  constructor(model: Model, signal: AbortSignal | undefined) {
    this.#signal = signal;
    const cost = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0.25 };
    const usage = { input: 10, output: 5, cacheRead: 2, cacheWrite: 1, totalTokens: 18, cost };
    const { api, provider, id } = model;
    const fixed = { api, provider, model: id, usage, timestamp: Date.now() };
    this.#message = { role: "assistant", content: this.#content, ...fixed, stopReason: "stop" };
    this.events.push({ type: "start", partial: this.#message });
  }

  async text(text: string, chunk = 64, pauseMs = 0) {
    const block = { type: "text", text: "" };
    const contentIndex = this.#content.push(block) - 1;
    this.events.push({ type: "text_start", contentIndex, partial: this.#message });
    for (let at = 0; at < text.length && !this.#signal?.aborted; at += chunk) {
      const delta = text.slice(at, at + chunk);
      block.text += delta;
      this.events.push({ type: "text_delta", contentIndex, delta, partial: this.#message });
      if (pauseMs > 0) await sleep(pauseMs);
    }
    this.events.push({ type: "text_end", contentIndex, content: text, partial: this.#message });
  }

  tool(name: string, args: unknown) {
    const toolCall = {
      type: "toolCall",
      id: `call_${Math.random().toString(36).slice(2)}`,
      name,
      arguments: args,
    };
    const contentIndex = this.#content.push(toolCall) - 1;
    this.events.push({ type: "toolcall_start", contentIndex, partial: this.#message });
    this.events.push({
      type: "toolcall_delta",
      contentIndex,
      delta: JSON.stringify(args),
      partial: this.#message,
    });
    this.events.push({ type: "toolcall_end", contentIndex, toolCall, partial: this.#message });
    this.end("toolUse");
  }

  end(reason: "stop" | "toolUse") {
    if (this.#signal?.aborted) return this.fail("aborted", "aborted");
    this.#message["stopReason"] = reason;
    this.events.push({ type: "done", reason, message: this.#message });
    this.events.end(this.#message);
  }

  fail(reason: "error" | "aborted", errorMessage: string) {
    Object.assign(this.#message, { stopReason: reason, errorMessage });
    this.events.push({ type: "error", reason, error: this.#message });
    this.events.end(this.#message);
  }
}

let failures = 0;

type Deed = (out: Answer, args: readonly string[], text: string, context: Context) => unknown;

/** What the first word of the last message asks for. A deed that ends the answer itself returns false. */
const DEEDS: Readonly<Record<string, Deed>> = {
  say: (out, [length, chunk]) => out.text("x".repeat(Number(length)), Number(chunk ?? 40)),
  slow: (out, [length, ms, chunk]) => out.text("y".repeat(Number(length)), Number(chunk), Number(ms)),
  ids: (out, _args, _text, context) => out.text(idsIn(context)),
  silent(out, [name = ""], text) {
    out.tool(name, JSON.parse(text.slice(`silent ${name} `.length)));
    return false;
  },
  system: (out, _args, _text, context) => out.text(systemPromptOf(context)),
  thinking: (out, _args, _text, { reasoning }) => out.text(reasoning ?? "off"),
  roles: (out, _args, _text, context) =>
    out.text(
      spokenIn(context)
        .map(({ role }) => role)
        .join(","),
    ),
  separators: (out) => out.text("a\u2028b\u2029c\u0085d"),
  async blocks(out) {
    await out.text("first block");
    await out.text("second block");
  },
  tool(out, [name = ""], text) {
    out.tool(name, JSON.parse(text.slice(`tool ${name} `.length)));
    return false;
  },
  error(out, _args, text) {
    out.fail("error", text.slice("error ".length));
    return false;
  },
  flaky(out, [times]) {
    if (failures >= Number(times)) return out.text("recovered");
    failures += 1;
    out.fail("error", "529 overloaded_error: Overloaded");
    return false;
  },
};

const spokenIn = ({ messages }: Context) =>
  messages.filter(({ role }) => role === "user" || role === "toolResult");

function wroteIn(context: Context): string {
  const last = spokenIn(context).findLast(({ role }) => role === "user");
  return last ? textOf(last.content) : "";
}

const idsIn = (context: Context) => IDS.exec(wroteIn(context))?.[0].trim() ?? "none";

async function answer(out: Answer, context: Context) {
  const last = spokenIn(context).at(-1);
  const text = last ? textOf(last.content).replace(IDS, "").trim() : "";
  if (last?.role === "toolResult" && wroteIn(context).startsWith("silent ") && !last.isError) {
    await out.text("NO_REPLY", 3);
    return out.end("stop");
  }
  if (last?.role === "toolResult") {
    await out.text(`RESULT: ${text}${last.isError ? " [error]" : ""}`);
    return out.end("stop");
  }
  const slow = /^\[gateway\][^]*\n\n(slow [^\n]*)$/.exec(text)?.[1];
  const [word = "", ...args] = (slow ?? text).split(" ");
  const deed = DEEDS[word] ?? ((to: Answer) => to.text(`echo: ${text}`));
  if ((await deed(out, args, text, context)) !== false) out.end("stop");
}

/** A field of its own before 0.86, messages since. */
function systemPromptOf({ systemPrompt, messages }: Context): string {
  if (systemPrompt !== undefined) return systemPrompt;
  const system = messages.filter(({ role }) => role === "system");
  return system.map(({ content, sections }) => textOf(content) + JSON.stringify(sections ?? "")).join("\n");
}

export default function fauxModel(pi: { registerProvider(name: string, provider: object): void }) {
  pi.registerProvider("faux", {
    name: "Faux",
    baseUrl: "http://127.0.0.1:9/",
    apiKey: "none",
    api: "faux-api",
    models: ["echo", "echo2"].map((id) => ({
      id,
      name: id,
      reasoning: true,
      input: ["text", "image"],
      cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
      contextWindow: 200_000,
      maxTokens: 32_000,
    })),
    streamSimple(model: Model, context: Context, options?: { signal?: AbortSignal; reasoning?: string }) {
      const out = new Answer(model, options?.signal);
      answer(out, { ...context, reasoning: options?.reasoning }).catch((error: unknown) =>
        out.fail("error", String(error)),
      );
      return out.events;
    },
  });
}
