import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HookContext, HookName } from "../../src/core/hooks.ts";
import { HOOK_RULES } from "../../src/plugins/hook-rules.ts";
import type { Plugin } from "../../src/plugins/types.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { HookRegistry } from "../../src/plugins/hooks.ts";
import { FAUX_MODEL, newerPi, OWN_PI, PiWorld } from "../fakes/pi-world.ts";
import { ALICE, PluginWorld } from "../fakes/plugin-world.ts";

setDefaultTimeout(60_000);

type Deeds = { [Name in HookName]?: (context: HookContext<Name>) => unknown };

/** What the one plugin of these tests does in each hook, set by each test. */
let deeds: Deeds = {};
let seen: { readonly hook: HookName; readonly context: Record<string, unknown> }[] = [];

const everyHook: Plugin = (api) => {
  for (const hook of Object.keys(HOOK_RULES) as HookName[]) {
    api.on(hook, ((context: never) => {
      seen.push({ hook, context: structuredClone(omitConfig(context)) });
      return deeds[hook]?.(context);
    }) as never);
  }
};

function omitConfig(context: Record<string, unknown>): Record<string, unknown> {
  return "config" in context ? { ...context, config: typeof context["config"] } : context;
}

const contextsOf = (hook: HookName) => seen.filter((one) => one.hook === hook).map(({ context }) => context);

const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

describe.each([
  ["0.73.1", () => OWN_PI],
  ["newer", newerPi],
])("inside the real pi, %s", (_version, pi) => {
  let world: PluginWorld;
  beforeAll(async () => {
    world = await PluginWorld.open(everyHook, { pi: pi() });
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    deeds = {};
    seen = [];
  });
  const bash = (command: string) => world.ask(`tool bash ${JSON.stringify({ command })}`);

  test("before_tool_call stops a bash call, in our words and in OpenClaw's: the command does not run", async () => {
    const marker = join(world.home, "forbidden");
    for (const answer of [{ block: "Not here." }, { block: true, blockReason: "Not here." }]) {
      deeds = { before_tool_call: () => answer };
      expect(await bash(`touch ${marker}`)).toContain("Not here.");
      expect(existsSync(marker)).toBe(false);
    }
    expect(contextsOf("before_tool_call")[0]).toEqual({
      sessionKey: ALICE,
      tool: "bash",
      params: { command: `touch ${marker}` },
    });
  });

  test("before_tool_call rewrites what bash runs, by assignment and by its answer", async () => {
    deeds = {
      before_tool_call: (context) => {
        context.params = { command: "echo assigned" };
      },
    };
    expect(await bash("echo original")).toContain("assigned");
    deeds = { before_tool_call: () => ({ params: { command: "echo returned" } }) };
    expect(await bash("echo original")).toContain("returned");
  });

  test("after_tool_call replaces a result: the model, the transcript and the page have the new one", async () => {
    deeds = { after_tool_call: () => ({ result: { content: "short" } }) };
    expect(await bash("echo a-very-long-output")).toBe("RESULT: short");
    expect(contextsOf("after_tool_call")[0]).toMatchObject({
      sessionKey: ALICE,
      tool: "bash",
      params: { command: "echo a-very-long-output" },
      result: { isError: false },
    });
    expect(linesOf(world, "a-very-long-output").filter((line) => line.includes("toolResult"))).toEqual([]);
  });

  test("tool_result_persist takes a secret out of the transcript file, of the model's sight and of the page", async () => {
    deeds = { tool_result_persist: ({ result }) => ({ message: { content: redacted(result) } }) };
    const before = world.alice.frames.length;
    expect(await bash("printf 'sec'; printf 'ret-4711'")).toContain("[redacted]");
    expect(world.transcripts()).not.toContain("secret-4711");
    const frames = JSON.stringify(world.alice.frames.slice(before));
    expect(frames).not.toContain("secret-4711");
    expect(frames).toContain("[redacted]");
    expect(contextsOf("tool_result_persist")).toMatchObject([{ sessionKey: ALICE, tool: "bash" }]);
  });

  test("what pi writes down of a blocked call passes through tool_result_persist too", async () => {
    deeds = {
      before_tool_call: () => ({ block: "Because of secret-4712." }),
      tool_result_persist: ({ result }) => ({ result: { content: redacted(result) } }),
    };
    await bash("true");
    const results = linesOf(world, "Because of").filter((line) => line.includes('"toolResult"'));
    expect(results).toHaveLength(1);
    expect(results.join()).not.toContain("secret-4712");
  });

  test("an image that a tool has read survives a hook that changes the text beside it", async () => {
    const file = join(world.home, "dot.png");
    writeFileSync(file, Buffer.from(PNG, "base64"));
    deeds = {
      after_tool_call(context) {
        const content = context.result.content.map((block) =>
          block.type === "text" ? { ...block, text: "a picture" } : block,
        );
        context.result = { ...context.result, content };
      },
    };
    expect(await world.ask(`tool read ${JSON.stringify({ path: file })}`)).toBe("RESULT: a picture\n[image]");
    const [kept] = linesOf(world, "a picture").filter((line) => line.includes("toolResult"));
    expect(JSON.parse(kept ?? "{}").message.content).toContainEqual(
      expect.objectContaining({ type: "image", mimeType: "image/png" }),
    );
  });

  test("pi's own edit and write ask the same hooks", async () => {
    const path = join(world.home, "note.txt");
    deeds = { before_tool_call: ({ tool }) => ({ block: `no ${tool}` }) };
    expect(await world.ask(`tool write ${JSON.stringify({ path, content: "x" })}`)).toContain("no write");
    expect(existsSync(path)).toBe(false);
    writeFileSync(path, "old");
    const edits = [{ oldText: "old", newText: "new" }];
    expect(await world.ask(`tool edit ${JSON.stringify({ path, edits })}`)).toContain("no edit");
  });

  test("before_agent_start puts context before the prompt, and what was typed stays as it was typed", async () => {
    deeds = { before_agent_start: () => ({ prependContext: "It rains." }) };
    expect(await world.ask("hello there")).toBe("echo: It rains.\n\nhello there");
    const rows = await world.alice.history(ALICE);
    expect(rows.filter(({ role }) => role === "user").at(-1)?.text).toBe("hello there");
    expect(contextsOf("before_agent_start")).toEqual([
      { sessionKey: ALICE, message: "hello there", config: "object" },
    ]);
  });

  test("before_agent_start adds to the system prompt of one run: pi's own words stay", async () => {
    const plain = await world.ask("system");
    deeds = { before_agent_start: () => ({ systemPrompt: "Always say moo." }) };
    const added = await world.ask("system");
    expect(added).toContain("Always say moo.");
    for (const own of ["operating inside pi", "Execute bash commands", "Be concise in your responses"]) {
      expect([plain.includes(own), added.includes(own)]).toEqual([true, true]);
    }
    deeds = {};
    expect(await world.ask("system")).not.toContain("Always say moo.");
  });

  test("before_agent_start may answer itself: pi is not asked", async () => {
    deeds = { before_agent_start: () => ({ block: "Closed today." }) };
    expect(await world.ask("hello")).toBe("Closed today.");
    expect(contextsOf("agent_end")).toEqual([]);
  });

  test("agent_end tells what was said and done in the run, and what it used", async () => {
    await bash("echo counted");
    const [end] = contextsOf("agent_end");
    const prompt = `tool bash ${JSON.stringify({ command: "echo counted" })}`;
    expect(end).toMatchObject({
      sessionKey: ALICE,
      messages: [
        { role: "user", text: expect.stringContaining(prompt) },
        {
          role: "assistant",
          stopReason: "toolUse",
          toolCalls: [{ tool: "bash", params: { command: "echo counted" } }],
        },
        { role: "tool", text: expect.stringContaining("counted") },
        { role: "assistant", text: expect.stringContaining("RESULT: counted"), stopReason: "stop" },
      ],
      usage: { outputTokens: 10, costUsd: 0.5 },
    });
  });

  test("message_received, message_sending and message_sent see a message on its way, and change or stop it", async () => {
    deeds = {
      message_received(context) {
        context.message = { ...context.message, text: `${context.message.text} please` };
      },
      message_sending: () => ({ content: "changed on its way out" }),
    };
    expect(await world.ask("hello")).toBe("changed on its way out");
    await world.alice.until("message_sent", () => contextsOf("message_sent").length > 0);
    const common = { sessionKey: ALICE, channel: "webchat" };
    expect(contextsOf("message_received")).toMatchObject([{ ...common, message: { text: "hello" } }]);
    expect(contextsOf("message_sending")).toMatchObject([
      { ...common, message: { kind: "text", markdown: "echo: hello please" } },
    ]);
    expect(contextsOf("message_sent")).toMatchObject([
      { ...common, message: { kind: "text", markdown: "changed on its way out" } },
    ]);
    deeds = { message_sending: () => ({ cancel: true }) };
    expect(await world.ask("hello")).toBe("");
  });
});

test.each([
  ["0.73.1", () => OWN_PI],
  ["newer", newerPi],
])(
  "before_compaction keeps pi %s from shortening a conversation, after_compaction hears that it has",
  async (_version, pi) => {
    const hooks = new HookRegistry(() => 1000, silentLogger);
    const told: unknown[] = [];
    let answer: { cancel: boolean } | undefined = { cancel: true };
    hooks.add(["before_compaction"], () => answer, "test");
    hooks.add(["after_compaction"], (context) => void told.push({ ...context }), "test");
    const agent = { piCliPath: pi(), extensions: [FAUX_MODEL], model: "faux/echo" };
    await using pis = await PiWorld.make({ agent, hooks });
    const session = pis.session("long");
    for (let turn = 0; turn < 3; turn++) await pis.prompt(session, "say 60000 1000");
    const compact = () => pis.use(session, (one) => one.compact(undefined, new AbortController().signal));
    expect(compact()).rejects.toThrow();
    await compact().catch(() => {});
    const compactions = () => readFileSync(session.file, "utf8").split('"type":"compaction"').length - 1;
    expect([compactions(), told]).toEqual([0, []]);
    answer = undefined;
    await compact();
    expect([compactions(), told]).toEqual([1, [{ sessionKey: session.key }]]);
  },
);

describe("a hook that breaks", () => {
  const never = () => new Promise<never>(() => {});
  const broken = () => {
    throw new Error("broken");
  };
  const ways = [
    ["by throwing", broken],
    ["by never answering", never],
  ] as const;
  let world: PluginWorld;
  beforeAll(async () => {
    deeds = { session_start: broken, gateway_start: broken };
    world = await PluginWorld.open(everyHook, { hookTimeoutMs: 200 });
  });
  afterAll(async () => {
    deeds = { gateway_stop: broken };
    await world[Symbol.asyncDispose]();
  });

  test.each(ways)("%s lets no tool call through where it guards them", async (_how, handler) => {
    deeds = { before_tool_call: handler };
    const marker = join(world.home, "never");
    expect(await world.ask(`tool bash ${JSON.stringify({ command: `touch ${marker}` })}`)).toContain(
      "The check before_tool_call of the plugin test failed.",
    );
    expect(existsSync(marker)).toBe(false);
  });

  test.each(ways)(
    "%s lets no message out where it guards them, and the person reads that one was withheld",
    async (_how, handler) => {
      deeds = { message_sending: handler };
      const said = await world.ask("hello");
      expect(said).not.toContain("hello");
      expect(said).not.toBe("");
    },
  );

  const OPEN = [
    "message_received",
    "before_agent_start",
    "agent_end",
    "message_sent",
    "after_tool_call",
    "tool_result_persist",
  ] as const;
  const eachOpen = OPEN.flatMap((hook) => ways.map(([how, handler]) => [hook, how, handler] as const));
  test.each(eachOpen)("%s, %s, costs neither a message nor a tool's result", async (hook, _how, handler) => {
    deeds = { [hook]: handler };
    expect(await world.ask('tool bash {"command":"echo whole"}')).toContain("RESULT: whole");
  });
});

test("sessions begin with their first message and end when they are ended; the gateway tells when it is up and goes down", async () => {
  const told: string[] = [];
  const world = await PluginWorld.open((api) => {
    api.registerHook(["session_start", "session_end"], ({ sessionKey }) => void told.push(sessionKey));
    api.on("gateway_start", ({ config }) => void told.push(`up ${config.gateway.port}`));
    api.on("gateway_stop", () => void told.push("down"));
  });
  await using _world = world;
  for (const text of ["one", "two"]) await world.ask(text);
  await world.alice.call("session.kill", { key: ALICE });
  expect(await world.ask("roles")).toBe("user");
  await world.stop();
  expect(told).toEqual(["up 0", ALICE, ALICE, ALICE, "down"]);
});

const redacted = (result: HookContext<"tool_result_persist">["result"]) =>
  result.content.map((block) =>
    block.type === "text" ? { ...block, text: block.text.replaceAll(/secret-\d+/g, "[redacted]") } : block,
  );

const linesOf = (world: PluginWorld, text: string) =>
  world
    .transcripts()
    .split("\n")
    .filter((line) => line.includes(text));
