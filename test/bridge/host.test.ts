import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BridgeHost, type BridgeTools } from "../../src/bridge/host.ts";
import { BRIDGE_TITLE, type BridgeCall, MANIFEST_VARIABLE } from "../../src/bridge/protocol.ts";
import type { HookName, HookRunner } from "../../src/core/hooks.ts";
import { capabilitiesOf } from "../../src/core/rpc-protocol.ts";
import { formatSessionKey } from "../../src/core/session-key.ts";
import { silentLogger } from "../../src/lib/logger.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bridge-host-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const session = formatSessionKey({
  agent: "main",
  address: { channel: "test", account: "default", scope: "dm", chat: "a" },
});

function hostWith(
  handlers: Partial<Record<HookName, (context: never) => unknown>> = {},
  tools?: BridgeTools,
) {
  const hooks: HookRunner = {
    has: (name) => name in handlers,
    run: async (name, context) => (await handlers[name]?.(context as never)) as undefined,
  };
  return new BridgeHost({ folder, hooks, log: silentLogger, ...(tools ? { tools } : {}) });
}

async function call(host: BridgeHost, asked: BridgeCall | string, isInTurn = true): Promise<unknown> {
  const placeholder = typeof asked === "string" ? asked : JSON.stringify(asked);
  const answer = await host.answer(
    { type: "extension_ui_request", id: "q", method: "input", title: BRIDGE_TITLE, placeholder },
    { session: isInTurn ? session : undefined, signal: new AbortController().signal },
  );
  return answer && "value" in answer ? JSON.parse(answer.value) : answer;
}

const bash = { tool: "bash", toolCallId: "c1", params: { command: "ls" } };
const old = capabilitiesOf("0.73.1");
const now = capabilitiesOf("0.87.1");

test("only what somebody registered is asked for: nobody, nothing", async () => {
  const plain = await hostWith().launch(now);
  expect(plain.env).toEqual({});
  expect(plain.extensions).toHaveLength(1);
  const guarded = await hostWith({ before_tool_call: () => {}, message_sent: () => {} }).launch(now);
  expect(JSON.parse(guarded.env[MANIFEST_VARIABLE]!)).toEqual({ hooks: ["before_tool_call"], tools: [] });
  expect(guarded.extensions).toHaveLength(2);
});

test("an old pi is made to write less; a newer one does by itself", async () => {
  const slimmed = (await hostWith().launch(old)).extensions.filter((file) => file.includes("slim"));
  expect(slimmed).toHaveLength(1);
  expect((await hostWith().launch(now)).extensions.join()).not.toContain("slim");
});

test("files that could not be written are tried again", async () => {
  const blocked = join(folder, "blocked");
  await writeFile(blocked, "a file where the folder should be");
  const host = new BridgeHost({
    folder: blocked,
    hooks: { has: () => false, run: async () => undefined },
    log: silentLogger,
  });
  expect(host.launch(now)).rejects.toThrow();
  await host.launch(now).catch(() => {});
  await rm(blocked);
  expect((await host.launch(now)).extensions).toHaveLength(1);
});

test("a guard sees the session and the call, and may change or stop it", async () => {
  const seen: unknown[] = [];
  const changing = hostWith({
    before_tool_call(context: { params: object }) {
      seen.push({ ...context });
      context.params = { command: "echo" };
    },
  });
  expect(await call(changing, { call: "before_tool_call", ...bash })).toEqual({
    params: { command: "echo" },
  });
  expect(seen).toEqual([{ sessionKey: session, tool: "bash", params: { command: "ls" } }]);
  const stopping = hostWith({ before_tool_call: () => ({ block: "no" }) });
  expect(await call(stopping, { call: "before_tool_call", ...bash })).toEqual({ block: "no" });
});

test("what hooks added to the system prompt is told to the pi of that run, and to no other", async () => {
  const host = hostWith({ before_agent_start: () => {} });
  const manifest = JSON.parse((await host.launch(now)).env[MANIFEST_VARIABLE]!);
  expect(manifest.hooks).toEqual(["before_agent_start"]);
  const asked = {
    type: "extension_ui_request",
    id: "q",
    method: "input",
    title: BRIDGE_TITLE,
    placeholder: '{"call":"system_prompt"}',
  } as const;
  const { signal } = new AbortController();
  expect(await host.answer(asked, { session, systemPrompt: "Say moo.", signal })).toEqual({
    value: '{"systemPrompt":"Say moo."}',
  });
  expect(await host.answer(asked, { session, signal })).toEqual({ value: "{}" });
});

test("a result is replaced with its images and details", async () => {
  const image = { type: "image" as const, data: "AA", mimeType: "image/png" };
  const replace = (context: { result: object }) => {
    context.result = { ...context.result, content: [image] };
  };
  const host = hostWith({ after_tool_call: replace, tool_result_persist: replace });
  const result = { content: [{ type: "text" as const, text: "x" }], details: { code: 0 } };
  const replaced = { result: { content: [image], details: { code: 0 }, isError: false } };
  expect(await call(host, { call: "after_tool_call", ...bash, result })).toEqual(replaced);
  expect(await call(host, { call: "tool_result_persist", tool: "bash", result })).toEqual(replaced);
});

test("a compaction may be stopped, and is told of when done", async () => {
  const told: string[] = [];
  const host = hostWith({
    before_compaction: () => ({ block: "not now" }),
    after_compaction: () => void told.push("after"),
  });
  expect(await call(host, { call: "before_compaction" })).toEqual({ block: "not now" });
  expect(await call(host, { call: "after_compaction" })).toEqual({});
  expect(told).toEqual(["after"]);
});

test("a tool of ours runs with the session of the pipe and pi's id of the call", async () => {
  const contexts: object[] = [];
  const tools: BridgeTools = {
    declarations: () => [{ name: "hello", description: "Says hello.", parameters: { type: "object" } }],
    run: async (name, params, { session: of, callId }) => {
      contexts.push({ name, params, of, callId });
      if (params["fail"]) throw new Error("not today");
      return { content: [{ type: "text", text: "hello" }] };
    },
  };
  const host = hostWith({}, tools);
  expect(JSON.parse((await host.launch(now)).env[MANIFEST_VARIABLE]!).tools).toEqual(tools.declarations());
  const asked = { call: "tool", tool: "hello", toolCallId: "c9" } as const;
  expect(await call(host, { ...asked, params: {} })).toEqual({
    result: { content: [{ type: "text", text: "hello" }] },
  });
  expect(contexts).toEqual([{ name: "hello", params: {}, of: session, callId: "c9" }]);
  expect(await call(host, { ...asked, params: { fail: true } })).toEqual({ error: "not today" });
  expect(await call(hostWith(), { ...asked, params: {} })).toEqual({ error: "there is no tool hello" });
});

test("what cannot be answered is an error that the guard inside pi understands", async () => {
  const failing = hostWith({
    before_tool_call() {
      throw new Error("the guard is ill");
    },
  });
  expect(await call(failing, { call: "before_tool_call", ...bash })).toEqual({ error: "the guard is ill" });
  expect(await call(failing, { call: "before_tool_call", ...bash }, false)).toEqual({
    error: "no turn is running",
  });
  expect(await call(failing, "not json")).toHaveProperty("error");
  expect(await call(failing, '{"call":"of the future"}')).toHaveProperty("error");
});

test("a question that is not the bridge's goes to people, for now to nobody", async () => {
  const answer = await hostWith().answer(
    { type: "extension_ui_request", id: "q", method: "input", title: "Your name?" },
    { session, signal: new AbortController().signal },
  );
  expect(answer).toEqual({ cancelled: true });
});
