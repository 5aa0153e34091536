import { describe, expect, test } from "bun:test";
import type { Config } from "../../src/core/config-schema.ts";
import type { SessionKey } from "../../src/core/session-key.ts";
import { type Fields, type Logger, silentLogger } from "../../src/lib/logger.ts";
import { HookRegistry } from "../../src/plugins/hooks.ts";
import { PluginRegistry } from "../../src/plugins/registry.ts";
import type { GatewayPluginApi, Plugin } from "../../src/plugins/types.ts";
import { PlainPlatform } from "../fakes/platforms.ts";
import printedSample from "../guide/sample-plugin.ts";

/** It is written against the types that the package publishes, which are the same in another file. */
const samplePlugin = printedSample as unknown as Plugin;

const capabilities = {
  text: { limit: 10 },
  pace: () => ({ perChatMs: 0, perPreviewMs: 0 }),
  nonceWindowMs: 0,
};
const open = () => new PluginRegistry(new HookRegistry(() => 1000, silentLogger));
const plugin = (name: string, more: { log?: Logger; rank?: number } = {}) => ({
  name,
  config: {} as Config,
  options: undefined,
  log: silentLogger,
  ...more,
});
const apiOf = (registry: PluginRegistry, name: string) => registry.open(plugin(name)).api;

/** One of each of the eight, and how many there are. */
const EIGHT: Readonly<Record<string, (api: GatewayPluginApi) => Disposable>> = {
  channel: (api) => api.registerChannel(new PlainPlatform("matrix", capabilities)),
  tool: (api) =>
    api.registerTool({ name: "weather", description: "…", parameters: {}, execute: () => "sunny" }),
  hook: (api) => api.registerHook(["message_received"], () => {}),
  route: (api) => api.registerHttpRoute("GET", "/weather/:city", () => new Response()),
  method: (api) => api.registerGatewayMethod("weather.now", () => "sunny"),
  command: (api) => api.registerCommand("weather", () => {}),
  service: (api) => api.registerService({ name: "weather", start: () => {} }),
  cli: (api) => api.registerCli("weather", () => 0),
};

const countIn = (registry: PluginRegistry): Readonly<Record<string, number>> => ({
  channel: registry.channels.length,
  tool: registry.tools.values.length,
  hook: Number(registry.hooks.has("message_received")),
  route: registry.routes.values.length,
  method: registry.methods.values.length,
  command: registry.commands.values.length,
  service: registry.services.values.length,
  cli: registry.cli.values.length,
});

describe("each of the eight registrations", () => {
  test.each(Object.keys(EIGHT))("%s is there until its handle takes it back", (kind) => {
    const registry = open();
    const handle = EIGHT[kind]!(apiOf(registry, "one"));
    expect(countIn(registry)[kind]).toBe(1);
    handle[Symbol.dispose]();
    expect(countIn(registry)[kind]).toBe(0);
  });

  test.each(Object.keys(EIGHT).filter((kind) => kind !== "hook"))(
    "%s: a taken name throws and names its owner",
    (kind) => {
      const registry = open();
      EIGHT[kind]!(apiOf(registry, "one"));
      expect(() => EIGHT[kind]!(apiOf(registry, "two"))).toThrow("already registered by one");
    },
  );

  test("all go with their plugin, and what another one has stays", async () => {
    const registry = open();
    const one = registry.open(plugin("one"));
    for (const add of Object.values(EIGHT)) add(one.api);
    apiOf(registry, "two").registerTool({ name: "b", description: "…", parameters: {}, execute: () => "" });
    await one.dispose();
    expect(Object.values(countIn(registry))).toEqual([0, 1, 0, 0, 0, 0, 0, 0]);
  });

  test.each(Object.keys(EIGHT))(
    "%s: a plugin that was unloaded adds nothing any more, and is told so",
    async (kind) => {
      const registry = open();
      const one = registry.open(plugin("one"));
      await one.dispose();
      expect(() => EIGHT[kind]!(one.api)).toThrow("The plugin one was unloaded");
      expect(countIn(registry)[kind]).toBe(0);
    },
  );
});

test("a channel is found by its name and account", () => {
  const registry = open();
  const channel = new PlainPlatform("matrix", capabilities);
  apiOf(registry, "one").registerChannel(channel);
  expect(registry.channelFor({ channel: "matrix", account: "default" })).toBe(channel);
  expect(registry.channelFor({ channel: "matrix", account: "work" })).toBeUndefined();
});

test("the guide's sample plugin registers as printed; its channel is listed as incomplete, with one warning", async () => {
  const warnings: { fields: Fields; message: string }[] = [];
  const log: Logger = {
    ...silentLogger,
    child: () => log,
    warn: (fields, message) => void warnings.push({ fields, message }),
  };
  const registry = open();
  const sample = registry.open(plugin("my-plugin", { log }));
  void samplePlugin(sample.api);
  const expected = { channel: 0, tool: 1, hook: 1, route: 1, method: 1, command: 1, service: 1, cli: 0 };
  expect(countIn(registry)).toEqual(expected);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]?.fields).toMatchObject({
    channel: "my-channel/default",
    missing: ["start", "stop", "send", "capabilities"],
  });
  expect(registry.incompleteChannels.ownerOf("my-channel/default")).toBe("my-plugin");
  await sample.dispose();
  expect(registry.incompleteChannels.values).toEqual([]);
});

test("the schema of a tool that takes nothing is the schema of an object", () => {
  const registry = open();
  void samplePlugin(apiOf(registry, "my-plugin"));
  expect(registry.tools.get("my_tool")?.parameters).toEqual({ type: "object", properties: {} });
});

test("a tool keeps its own object: what it holds is there when it runs", async () => {
  class Counter {
    readonly name = "count";
    readonly description = "…";
    readonly parameters = {};
    count = 0;
    execute() {
      return ++this.count;
    }
  }
  const registry = open();
  apiOf(registry, "one").registerTool(new Counter());
  expect(await registry.tools.get("count")?.execute({}, {} as never)).toBe(1);
});

test.each([
  ["bash", "already registered by pi"],
  ["two words", "a tool's name is"],
])("a tool cannot be called %p", (name, why) => {
  const api = apiOf(open(), "one");
  expect(() => api.registerTool({ name, description: "…", parameters: {}, execute: () => "" })).toThrow(why);
});

test("a command's name is what platforms take", () => {
  const api = apiOf(open(), "one");
  for (const name of ["Weather", "a b", "/weather", ""]) {
    expect(() => api.registerCommand(name, () => {})).toThrow("a command's name is");
  }
});

test("a hook that does not exist is refused, and the right name said", () => {
  const api = apiOf(open(), "one");
  expect(() => api.on("message_recieved" as "message_received", () => {})).toThrow(
    "Did you mean message_received?",
  );
});

describe("the order of hooks", () => {
  const seenBy = async (registry: PluginRegistry) => {
    const context = { sessionKey: "agent:main:fake:dm:1" as SessionKey, tool: "bash", params: { by: "" } };
    await registry.hooks.run("before_tool_call", context);
    return context.params.by;
  };
  const mark = (api: GatewayPluginApi, by: string, priority?: number) =>
    api.on(
      "before_tool_call",
      ({ params }) => void (params["by"] = String(params["by"]) + by),
      priority === undefined ? {} : { priority },
    );

  test("is the order of the configuration; among the handlers of one plugin higher priorities go first", async () => {
    const registry = open();
    const [a, b] = [apiOf(registry, "a"), apiOf(registry, "b")];
    mark(b, "b");
    mark(a, "a");
    mark(b, "B", 10);
    mark(a, "z", -1);
    expect(await seenBy(registry)).toBe("azBb");
  });

  test("stays when a plugin is loaded again, or is as whoever loads it says", async () => {
    const registry = open();
    const a = registry.open(plugin("a"));
    mark(a.api, "a");
    mark(apiOf(registry, "b"), "b");
    await a.dispose();
    mark(registry.open(plugin("a")).api, "a");
    mark(registry.open(plugin("first", { rank: -1 })).api, "1");
    expect(await seenBy(registry)).toBe("1ab");
  });
});

describe("the small values of a plugin", () => {
  const ledger = () => {
    const values = new Map<string, string>();
    return {
      get: async (namespace: string, key: string) => values.get(`${namespace} ${key}`),
      set: async (namespace: string, key: string, value: string) =>
        void values.set(`${namespace} ${key}`, value),
    };
  };
  const withState = () => new PluginRegistry(new HookRegistry(() => 1000, silentLogger), { state: ledger() });

  test("are its own, and outlive a reload", async () => {
    const registry = withState();
    const one = registry.open(plugin("one"));
    await one.api.state.set("since", "5");
    await one.dispose();
    expect(await apiOf(registry, "one").state.get("since")).toBe("5");
    expect(await apiOf(registry, "two").state.get("since")).toBeUndefined();
  });

  test("are small, and not for a plugin that was unloaded", async () => {
    const registry = withState();
    const one = registry.open(plugin("one"));
    expect(one.api.state.set("a", "x".repeat(70_000))).rejects.toThrow("too large");
    await one.dispose();
    expect(one.api.state.set("a", "1")).rejects.toThrow("one");
  });
});

test.each(["cron", "dm", "agent"])(
  "a channel cannot be called %s: a session key would say something else",
  (name) => {
    const add = () => apiOf(open(), "a").registerChannel(new PlainPlatform(name, capabilities));
    expect(add).toThrow(`"${name}" cannot be the name of a channel: it is a word of session keys`);
  },
);
