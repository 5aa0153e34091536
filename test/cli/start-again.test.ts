import { expect, test } from "bun:test";
import { isKeptAlive, type Keeper } from "../../src/cli/start-again.ts";

function kept(facts: Partial<Keeper> = {}): boolean {
  return isKeptAlive({
    env: {},
    line: [300, 200, 100],
    isTerminal: false,
    streamId: () => "8:1",
    exists: () => false,
    ...facts,
  });
}

test("a gateway that somebody started by hand looks after itself", () => {
  expect(kept()).toBe(false);
  expect(kept({ isTerminal: true })).toBe(false);
});

test("systemd starts its main process again, also behind a launcher, and nothing else of a session", () => {
  expect(kept({ env: { JOURNAL_STREAM: "8:1" } })).toBe(true);
  expect(kept({ env: { SYSTEMD_EXEC_PID: "200" } })).toBe(true);
  // As everything has it that a desktop session starts.
  expect(kept({ env: { JOURNAL_STREAM: "9:9", SYSTEMD_EXEC_PID: "1234", INVOCATION_ID: "x" } })).toBe(false);
});

test("pm2 starts what it runs again", () => {
  expect(kept({ env: { pm_id: "0" } })).toBe(true);
});

test("a container's policy restarts what the container was started for, and nothing that was started inside", () => {
  const container = { exists: (path: string) => path === "/.dockerenv" };
  expect(kept({ ...container, line: [1] })).toBe(true);
  expect(kept({ ...container, line: [300, 20, 1] })).toBe(true);
  expect(kept({ env: { KUBERNETES_SERVICE_HOST: "10.0.0.1" }, line: [7, 1] })).toBe(true);
  expect(kept(container)).toBe(false);
  expect(kept({ ...container, line: [7, 1], isTerminal: true })).toBe(false);
  expect(kept({ line: [7, 1] })).toBe(false);
});
