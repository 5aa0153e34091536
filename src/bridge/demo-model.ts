/**
 * The built-in demo: a model without a network, so that a machine without any credentials has somebody
 * who answers. Loaded by pi with `-e`; written out as one plain script, so it imports nothing.
 */

const PROVIDER = "pi-gateway";
const MODEL = "demo";
const API = "pi-gateway-demo";
/** A comfortable reading pace; tests set it to 0. */
const PACE_MS = Number(process.env["PI_GATEWAY_DEMO_PACE_MS"] ?? 25);
/** The line in which the gateway tells the ids of messages: no words of the person. */
const IDS = /(?:^|\n\n)\[message_ids?(?:, in order)?: [^\n]*\]$/;
/** How the gateway begins a prompt that goes on with a turn that was cut off. */
const INTERRUPTED = "[gateway] You were interrupted";

interface Block {
  readonly type: string;
  readonly text?: string;
}
interface Message {
  readonly role: string;
  readonly content: string | readonly Block[];
  readonly toolName?: string;
  readonly isError?: boolean;
}
interface Model {
  readonly api: string;
  readonly provider: string;
  readonly id: string;
}
interface StreamOptions {
  readonly signal?: AbortSignal;
}
interface PiApi {
  registerProvider(name: string, provider: object): void;
}
interface ToolCall {
  readonly name: string;
  readonly arguments: Record<string, unknown>;
}

export default function demoModel(pi: PiApi): void {
  const free = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
  pi.registerProvider(PROVIDER, {
    name: "pi-gateway demo",
    baseUrl: "http://127.0.0.1:9/",
    apiKey: "not-needed",
    api: API,
    models: [
      {
        id: MODEL,
        name: "Demo (no model configured)",
        reasoning: false,
        input: ["text", "image"],
        cost: free,
        contextWindow: 200_000,
        maxTokens: 32_000,
      },
    ],
    streamSimple,
  });
}

/** What pi reads from a provider: the events of one message, and the message itself. */
class MessageStream {
  readonly #queue: object[] = [];
  #wake: (() => void) | undefined;
  #isOver = false;
  #settle: (message: object) => void = () => {};
  readonly #result = new Promise<object>((resolve) => (this.#settle = resolve));

  push(event: object): void {
    this.#queue.push(event);
    this.#wake?.();
  }

  end(message: object): void {
    this.#isOver = true;
    this.#settle(message);
    this.#wake?.();
  }

  result(): Promise<object> {
    return this.#result;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<object> {
    while (true) {
      const event = this.#queue.shift();
      if (event) yield event;
      else if (this.#isOver) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

class Reply {
  readonly stream = new MessageStream();
  readonly #signal: AbortSignal | undefined;
  readonly #content: Record<string, unknown>[] = [];
  readonly #message: Record<string, unknown>;
  readonly #usage: { input: number; output: number; totalTokens: number };

  constructor(model: Model, signal: AbortSignal | undefined, promptLength: number) {
    this.#signal = signal;
    const cost = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, total: 0 };
    const input = Math.ceil(promptLength / 4);
    const usage = { input, output: 0, cacheRead: 0, cacheWrite: 0, totalTokens: input, cost };
    this.#usage = usage;
    this.#message = {
      role: "assistant",
      content: this.#content,
      api: model.api,
      provider: model.provider,
      model: model.id,
      usage,
      stopReason: "stop",
      timestamp: Date.now(),
    };
  }

  start(): void {
    this.stream.push({ type: "start", partial: this.#message });
  }

  /** Says `text` word by word. Stops early when asked to. */
  async say(text: string): Promise<void> {
    const block = { type: "text", text: "" };
    const contentIndex = this.#content.push(block) - 1;
    this.stream.push({ type: "text_start", contentIndex, partial: this.#message });
    for (const delta of piecesOf(text)) {
      if (this.#signal?.aborted) break;
      block.text += delta;
      this.stream.push({ type: "text_delta", contentIndex, delta, partial: this.#message });
      await pause(this.#signal);
    }
    this.stream.push({ type: "text_end", contentIndex, content: block.text, partial: this.#message });
  }

  call(tool: ToolCall): void {
    const toolCall = { type: "toolCall", id: `demo_${Date.now().toString(36)}`, ...tool };
    const contentIndex = this.#content.push(toolCall) - 1;
    const delta = JSON.stringify(tool.arguments);
    this.stream.push({ type: "toolcall_start", contentIndex, partial: this.#message });
    this.stream.push({ type: "toolcall_delta", contentIndex, delta, partial: this.#message });
    this.stream.push({ type: "toolcall_end", contentIndex, toolCall, partial: this.#message });
  }

  finish(reason: "stop" | "toolUse" | "error", error?: string): void {
    const stopReason = this.#signal?.aborted ? "aborted" : reason;
    this.#message["stopReason"] = stopReason;
    this.#usage.output = Math.ceil(JSON.stringify(this.#content).length / 4);
    this.#usage.totalTokens = this.#usage.input + this.#usage.output;
    if (stopReason === "aborted" || stopReason === "error") {
      this.#message["errorMessage"] = error ?? "Request was aborted";
      this.stream.push({ type: "error", reason: stopReason, error: this.#message });
    } else {
      this.stream.push({ type: "done", reason, message: this.#message });
    }
    this.stream.end(this.#message);
  }
}

/** Words, and Chinese in steps of a few characters, with the white space around them. */
const piecesOf = (text: string) =>
  text.match(/\s*(?:\p{Script=Han}{1,4}|[^\s\p{Script=Han}]+)\s?|\s+/gu) ?? [];

function pause(signal: AbortSignal | undefined): Promise<void> {
  if (PACE_MS <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, PACE_MS);
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
    signal?.addEventListener("abort", done, { once: true });
  });
}

function streamSimple(model: Model, context: { messages: readonly Message[] }, options?: StreamOptions) {
  const messages = context.messages.filter(({ role }) => role === "user" || role === "toolResult");
  const reply = new Reply(model, options?.signal, JSON.stringify(messages).length);
  void answer(reply, messages);
  return reply.stream;
}

/** Never rejects: a failure becomes the model's error. */
async function answer(reply: Reply, messages: readonly Message[]): Promise<void> {
  try {
    reply.start();
    // A turn that was cut off goes on from what its tools have given: nothing is done twice.
    const last = messages.findLast((message) => !isInterruption(message));
    if (last?.role === "toolResult") {
      await reply.say(afterTool(last, wroteIn(messages)));
      return reply.finish("stop");
    }
    const text = wroteIn(messages);
    const tool = toolIn(text);
    if (!tool) {
      await reply.say(sayDemo(text));
      return reply.finish("stop");
    }
    await reply.say(isChinese(text) ? `我来运行 \`${tool.name}\`。` : `Let me run \`${tool.name}\`.`);
    reply.call(tool);
    reply.finish("toolUse");
  } catch (error) {
    reply.finish("error", String(error));
  }
}

const isInterruption = ({ role, content }: Message) =>
  role === "user" && textOf(content).trim().startsWith(INTERRUPTED);

/** What the person wrote last; the gateway's note about an interruption is not theirs. */
function wroteIn(messages: readonly Message[]): string {
  const wrote = messages
    .filter((message) => message.role === "user" && !isInterruption(message))
    .map(({ content }) => textOf(content).replace(IDS, "").trim());
  return wrote.at(-1) ?? "";
}

/** `run bash: ls`, or `tool bash {"command":"ls"}`, in a line of its own. */
function toolIn(text: string): ToolCall | undefined {
  for (const line of text.split("\n").map((part) => part.trim())) {
    const run = /^(?:run\s+bash|运行\s*bash)\s*[:：]\s*(.+)$/i.exec(line);
    if (run?.[1]) return { name: "bash", arguments: { command: run[1] } };
    const tool = /^tool\s+(\S+)\s+(\{.*\})$/i.exec(line);
    if (tool?.[1] && tool[2]) return { name: tool[1], arguments: JSON.parse(tool[2]) };
  }
  return undefined;
}

function textOf(content: Message["content"]): string {
  if (typeof content === "string") return content;
  return content.map((block) => block.text ?? `[${block.type}]`).join("\n");
}

const isChinese = (text: string) => /\p{Script=Han}/u.test(text);

const quoted = (text: string) =>
  text
    .slice(0, 2000)
    .split("\n")
    .map((line) => `> ${line}`)
    .join("\n");

function fenced(text: string): string {
  const fence = "`".repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return `${fence}\n${text.trimEnd()}\n${fence}`;
}

function afterTool(result: Message, wrote: string): string {
  const output = fenced(textOf(result.content));
  const name = `\`${result.toolName ?? "tool"}\``;
  if (isChinese(wrote))
    return result.isError ? `${name} 没有成功：\n\n${output}` : `${name} 的结果：\n\n${output}`;
  return result.isError
    ? `${name} did not succeed:\n\n${output}`
    : `Here is what ${name} gave back:\n\n${output}`;
}

function sayDemo(wrote: string): string {
  const text = wrote === "" ? "…" : wrote;
  return isChinese(wrote) ? chinese(text) : english(text);
}

const english = (
  wrote: string,
) => `**This is the demo model of pi-gateway.** It is built in, so there is no real AI behind this answer. You wrote:

${quoted(wrote)}

To talk to a real model:

1. Give pi access to one: set an API key such as \`ANTHROPIC_API_KEY\` where the gateway starts, or run \`pi /login\` once.
2. Choose it in \`pi-gateway.jsonc\`:

\`\`\`jsonc
{ "agent": { "model": "claude-sonnet-4" } }
\`\`\`

I can also show you a tool at work: write \`run bash: ls\`.`;

const chinese = (wrote: string) => `**这是 pi-gateway 内置的演示模型**，背后没有真正的 AI。你写的是：

${quoted(wrote)}

要使用真正的模型：

1. 让 pi 能访问模型：启动网关前设置 API 密钥（例如 \`ANTHROPIC_API_KEY\`），或运行一次 \`pi /login\`。
2. 在 \`pi-gateway.jsonc\` 里选择模型：

\`\`\`jsonc
{ "agent": { "model": "claude-sonnet-4" } }
\`\`\`

我也可以演示工具：写 \`run bash: ls\`。`;
