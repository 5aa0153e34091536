import { describe, expect, test } from "bun:test";
import { AlreadySaid, saidOf } from "../../src/delivery/already-said.ts";

/** How much of a text has been said, as it grows letter by letter. */
function growing(said: readonly string[], text: string): number | undefined {
  const already = new AlreadySaid(said);
  for (let end = 1; end <= text.length && !already.isEmpty; end += 1) {
    const length = already.lengthIn(text.slice(0, end));
    if (length !== undefined) return length;
  }
  return undefined;
}

describe("a text that begins with what has been said", () => {
  test("is news behind that, whatever white space is between the pieces", () => {
    expect(growing(["One two.", "Three."], "One two.\n\nThree. Four.")).toBe("One two.\n\nThree.".length);
  });

  test("is held back for as long as it could be the same", () => {
    expect(growing(["One two."], "One tw")).toBeUndefined();
  });

  test("is all news as soon as it says something else", () => {
    expect(growing(["One two."], "One three. Four")).toBe(0);
    expect(growing(["One two."], "Behind that.")).toBe(0);
  });

  test("may be several messages", () => {
    const already = new AlreadySaid(["Let me look.", "It is 42."]);
    expect(already.lengthIn("Let me look.")).toBeUndefined();
    already.begin();
    expect(already.lengthIn("It is 42. Really.")).toBe("It is 42.".length);
    expect(already.isEmpty).toBe(true);
  });
});

describe("of messages that are complete", () => {
  test("each is said as far as pieces of it were, and the rest are pieces of another one", () => {
    const messages = ["Let me look.", "One.\n\nTwo.\n\nThree."];
    expect(saidOf(messages, ["Let me look.", "One.", "Two."])).toEqual({ lengths: [12, 10], others: [] });
    expect(saidOf(messages.slice(0, 1), ["Let me look.", "One."])).toEqual({
      lengths: [12],
      others: ["One."],
    });
    expect(saidOf([], ["One."])).toEqual({ lengths: [], others: ["One."] });
  });

  test("pieces that are in none of them, of a try that failed, are forgotten", () => {
    expect(saidOf(["One.\n\nTwo."], ["A false start.", "One."])).toEqual({ lengths: [4], others: [] });
  });

  test("a piece that stands in two of them is looked for in their order", () => {
    expect(saidOf(["OK", "OK then."], ["OK", "OK"])).toEqual({ lengths: [2, 2], others: [] });
  });
});
