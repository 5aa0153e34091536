import { expect, test } from "bun:test";
import { DEMO_MODEL } from "../../src/core/model-choice.ts";

interface Streamed {
  readonly type: string;
  readonly delta?: string;
  readonly reason?: string;
  readonly toolCall?: { readonly name: string; readonly arguments: object };
  readonly error?: { readonly errorMessage?: string };
}
interface Provider {
  readonly models: readonly { readonly id: string }[];
  streamSimple(
    model: object,
    context: object,
    options?: object,
  ): AsyncIterable<Streamed> & { result(): Promise<object> };
}

// Read when the file is loaded, as inside pi.
process.env["PI_GATEWAY_DEMO_PACE_MS"] = "1";
const { default: demoModel } = await import("../../src/bridge/demo-model.ts");

let registered: { name: string; provider: Provider } | undefined;
demoModel({
  registerProvider: (name, provider) => {
    registered = { name, provider: provider as Provider };
  },
});
const { name, provider } = registered!;
const model = { api: "pi-gateway-demo", provider: DEMO_MODEL.provider, id: DEMO_MODEL.id };

const user = (text: string) => ({ role: "user", content: [{ type: "text", text }] });
const result = (text: string, isError = false) => ({
  role: "toolResult",
  toolName: "bash",
  content: [{ type: "text", text }],
  isError,
});

async function answerTo(messages: readonly object[], options: object = {}) {
  const events = await Array.fromAsync(provider.streamSimple(model, { messages }, options));
  return { events, text: events.map((event) => (event.type === "text_delta" ? event.delta : "")).join("") };
}

test("it is registered under the name that the gateway chooses it by", () => {
  expect(name).toBe(DEMO_MODEL.provider);
  expect(provider.models.map(({ id }) => id)).toEqual([DEMO_MODEL.id]);
});

test("it says what it is, repeats what was written, and how to get a real model", async () => {
  const { text, events } = await answerTo([user("What is 6 times 7?")]);
  for (const part of [
    "demo model",
    "> What is 6 times 7?",
    "agent",
    "pi-gateway.jsonc",
    "API_KEY",
    "pi /login",
  ]) {
    expect(text).toContain(part);
  }
  expect(events.filter(({ type }) => type === "text_delta").length).toBeGreaterThan(30);
  expect(events.at(-1)).toMatchObject({ type: "done", reason: "stop" });
});

test("it answers in Chinese when it is asked in Chinese, and in pieces too", async () => {
  const { text, events } = await answerTo([user("你好，你是谁？")]);
  expect(text).toContain("演示模型");
  expect(text).toContain("> 你好，你是谁？");
  expect(events.filter(({ type }) => type === "text_delta").length).toBeGreaterThan(30);
});

test("it calls the tool that it is asked to call", async () => {
  const toolOf = async (text: string) =>
    (await answerTo([user(text)])).events.find(({ type }) => type === "toolcall_end")?.toolCall;
  expect(await toolOf("run bash: ls -la")).toMatchObject({ name: "bash", arguments: { command: "ls -la" } });
  expect(await toolOf('please\ntool read {"path":"a.txt"}')).toMatchObject({
    name: "read",
    arguments: { path: "a.txt" },
  });
  expect(await toolOf("运行 bash：pwd")).toMatchObject({ arguments: { command: "pwd" } });
  expect(await toolOf("tell me about bash")).toBeUndefined();
});

test("it shows what the tool gave back, or that it did not succeed", async () => {
  const asked = [user("run bash: ls"), { role: "assistant", content: [] }];
  expect((await answerTo([...asked, result("a.txt\n```\n")])).text).toContain("````\na.txt");
  expect((await answerTo([...asked, result("boom", true)])).text).toContain("did not succeed");
});

test("after an interruption it answers the person, not the gateway's note", async () => {
  const note =
    "[gateway] You were interrupted here. Go on from where you stopped; do not repeat finished steps.";
  expect((await answerTo([user("Tell me a story"), user(note)])).text).toContain("> Tell me a story");
});

test("it stops after the word at which it is told to", async () => {
  const stop = new AbortController();
  const stream = provider.streamSimple(model, { messages: [user("hello")] }, { signal: stop.signal });
  const seen: Streamed[] = [];
  for await (const event of stream) {
    seen.push(event);
    if (event.type === "text_delta") stop.abort();
  }
  expect(seen.filter(({ type }) => type === "text_delta")).toHaveLength(1);
  expect(seen.at(-1)).toMatchObject({ type: "error", reason: "aborted" });
  expect(await stream.result()).toMatchObject({ stopReason: "aborted" });
});

test("a call that makes no sense is the model's error, not the end of pi", async () => {
  const { events } = await answerTo([user("tool bash {not json}")]);
  expect(events.at(-1)).toMatchObject({ type: "error", reason: "error" });
});
