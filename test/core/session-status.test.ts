import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Agent, SessionStats } from "../../src/core/agent.ts";
import type { Session } from "../../src/core/session.ts";
import { formatSessionKey } from "../../src/core/session-key.ts";
import { readSessionStatus, type StatusSources } from "../../src/core/session-status.ts";

const address = { channel: "page", account: "default", scope: "dm", chat: "alice" } as const;
const key = formatSessionKey({ agent: "main", address });
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "status-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function sources(stats?: () => Promise<SessionStats>): StatusSources {
  const session: Session = {
    key,
    agent: "main",
    address,
    file: join(folder, "alice.jsonl"),
    createdAtMs: 1,
    lastActiveAtMs: 2,
    turns: 3,
  };
  const message = { role: "assistant", content: [], stopReason: "stop", provider: "a", model: "one" };
  const usage = { input: 40, output: 10, cost: { total: 0.5 } };
  writeFileSync(
    session.file,
    `${JSON.stringify({ id: "1", type: "message", message: { ...message, usage } })}\n`,
  );
  const agent: Partial<Agent> | undefined = stats && { stats };
  const model = { id: "a/one", isDemo: false, contextWindow: 400 };
  return {
    sessions: { get: async (asked) => (asked === key ? session : undefined) },
    turns: { depth: async () => 2 },
    pool: {
      // Only its figures are asked for.
      running: () => agent as Agent | undefined,
      stats: () => ({ total: 1, busy: 0, idle: 1, min: 1, max: 1, longestWaitMs: 0, model }),
    },
    models: { states: () => [{ id: "a/one", state: "ok" }] },
  };
}

test("between turns, the transcript and the record tell how a session is", async () => {
  expect(await readSessionStatus(key, sources())).toEqual({
    sessionKey: key,
    agent: "main",
    model: "a/one",
    models: [{ id: "a/one", state: "ok" }],
    usage: { inputTokens: 40, outputTokens: 10, costUsd: 0.5 },
    context: { tokens: 50, window: 400, percent: 12.5 },
    isRunning: false,
    waiting: 2,
    turns: 3,
    createdAtMs: 1,
    lastActiveAtMs: 2,
  });
});

test("while a turn runs, its pi is asked; what it has compacted away still counts as paid", async () => {
  const stats: SessionStats = {
    model: "b/two",
    usage: { inputTokens: 5, outputTokens: 1, costUsd: 0.1 },
    contextTokens: 60,
    contextWindow: 120,
  };
  expect(
    await readSessionStatus(
      key,
      sources(async () => stats),
    ),
  ).toMatchObject({
    model: "b/two",
    usage: { inputTokens: 40, costUsd: 0.5 },
    context: { tokens: 60, window: 120, percent: 50 },
    isRunning: true,
  });
});

test("a pi that does not answer costs nobody the rest", async () => {
  const status = await readSessionStatus(
    key,
    sources(() => Promise.reject(new Error("too busy"))),
  );
  expect(status).toMatchObject({ model: "a/one", isRunning: true, context: { tokens: 50 } });
});

test("a session that nobody had has no status", async () => {
  const other = formatSessionKey({ agent: "main", address: { ...address, chat: "bob" } });
  expect(await readSessionStatus(other, sources())).toBeUndefined();
});
