import { afterEach, expect, test } from "bun:test";
import { AgentError } from "../../src/core/errors.ts";
import { RpcProcess } from "../../src/core/rpc-process.ts";
import type { UiRequest, WireRecord } from "../../src/core/rpc-protocol.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { SCRIPTED_PI } from "../fakes/pi-world.ts";

const started: RpcProcess[] = [];
afterEach(() => {
  for (const process of started.splice(0)) process.kill();
});

function start(
  words: string,
  more: { command?: string[]; lineLimitBytes?: number; asked?: UiRequest[] } = {},
) {
  const process = new RpcProcess({
    launch: {
      command: more.command ?? [globalThis.process.execPath, SCRIPTED_PI],
      env: { PATH: globalThis.process.env["PATH"] ?? "", SCRIPTED_PI: words },
      cwd: "/",
    },
    clock: systemClock,
    log: silentLogger,
    onUiRequest: (request) => more.asked?.push(request),
    ...(more.lineLimitBytes === undefined ? {} : { lineLimitBytes: more.lineLimitBytes }),
  });
  started.push(process);
  return process;
}

const shell = (script: string) => ["/bin/sh", "-c", script];

async function failureOf(work: Promise<unknown>): Promise<AgentError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AgentError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

test("a command gets its own answer, whatever comes in between", async () => {
  const pi = start("");
  const [state, models] = await Promise.all([
    pi.request({ type: "get_state" }),
    pi.request({ type: "get_available_models" }),
  ]);
  expect(state).toMatchObject({ isStreaming: false });
  expect(models).toMatchObject({ models: [{ id: "scripted" }] });
});

test("a refusal is an error with pi's words", async () => {
  const error = await failureOf(start("").request({ type: "set_thinking_level", level: "x" }));
  expect(error.code).toBe("refused");
  expect(error.message).toContain("Unknown command");
});

test("a refusal that leaves out the id, as old versions do, does not hang", async () => {
  const error = await failureOf(start("no-id").request({ type: "set_thinking_level", level: "x" }));
  expect(error.code).toBe("refused");
});

test("a command that is not answered fails at its deadline", async () => {
  const error = await failureOf(start("mute").request({ type: "get_state" }, 20));
  expect(error.code).toBe("timed-out");
});

test("what waits for an answer learns of the death, with pi's last words", async () => {
  const pi = start("crash");
  const error = await failureOf(pi.request({ type: "get_state" }));
  expect(error.code).toBe("process-died");
  expect(error.retry).toBe("now");
  expect(error.message).toContain("the moon is in the wrong place");
  expect(await pi.ended).toMatchObject({ code: 3, stopped: false, orphans: true });
  expect((await failureOf(pi.request({ type: "get_state" }))).code).toBe("process-died");
});

test("a signal and an exit with 0 are each an end", async () => {
  for (const [words, reason] of [
    ["kill", "pi ended by SIGKILL"],
    ["exit", "pi exited with 0"],
  ] as const) {
    const pi = start(words);
    const seen: WireRecord[] = [];
    using _listening = pi.listen((record) => seen.push(record));
    await pi.request({ type: "prompt", message: "go" });
    expect((await pi.ended).reason).toBe(reason);
    // All that it said before is handed on first.
    expect(seen.at(-1)).toMatchObject({ assistantMessageEvent: { delta: "half an ans" } });
  }
});

test("a pi that closes its output is as good as dead, even if it lingers", async () => {
  const pi = start("", { command: shell(`echo '{"type":"agent_start"}'; exec >&- 2>&-; exec sleep 60`) });
  expect(await pi.ended).toMatchObject({ reason: "pi closed its output", stopped: false });
});

test("a program that cannot be started is an error, not a crash", () => {
  expect(() => start("", { command: ["/no/such/program"] })).toThrow(AgentError);
});

test("an endless line ends the process, and says so", async () => {
  const pi = start("", { command: shell("head -c 100000 /dev/zero; sleep 60"), lineLimitBytes: 1000 });
  expect((await pi.ended).reason).toContain("a line is longer than 1000 bytes");
});

test("text that is no record is passed over, and kept for the error when nothing else came", async () => {
  const pi = start("", { command: shell("echo 'bash: no job control'; exit 1") });
  expect((await pi.ended).strayOutput).toBe("bash: no job control");
  const speaking = start("", { command: shell(`echo hello; echo '{"type":"agent_start"}'`) });
  expect((await speaking.ended).strayOutput).toBe("");
});

test("a question of an extension arrives, and its answer too", async () => {
  const asked: UiRequest[] = [];
  const question = '{"type":"extension_ui_request","id":"q1","method":"input","title":"t"}';
  const pi = start("", { command: shell(`echo '${question}'; read answer; echo "$answer" >&2`), asked });
  while (asked.length === 0) await new Promise(setImmediate);
  pi.answer("q1", { value: "yes" });
  expect(JSON.parse((await pi.ended).stderr)).toEqual({
    type: "extension_ui_response",
    id: "q1",
    value: "yes",
  });
});

test("stopping is soft first: a pi that listens ends by SIGTERM", async () => {
  const pi = start("");
  await pi.request({ type: "get_state" });
  await pi.stop(5000);
  expect(await pi.ended).toMatchObject({ signal: "SIGTERM", stopped: true, orphans: false });
});

test("stopping is certain: a deaf pi is killed after the grace", async () => {
  const pi = start("deaf");
  await pi.request({ type: "get_state" });
  await pi.stop(20);
  expect(await pi.ended).toMatchObject({ signal: "SIGKILL", stopped: true, orphans: true });
  await pi.stop(20);
});
