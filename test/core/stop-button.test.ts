import { expect, test } from "bun:test";
import { stopButtonOf, turnToStop } from "../../src/core/stop-button.ts";

test("the button of an answer is the command that names its turn", () => {
  const id = stopButtonOf("mgx4k2q9a1");
  expect(id.startsWith("/stop ")).toBe(true);
  expect(turnToStop(id.slice("/stop ".length))).toBe("mgx4k2q9a1");
});

test.each(["", "please", "turn", "turn:", "turn: 5", "now turn:5", "停"])(
  "what people write behind it, such as %j, names none",
  (args) => {
    expect(turnToStop(args)).toBeUndefined();
  },
);
