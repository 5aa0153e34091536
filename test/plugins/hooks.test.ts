import { describe, expect, test } from "bun:test";
import type { HookContext } from "../../src/core/hooks.ts";
import type { SessionKey } from "../../src/core/session-key.ts";
import { type Fields, type Logger, silentLogger } from "../../src/lib/logger.ts";
import { HookRegistry } from "../../src/plugins/hooks.ts";
import { inbound, SESSION } from "../fakes/path-world.ts";

const registry = (timeoutMs = 1000) => new HookRegistry(() => timeoutMs, silentLogger);
const received = (): HookContext<"message_received"> => ({
  sessionKey: SESSION,
  message: inbound("1", "hello"),
  channel: "fake",
});
const toolCall = (): HookContext<"before_tool_call"> => ({ sessionKey: SESSION, tool: "bash", params: {} });
const never = () => new Promise<void>(() => {});

test("hooks run in the order in which they were registered, each sees what the ones before it changed", async () => {
  const hooks = registry();
  for (const mark of ["a", "b"]) {
    hooks.add(
      ["before_tool_call"],
      ({ params }) => void (params["seen"] = [params["seen"], mark].flat()),
      mark,
    );
  }
  const context = toolCall();
  await hooks.run("before_tool_call", context);
  expect(context.params["seen"]).toEqual([undefined, "a", "b"]);
});

test("the first block wins, later hooks are not asked", async () => {
  const hooks = registry();
  let asked = 0;
  hooks.add(["before_tool_call"], () => ({ block: "no" }), "first");
  hooks.add(["before_tool_call"], () => void asked++, "second");
  expect(await hooks.run("before_tool_call", toolCall())).toEqual({ block: "no" });
  expect(asked).toBe(0);
});

test("a hook that was taken back is not asked any more, the others are", async () => {
  const hooks = registry();
  const handle = hooks.add(["message_received", "before_tool_call"], () => ({ block: "x" }), "one");
  expect(hooks.has("message_received")).toBe(true);
  handle[Symbol.dispose]();
  expect(hooks.has("message_received")).toBe(false);
  expect(await hooks.run("before_tool_call", toolCall())).toBeUndefined();
});

describe("a hook that fails", () => {
  test.each(["before_tool_call", "message_sending"] as const)("%s stops what it guards", async (name) => {
    const hooks = registry();
    hooks.add(
      [name],
      () => {
        throw new Error("broken");
      },
      "guard",
    );
    const block = await hooks.run(name, {
      ...toolCall(),
      ...received(),
      message: { kind: "text", markdown: "x" },
    } as never);
    expect(block).toMatchObject({ failed: true });
    expect(block?.block).toContain("guard");
  });

  test.each(["message_received", "before_agent_start", "tool_result_persist"] as const)(
    "%s does not cost the message",
    async (name) => {
      const hooks = registry();
      hooks.add(
        [name],
        () => {
          throw new Error("broken");
        },
        "plugin",
      );
      expect(await hooks.run(name, received() as never)).toBeUndefined();
    },
  );

  test("by never answering counts as failed after its time, and the next hook is asked", async () => {
    const hooks = registry(5);
    let asked = 0;
    hooks.add(["message_received"], never, "slow");
    hooks.add(["message_received"], () => void asked++, "next");
    expect(await hooks.run("message_received", received())).toBeUndefined();
    expect(asked).toBe(1);
    hooks.add(["before_tool_call"], never, "slow");
    expect(await hooks.run("before_tool_call", toolCall())).toMatchObject({ failed: true });
  });
});

test("nobody waits for those who only observe", async () => {
  const hooks = registry();
  hooks.add(["session_start"], never, "slow");
  await hooks.run("session_start", { sessionKey: "agent:main:fake:dm:1" as SessionKey });
});

describe("a hook that fails has changed nothing", () => {
  test("neither before it threw nor after its time was over", async () => {
    const hooks = registry(5);
    const late = Promise.withResolvers<void>();
    hooks.add(
      ["before_agent_start"],
      (context) => {
        context.message = "half";
        throw new Error("broken");
      },
      "broken",
    );
    const slow = late.promise.then(() => "over");
    hooks.add(
      ["before_agent_start"],
      async (context) => {
        await late.promise;
        context.message = "too late";
      },
      "slow",
    );
    const context = { sessionKey: SESSION, message: "hello", config: {} as never };
    await hooks.run("before_agent_start", context);
    late.resolve();
    await slow;
    expect(context.message).toBe("hello");
  });

  test("nor the parameters of a call, into which handlers write", async () => {
    const hooks = registry();
    hooks.add(
      ["after_tool_call", "before_tool_call"],
      (context) => {
        if ("params" in context) (context.params as { x?: number }).x = 1;
        throw new Error("broken");
      },
      "broken",
    );
    const context = toolCall();
    await hooks.run("before_tool_call", context);
    expect(context.params).toEqual({});
  });

  test("and one that leaves something impossible behind has failed", async () => {
    const hooks = registry();
    hooks.add(["message_sending"], (context) => void (context.message = "text" as never), "wrong");
    const context = {
      sessionKey: SESSION,
      message: { kind: "text", markdown: "x" } as const,
      channel: "fake",
    };
    expect(await hooks.run("message_sending", context)).toMatchObject({ failed: true });
    expect(context.message).toEqual({ kind: "text", markdown: "x" });
  });
});

test("a hook may ask for more time than the others have", async () => {
  const hooks = registry(1);
  const asked = Promise.withResolvers<void>();
  hooks.add(["before_tool_call"], () => asked.promise.then(() => ({ block: "no" })), "patient", {
    timeoutMs: 60_000,
  });
  const answer = hooks.run("before_tool_call", toolCall());
  hooks.add(["message_received"], never, "slow");
  await hooks.run("message_received", received());
  asked.resolve();
  expect(await answer).toEqual({ block: "no" });
});

test("what a hook returns and means nothing is logged once, with what would be understood", async () => {
  const warned: Fields[] = [];
  const log: Logger = { ...silentLogger, warn: (fields) => void warned.push(fields) };
  const hooks = new HookRegistry(() => 1000, log);
  hooks.add(["before_tool_call"], () => ({ blocked: true }) as never, "guard");
  for (let call = 0; call < 3; call++)
    expect(await hooks.run("before_tool_call", toolCall())).toBeUndefined();
  const allowed = "an object with block, blockReason, params, requireApproval";
  expect(warned).toEqual([{ hook: "before_tool_call", plugin: "guard", returned: "blocked", allowed }]);
});

test("a failure is logged with the plugin and the hook", async () => {
  const errors: Fields[] = [];
  const log: Logger = { ...silentLogger, error: (fields) => void errors.push(fields) };
  const hooks = new HookRegistry(() => 1000, log);
  const error = new Error("broken");
  hooks.add(["session_end"], () => Promise.reject(error), "watcher");
  await hooks.run("session_end", { sessionKey: SESSION });
  await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  expect(errors).toEqual([{ error, hook: "session_end", plugin: "watcher" }]);
});

describe("listening", () => {
  const asked = (): HookContext<"transcribe_audio"> => ({
    sessionKey: SESSION,
    message: inbound("1", ""),
    path: "/a.ogg",
    mimeType: "audio/ogg",
    fileName: "a.ogg",
  });

  test("the first text is the last that is asked for", async () => {
    const hooks = registry();
    const calls: string[] = [];
    for (const [name, text] of [
      ["none", undefined],
      ["empty", ""],
      ["says", "hello"],
      ["late", "other"],
    ] as const) {
      const answer = text === undefined ? undefined : { text };
      hooks.add(["transcribe_audio"], () => (calls.push(name), answer), name);
    }
    const context = asked();
    await hooks.run("transcribe_audio", context);
    expect(context.text).toBe("hello");
    expect(calls).toEqual(["none", "empty", "says"]);
  });

  test("it may take longer than other hooks, unless it was registered with a limit of its own", async () => {
    const hooks = registry(1);
    const slowly = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return { text: "slow" };
    };
    hooks.add(["transcribe_audio"], slowly, "limited", { timeoutMs: 1 });
    const context = asked();
    await hooks.run("transcribe_audio", context);
    expect(context.text).toBeUndefined();
    hooks.add(["transcribe_audio"], slowly, "patient");
    await hooks.run("transcribe_audio", context);
    expect(context.text).toBe("slow");
  });

  test("what is no text has changed nothing", async () => {
    const hooks = registry();
    hooks.add(["transcribe_audio"], () => ({ text: 5 as never }), "number");
    hooks.add(["transcribe_audio"], (context) => void Object.assign(context, { text: {} }), "object");
    const context = asked();
    await hooks.run("transcribe_audio", context);
    expect(context.text).toBeUndefined();
  });
});
