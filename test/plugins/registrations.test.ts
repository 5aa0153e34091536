import { expect, test } from "bun:test";
import { NameTakenError } from "../../src/core/errors.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { Registrations } from "../../src/plugins/registrations.ts";

const tools = () => new Registrations<number>("tool", silentLogger);

test("what is added is found by its name, in order, until it is taken back", () => {
  const list = tools();
  const first = list.add("a", 1, "one");
  list.add("b", 2, "two");
  expect([list.get("a"), list.get("b"), list.get("c")]).toEqual([1, 2, undefined]);
  expect(list.ownerOf("b")).toBe("two");
  first[Symbol.dispose]();
  expect(list.values).toEqual([2]);
});

test("a taken name throws and names who has it, also if that is the same plugin", () => {
  const list = tools();
  list.add("a", 1, "one");
  for (const owner of ["one", "two"]) {
    expect(() => list.add("a", 2, owner)).toThrow("the tool a is already registered by one");
  }
  expect(() => list.add("a", 2, "two")).toThrow(NameTakenError);
});

test("a handle takes back its own addition only, however often it is used", () => {
  const list = tools();
  const old = list.add("a", 1, "one");
  old[Symbol.dispose]();
  list.add("a", 2, "two");
  old[Symbol.dispose]();
  expect(list.get("a")).toBe(2);
});

test("a watcher hears of what is there, of what comes and of what goes", () => {
  const list = tools();
  list.add("a", 1, "one");
  const heard: string[] = [];
  const watching = list.watch({
    added: ({ name, owner }) => void heard.push(`+${name} ${owner}`),
    removed: ({ name }) => void heard.push(`-${name}`),
  });
  list.add("b", 2, "two")[Symbol.dispose]();
  watching[Symbol.dispose]();
  list.add("c", 3, "three");
  expect(heard).toEqual(["+a one", "+b two", "-b"]);
});

test("a watcher that cannot use an addition refuses it, and the name stays free", () => {
  const list = tools();
  list.add("early", 1, "one");
  list.watch({
    added: () => {
      throw new Error("not here");
    },
  });
  expect(list.values).toEqual([]);
  expect(() => list.add("late", 2, "two")).toThrow("not here");
  expect(list.values).toEqual([]);
});

test("what follows from a removal can be waited for, and its failure is nobody else's", async () => {
  const list = tools();
  const done = Promise.withResolvers<void>();
  let isOver = false;
  list.watch({ removed: () => done.promise.then(() => void (isOver = true)) });
  list.watch({ removed: () => Promise.reject(new Error("it did not end")) });
  list.add("a", 1, "one")[Symbol.dispose]();
  done.resolve();
  await list.settled();
  expect(isOver).toBe(true);
});
