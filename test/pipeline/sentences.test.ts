import { expect, test } from "bun:test";
import { sentencesIn } from "../../src/pipeline/sentences.ts";

const BUDGET = { account: { of: "sender" }, period: "day", limitUsd: 5, untilMs: 0 };

test("the gateway says in Chinese all that it says in English", () => {
  const [en, zh] = [sentencesIn("en"), sentencesIn("zh")];
  expect(Object.keys(zh)).toEqual(Object.keys(en));
  const say = (sentence: unknown, name: string) => {
    if (typeof sentence !== "function") return sentence;
    return name === "overBudget" ? sentence(BUDGET) : sentence("5", "3F9K");
  };
  const compare = (theirs: object, ours: object) => {
    expect(Object.keys(theirs)).toEqual(Object.keys(ours));
    for (const [name, sentence] of Object.entries(theirs)) {
      const other: unknown = ours[name as keyof typeof ours];
      if (typeof sentence === "object") compare(sentence, other as object);
      else expect(String(say(sentence, name)), name).toMatch(/\p{Script=Han}|3F9K/u);
    }
  };
  compare(zh, en);
});

test("a failure names the reference that its log line has", () => {
  for (const language of ["en", "zh"] as const) {
    const sentences = sentencesIn(language);
    expect(sentences.wentWrong("3F9K")).toContain("3F9K");
    expect(sentences.model.failed("429 slow down", "3F9K")).toMatch(/429 slow down.*3F9K/);
    expect(sentences.gaveUp(3, "3F9K")).toContain("3F9K");
  }
});
