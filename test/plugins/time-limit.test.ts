import { expect, test } from "bun:test";
import { outsideLimit, TimeLimitError, withinLimit } from "../../src/plugins/time-limit.ts";

const never = () => new Promise<never>(() => {});
const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

test("work that is done in time gives what it gives, at once or later; what it throws is thrown", async () => {
  expect(await withinLimit(1000, () => 1)).toBe(1);
  expect(await withinLimit(1000, async () => 2)).toBe(2);
  const broken = () => {
    throw new Error("broken");
  };
  expect(String(await failure(withinLimit(1000, broken)))).toContain("broken");
});

test("work that does not end has failed", async () => {
  expect(await failure(withinLimit(5, never))).toBeInstanceOf(TimeLimitError);
});

test("the time of a person does not count, and the limit goes on where it was", async () => {
  const person = Promise.withResolvers<string>();
  const late = failure(withinLimit(30, never));
  const asking = withinLimit(30, async () => {
    const [one, two] = await Promise.all([
      outsideLimit(() => person.promise),
      outsideLimit(async () => "at once"),
    ]);
    return `${one}, ${two}`;
  });
  // Limits of others, which are as long, have passed one after the other by now.
  await late;
  await failure(withinLimit(30, never));
  person.resolve("yes");
  expect(await asking).toBe("yes, at once");
  const afterwards = withinLimit(5, async () => {
    await outsideLimit(async () => {});
    await never();
  });
  expect(await failure(afterwards)).toBeInstanceOf(TimeLimitError);
});

test("outside of any limit nothing is counted", async () => {
  expect(await outsideLimit(async () => "free")).toBe("free");
});
