import { expect, test } from "bun:test";
import { startAll, stopAll, type Service } from "../../src/lib/service.ts";

function service(name: string, seen: string[], fails?: "start" | "stop"): Service {
  return {
    name,
    start: async () => {
      if (fails === "start") throw new Error(`${name} does not start`);
      seen.push(`+${name}`);
    },
    stop: async () => {
      seen.push(`-${name}`);
      if (fails === "stop") throw new Error(`${name} does not stop`);
    },
  };
}

const soft = new AbortController().signal;

test("services start in order and stop in reverse", async () => {
  const seen: string[] = [];
  const all = [service("a", seen), service("b", seen)];
  await startAll(all, soft);
  await stopAll(all, soft);
  expect(seen).toEqual(["+a", "+b", "-b", "-a"]);
});

test("one that does not start stops those before it, and the reason is what is told", async () => {
  const seen: string[] = [];
  const all = [service("a", seen), service("b", seen), service("c", seen, "start"), service("d", seen)];
  await expect(startAll(all, soft)).rejects.toThrow("c does not start");
  expect(seen).toEqual(["+a", "+b", "-b", "-a"]);
});

test("one that does not stop keeps no other up", async () => {
  const seen: string[] = [];
  const all = [service("a", seen), service("b", seen, "stop")];
  await startAll(all, soft);
  await expect(stopAll(all, soft)).rejects.toThrow("some services did not stop");
  expect(seen.at(-1)).toBe("-a");
});
