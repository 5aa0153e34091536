import { describe, expect, test } from "bun:test";
import { answerUiRequest, type UiNotice } from "../../src/bridge/ui-requests.ts";
import type { Question, QuestionAnswer } from "../../src/core/question.ts";
import type { UiRequest } from "../../src/core/rpc-protocol.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { SESSION } from "../fakes/path-world.ts";

const { signal } = new AbortController();
const request = (method: string, facts: object = {}): UiRequest => ({
  type: "extension_ui_request",
  id: "q",
  method,
  title: "Sure?",
  ...facts,
});

/** A desk that answers everything with the same, and notes what it was asked. */
function desk(answer: QuestionAnswer | undefined) {
  const asked: Question[] = [];
  const notices: UiNotice[] = [];
  const audience = {
    questions: { ask: async (_session: unknown, question: Question) => (asked.push(question), answer) },
    onNotice: (_session: unknown, notice: UiNotice) => void notices.push(notice),
    log: silentLogger,
  };
  const handle = (one: UiRequest) => answerUiRequest(one, { session: SESSION, signal }, audience);
  return { asked, notices, handle };
}

describe("what an extension of pi asks reaches people, and the answer comes back in pi's form", () => {
  test.each([
    [{ options: ["a", "b"], timeout: 5000 }, "select", "b", { value: "b" }],
    [{ message: "Really?" }, "confirm", true, { confirmed: true }],
    [{ message: "Really?" }, "confirm", false, { confirmed: false }],
    [{ placeholder: "name" }, "input", "Una", { value: "Una" }],
    [{ prefill: "text" }, "editor", "", { value: "" }],
  ] as const)("%p for %s", async (facts, method, answer, expected) => {
    const { asked, handle } = desk(answer);
    expect(await handle(request(method, facts))).toEqual(expected);
    const { options, message, placeholder, prefill, timeout } = facts as Record<string, unknown>;
    const given = Object.entries({ options, message, placeholder, prefill, timeoutMs: timeout });
    const present = Object.fromEntries(given.filter(([, value]) => value !== undefined));
    expect(asked).toEqual([{ kind: method, title: "Sure?", ...present } as never]);
  });

  test("nobody answered: it is cancelled", async () => {
    expect(await desk(undefined).handle(request("confirm"))).toEqual({ cancelled: true });
  });
});

test("a question that nobody could answer is cancelled at once, so that no turn waits for ever", async () => {
  const { asked, handle } = desk("a");
  for (const options of [undefined, [], [1, 2], "ab", [null]]) {
    expect(await handle(request("select", { options }))).toEqual({ cancelled: true });
  }
  expect(asked).toEqual([]);
  for (const session of [SESSION, undefined]) {
    const answer = await answerUiRequest(request("confirm"), { session, signal }, { log: silentLogger });
    expect(answer).toEqual({ cancelled: true });
  }
});

test("what is no text where one is expected is read as none", async () => {
  const { asked, handle } = desk("a");
  await handle(request("input", { title: 7, message: {}, placeholder: [], prefill: null, timeout: "soon" }));
  await handle(request("confirm", { title: undefined, timeout: -1 }));
  expect(asked).toEqual([
    { kind: "input", title: "" },
    { kind: "confirm", title: "" },
  ]);
});

test("what pi only tells is not answered; a notice is passed on", async () => {
  const { asked, notices, handle } = desk("a");
  for (const method of ["setStatus", "setWidget", "setTitle", "set_editor_text", "something_new"]) {
    expect(await handle(request(method))).toBeUndefined();
  }
  for (const [message, notifyType] of [
    ["Saved.", "info"],
    ["Careful", "warning"],
    ["x".repeat(99_999), "loud"],
    [7, "error"],
  ]) {
    expect(await handle(request("notify", { message, notifyType }))).toBeUndefined();
  }
  expect(asked).toEqual([]);
  expect(notices.map(({ level, text }) => [level, text.length])).toEqual([
    ["info", 6],
    ["warning", 7],
    ["info", 2000],
  ]);
});
