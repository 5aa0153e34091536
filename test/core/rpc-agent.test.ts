import { afterEach, expect, test } from "bun:test";
import type { AgentEvent } from "../../src/core/agent.ts";
import { RpcAgent } from "../../src/core/rpc-agent.ts";
import { RpcProcess } from "../../src/core/rpc-process.ts";
import { capabilitiesOf } from "../../src/core/rpc-protocol.ts";
import { formatSessionKey } from "../../src/core/session-key.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { allOf, answerIn, endOf, SCRIPTED_PI } from "../fakes/pi-world.ts";
import { scriptedModels } from "../fakes/scripted-models.ts";

const started: RpcProcess[] = [];
afterEach(() => {
  for (const process of started.splice(0)) process.kill();
});

/** What was asked of the pool about the session. */
const opened: string[] = [];

const NEVER = new AbortController().signal;
const address = { channel: "test", account: "default", scope: "dm", chat: "a" } as const;

function agentOn(words: string, version = "0.73.1", graceMs = 5000): RpcAgent {
  const process = new RpcProcess({
    launch: {
      command: [globalThis.process.execPath, SCRIPTED_PI],
      env: { PATH: globalThis.process.env["PATH"] ?? "", SCRIPTED_PI: `${words} version=${version}` },
      cwd: "/",
    },
    clock: systemClock,
    log: silentLogger,
    onUiRequest: () => {},
  });
  started.push(process);
  return new RpcAgent({
    process,
    session: {
      key: formatSessionKey({ agent: "main", address }),
      agent: "main",
      address,
      file: "/nowhere/a.jsonl",
      createdAtMs: 0,
      lastActiveAtMs: 0,
      turns: 0,
    },
    models: scriptedModels(),
    capabilities: capabilitiesOf(version),
    clock: systemClock,
    graceMs,
    letGo: () => void opened.push("let go"),
    reopen: async () => void opened.push("opened"),
  });
}

const ask = (agent: RpcAgent, text: string, signal = NEVER) => allOf(agent.run({ text, images: [] }, signal));

for (const version of ["0.73.1", "0.87.1"]) {
  test(`an answer of ${version} comes whole, and the next prompt finds pi idle`, async () => {
    const agent = agentOn("", version);
    for (const text of ["one", "two", "three"]) {
      const events = await ask(agent, text);
      expect(answerIn(events)).toBe(`scripted: ${text}`);
      expect(endOf(events)).toMatchObject({ reason: "stop" });
    }
  });

  test(`a retry of ${version} is waited out: the run ends with the answer that came of it`, async () => {
    const agent = agentOn("retry", version);
    const events = await ask(agent, "hello");
    expect(events).toContainEqual({ type: "retrying", attempt: 1, delayMs: 50, reason: "529 overloaded" });
    expect(answerIn(events)).toBe("after the retry: hello");
    expect(endOf(events)).toMatchObject({ reason: "stop" });
  });

  test(`after an overflow ${version} compacts and runs again: that answer is the one`, async () => {
    const events = await ask(agentOn("overflow", version), "hello");
    expect(events).toContainEqual({ type: "compacting", done: true });
    expect(answerIn(events)).toBe("after the compaction: hello");
  });
}

test("what 0.73 goes on with by itself after a compaction belongs to the run that steered it", async () => {
  const agent = agentOn("compact");
  const events: AgentEvent[] = [];
  for await (const event of agent.run({ text: "one", images: [] }, NEVER)) {
    events.push(event);
    if (event.type === "compacting" && !event.done) void agent.steer("two");
  }
  expect(events).toContainEqual({ type: "steered", text: "two" });
  expect(answerIn(events)).toBe("scripted: two");
  expect(opened).toEqual([]);
});

test("a session in which something was left is opened anew before the next prompt, and before nothing else", async () => {
  const agent = agentOn("");
  const stop = new AbortController();
  for await (const event of agent.run({ text: "linger", images: [] }, stop.signal)) {
    if (event.type === "text") void agent.steer("left").then(() => stop.abort());
  }
  expect(opened.splice(0)).toEqual(["let go"]);
  await ask(agent, "one");
  await ask(agent, "two");
  expect(opened.splice(0)).toEqual(["opened"]);
});

test("a prompt that an extension takes for itself ends without an answer instead of hanging", async () => {
  const events = await ask(agentOn("swallow"), "hello");
  expect(events).toEqual([endOf(events)]);
  expect(endOf(events)).toMatchObject({ reason: "stop" });
});

test("a pi that dies in the middle ends the run at once, and says that it died", async () => {
  for (const [words, how] of [
    ["kill", "SIGKILL"],
    ["exit", "exited with 0"],
  ] as const) {
    const events = await ask(agentOn(words), "hello");
    expect(events.map(({ type }) => type)).toEqual(["message_start", "text", "end"]);
    expect(endOf(events)).toMatchObject({ reason: "error", died: true });
    expect(endOf(events).error).toContain(how);
  }
});

test("a stopped run ends as aborted, and pi takes the next prompt", async () => {
  const agent = agentOn("");
  const stop = new AbortController();
  const events: AgentEvent[] = [];
  const run = (async () => {
    for await (const event of agent.run({ text: "hang", images: [] }, stop.signal)) events.push(event);
  })();
  await agent.stats().catch(() => {}); // An answer to a later command: the prompt has arrived.
  stop.abort();
  await run;
  expect(endOf(events)).toMatchObject({ reason: "aborted" });
  expect(answerIn(await ask(agent, "again"))).toBe("scripted: again");
});

test("a prompt that is stopped before it begins never reaches pi", async () => {
  const agent = agentOn("");
  const events = await ask(agent, "hang", AbortSignal.abort());
  expect(events).toEqual([endOf(events)]);
  expect(endOf(events)).toMatchObject({ reason: "aborted" });
  expect(answerIn(await ask(agent, "again"))).toBe("scripted: again");
});

test("a pi that does not stop is ended, and the run with it", async () => {
  const agent = agentOn("deaf", "0.73.1", 30);
  const stop = new AbortController();
  const run = ask(agent, "hang", stop.signal);
  await agent.stats().catch(() => {});
  stop.abort();
  expect(endOf(await run)).toMatchObject({ reason: "aborted" });
});

test("leaving the loop early stops pi before the next run begins", async () => {
  const agent = agentOn("");
  for await (const event of agent.run({ text: "linger", images: [] }, NEVER))
    if (event.type === "text") break;
  expect(answerIn(await ask(agent, "two"))).toBe("scripted: two");
});

test("people's text is never taken for one of pi's commands", async () => {
  expect(answerIn(await ask(agentOn(""), "/quit now"))).toBe("scripted:  /quit now");
});
