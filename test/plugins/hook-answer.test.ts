import { describe, expect, test } from "bun:test";
import type { HookName } from "../../src/core/hooks.ts";
import { checkDraft, hear, type HookDraft } from "../../src/plugins/hook-answer.ts";
import { HOOK_RULES } from "../../src/plugins/hook-rules.ts";

const image = { type: "image", data: "AA", mimeType: "image/png" };
const output = { content: [{ type: "text", text: "raw" }, image], details: { code: 0 }, isError: false };
const draftOf: Partial<Record<HookName, () => HookDraft>> = {
  message_sending: () => ({ message: { kind: "text", markdown: "secret", replyTo: "7" } }),
  before_agent_start: () => ({ message: "hello" }),
  before_tool_call: () => ({ tool: "bash", params: { command: "ls", timeout: 5 } }),
  after_tool_call: () => ({ result: output }),
  tool_result_persist: () => ({ result: output }),
};

/** What an answer comes to: the block, or the draft after it. */
function after(hook: HookName, answer: unknown): unknown {
  const draft = draftOf[hook]?.() ?? {};
  const { block } = hear(hook, answer, draft);
  checkDraft(hook, draft);
  return block ?? draft;
}

describe("OpenClaw's answers", () => {
  test.each([
    ["message_sending", { content: "clean" }, { message: { kind: "text", markdown: "clean", replyTo: "7" } }],
    ["message_sending", { cancel: true }, { block: "A plugin stopped this." }],
    ["message_sending", { cancel: false }, { message: { kind: "text", markdown: "secret", replyTo: "7" } }],
    [
      "before_tool_call",
      { params: { command: "pwd" } },
      { tool: "bash", params: { command: "pwd", timeout: 5 } },
    ],
    ["before_tool_call", { block: true, blockReason: "Not here." }, { block: "Not here." }],
    ["before_tool_call", { block: true }, { block: "A plugin stopped this." }],
    ["before_tool_call", { block: false }, { tool: "bash", params: { command: "ls", timeout: 5 } }],
    [
      "tool_result_persist",
      { message: { content: "short" } },
      { result: { ...output, content: [{ type: "text", text: "short" }] } },
    ],
    ["after_tool_call", { result: { isError: true } }, { result: { ...output, isError: true } }],
    [
      "before_agent_start",
      { prependContext: "It rains." },
      { message: "hello", prependContext: "It rains." },
    ],
    ["before_agent_start", { systemPrompt: "Be brief." }, { message: "hello", systemPrompt: "Be brief." }],
    ["before_compaction", { cancel: true }, { block: "A plugin stopped this." }],
  ] as const)("%s: %p", (hook, answer, expected) => {
    expect(after(hook, answer)).toEqual(expected);
  });
});

test("ours stops with its own words", () => {
  for (const hook of [
    "message_received",
    "message_sending",
    "before_agent_start",
    "before_tool_call",
  ] as const) {
    expect(hear(hook, { block: "No." }, draftOf[hook]?.() ?? {}).block).toEqual({ block: "No." });
  }
});

test("the text of a file is its caption, of an album that of its first file", () => {
  const draft: HookDraft = { message: { kind: "media", media: "photo", path: "/a.png" } };
  hear("message_sending", { content: "clean" }, draft);
  expect(draft["message"]).toEqual({ kind: "media", media: "photo", path: "/a.png", caption: "clean" });
  const items = [
    { media: "photo", path: "/a.png" },
    { media: "photo", path: "/b.png" },
  ];
  const album: HookDraft = { message: { kind: "album", items } };
  hear("message_sending", { content: "clean" }, album);
  expect(album["message"]).toEqual({ kind: "album", items: [{ ...items[0], caption: "clean" }, items[1]] });
});

test("what several hooks inject stands one after the other", () => {
  const draft: HookDraft = { message: "hello" };
  hear("before_agent_start", { prependContext: "a", systemPrompt: "x" }, draft);
  hear("before_agent_start", { prependContext: "b", systemPrompt: "y" }, draft);
  expect(draft).toEqual({ message: "hello", prependContext: "a\n\nb", systemPrompt: "x\n\ny" });
});

test("an answer that means nothing to a hook is named, and one that means nothing at all is not", () => {
  expect(hear("before_tool_call", { blocked: true, params: {} }, { params: {} }).strange).toBe("blocked");
  expect(hear("message_sent", { block: "no" }, {}).strange).toBe("block");
  expect(hear("before_tool_call", false, { params: {} }).strange).toBe("boolean");
  for (const quiet of [undefined, null, {}]) expect(hear("before_tool_call", quiet, {})).toEqual({});
  expect(hear("message_sent", 3, {})).toEqual({});
});

test.each([
  ["before_tool_call", { params: "ls" }],
  ["before_tool_call", { block: 1 }],
  ["message_sending", { content: 5 }],
  ["tool_result_persist", { message: { content: [{ type: "video" }] } }],
  ["before_agent_start", { systemPrompt: ["x"] }],
] as const)("%s: %p is a fault of the plugin", (hook, answer) => {
  expect(() => after(hook, answer)).toThrow(TypeError);
});

test.each([
  ["message_received", "message", "hello"],
  ["message_sending", "message", { kind: "letter" }],
  ["before_agent_start", "message", undefined],
  ["before_tool_call", "params", []],
  ["after_tool_call", "result", { content: "text" }],
  ["tool_result_persist", "result", undefined],
] as const)("%s: %s may not be set to %p", (hook, field, value) => {
  expect(() => checkDraft(hook, { [field]: value })).toThrow(TypeError);
});

test("the guards, and only they, fail closed", () => {
  const closed = Object.entries(HOOK_RULES).filter(([, { policy }]) => policy === "closed");
  expect(closed.map(([name]) => name)).toEqual(["message_sending", "before_tool_call"]);
  // The fourteen of the guide, and transcribe_audio.
  expect(Object.keys(HOOK_RULES)).toHaveLength(15);
});
