import { expect, test } from "bun:test";
import { answerUiRequest } from "../../src/bridge/ui-requests.ts";
import { silentLogger } from "../../src/lib/logger.ts";

const answer = (method: string) =>
  answerUiRequest({ type: "extension_ui_request", id: "q", method, title: "Sure?" }, silentLogger);

test("a question for people is cancelled at once, so that no turn waits for ever", () => {
  for (const method of ["select", "confirm", "input", "editor"])
    expect(answer(method)).toEqual({ cancelled: true });
});

test("what pi only tells is not answered", () => {
  for (const method of ["notify", "setStatus", "setWidget", "setTitle", "set_editor_text", "something_new"]) {
    expect(answer(method)).toBeUndefined();
  }
});
