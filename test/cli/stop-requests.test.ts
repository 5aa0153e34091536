import { expect, test } from "bun:test";
import { EventEmitter } from "node:events";
import { ECHO_MS, listenForStop } from "../../src/cli/stop-requests.ts";

function listening() {
  const source = new EventEmitter();
  let nowMs = 0;
  const stop = listenForStop(source, () => nowMs);
  const signal = (name: string, atMs: number) => {
    nowMs = atMs;
    source.emit(name);
    return [stop.soft.aborted, stop.hard.aborted, stop.now.aborted];
  };
  return { source, stop, signal };
}

test("the first signal is soft, the second hard, the third ends everything", () => {
  const { signal } = listening();
  expect(signal("SIGTERM", 0)).toEqual([true, false, false]);
  expect(signal("SIGTERM", 1000)).toEqual([true, true, false]);
  expect(signal("SIGTERM", 2000)).toEqual([true, true, true]);
});

test("echoes of one Ctrl-C, from the terminal, the launcher and npm, are one request", () => {
  const { signal } = listening();
  signal("SIGINT", 0);
  signal("SIGINT", 5);
  expect(signal("SIGINT", ECHO_MS - 1)).toEqual([true, false, false]);
  expect(signal("SIGINT", ECHO_MS)).toEqual([true, true, false]);
});

test("a terminal that closes and a manager that stops us are the same wish", () => {
  const { signal } = listening();
  signal("SIGHUP", 0);
  expect(signal("SIGTERM", 10)).toEqual([true, false, false]);
});

test("afterwards the signals are left alone", () => {
  const { source, stop } = listening();
  stop.dispose();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) expect(source.listenerCount(name)).toBe(0);
});
