import { describe, expect, test } from "bun:test";
import type { TranscriptEntry } from "../../src/core/agent.ts";
import { goOn, resumePoint } from "../../src/pipeline/resume.ts";

const user: TranscriptEntry = { id: "1", role: "user", text: "what is it?" };
const toolUse: TranscriptEntry = { id: "2", role: "assistant", text: "Let me look.", stopReason: "toolUse" };
const result: TranscriptEntry = { id: "3", role: "tool", text: "42" };
const done = (stopReason: string): TranscriptEntry => ({
  id: "4",
  role: "assistant",
  text: "It is 42.",
  stopReason,
});
const note = { text: "what is it?", position: "0" };

describe("behind the position that was noted with the prompt", () => {
  test.each([
    ["nothing was noted", undefined, [user, done("stop")], { at: "start" }],
    ["there is nothing", note, [], { at: "start" }],
    ["there is the question", note, [user], { at: "interrupted" }],
    ["a tool was called", note, [user, toolUse], { at: "interrupted" }],
    ["a tool has answered", note, [user, toolUse, result], { at: "interrupted" }],
    ["pi was aborted", note, [user, done("aborted")], { at: "interrupted" }],
    ["the model failed", note, [user, done("error")], { at: "interrupted" }],
    ["pi has answered", note, [user, toolUse, result, done("stop")], { at: "answered", text: "It is 42." }],
    ["the answer was cut at its limit", note, [user, done("length")], { at: "answered", text: "It is 42." }],
  ] as const)("%s", (_, prompted, behind, point) => {
    expect(resumePoint(prompted, behind)).toEqual(point);
  });
});

test("pi is told what was already sent, so that it does not say it again", () => {
  const text = goOn([
    { kind: "text", markdown: "Working on it." },
    { kind: "media", media: "photo", path: "/tmp/chart.png" },
  ]);
  expect(text).toStartWith("[gateway] You were interrupted");
  expect(text).toContain("- Working on it.\n- /tmp/chart.png");
  expect(goOn([])).not.toContain("Already sent");
});
