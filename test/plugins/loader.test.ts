import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { silentLogger } from "../../src/lib/logger.ts";
import { PluginBackground } from "../../src/plugins/plugin-background.ts";
import { PluginWorld, toolPlugin } from "./plugin-world.ts";

let world: PluginWorld;

beforeEach(() => {
  world = new PluginWorld({ loadWithinMs: 300, graceMs: 5000 });
});
afterEach(() => world[Symbol.asyncDispose]());

/** Resolves once a plugin of this test has written `name`. */
async function written(name: string): Promise<void> {
  while (!existsSync(join(world.folder, name))) await Bun.sleep(2);
}
const touch = (name: string) => `require("node:fs").writeFileSync("${join(world.folder, name)}", "");`;

test("a file, a folder with and without a manifest, and a package are loaded in the order of the configuration", async () => {
  world.write("one.ts", toolPlugin("one", "1"));
  world.write("two/index.ts", toolPlugin("two", "2"));
  world.write("three/pi-gateway.plugin.json", '{"id": "drei", "version": "3.0.0", "main": "src/main.js"}');
  world.write("three/src/main.js", toolPlugin("three", "3"));
  world.write("node_modules/@me/four/package.json", '{"version": "4.0.0", "main": "lib.js"}');
  world.write("node_modules/@me/four/lib.js", toolPlugin("four", "4"));
  await world.start("one.ts", "two", "three", "@me/four");
  expect(world.tools).toEqual(["one", "two", "three", "four"]);
  expect(world.loader.list()).toMatchObject([
    { id: "one", state: "running", registered: ["tool one"] },
    { id: "two", state: "running" },
    { id: "drei", version: "3.0.0", state: "running" },
    { id: "@me/four", version: "4.0.0", state: "running" },
  ]);
  expect(await world.call("four")).toBe("4");
});

test("what is switched off is listed and not loaded", async () => {
  world.write("one.ts", `${touch("loaded")} ${toolPlugin("one", "1")}`);
  await world.start({ path: "one.ts", enabled: false });
  expect(world.plugin).toMatchObject({ id: "one", state: "disabled" });
  expect(existsSync(join(world.folder, "loaded"))).toBe(false);
});

test("what cannot be loaded says why and what to do, and costs no other plugin anything", async () => {
  world.write("syntax.ts", "export default (;");
  world.write("import.ts", `import "./nowhere.ts"; export default () => {};`);
  world.write("throws.ts", `throw new Error("top");`);
  world.write("function.ts", `export default () => { throw new Error("inside"); };`);
  world.write("rejects.ts", `export default async () => { throw new Error("later"); };`);
  world.write("nothing.ts", `export const plugin = 1;`);
  world.write("never.ts", `export default () => new Promise(() => {});`);
  world.write("hangs.ts", `await new Promise(() => {}); export default () => {};`);
  world.write("exits.ts", `export default () => process.exit(7);`);
  world.write("builtin.ts", toolPlugin("x", "x"));
  world.write("empty/readme.md", "");
  world.write("good.ts", toolPlugin("good", "fine"));
  const broken = ["syntax", "import", "throws", "function", "rejects", "nothing", "never", "hangs", "exits"];
  await world.start(
    ...[...broken, "builtin"].map((name) => `${name}.ts`),
    "empty",
    "gone",
    "./g/gone.ts",
    "good.ts",
  );
  const about = Object.fromEntries(
    world.loader.list().map((one) => [one.path.slice(world.folder.length + 1), one]),
  );
  expect(about["syntax.ts"]?.problem).toContain("Unexpected ;");
  expect(about["syntax.ts"]?.problem).toContain("syntax.ts:1:17");
  expect(about["import.ts"]?.problem).toContain("./nowhere.ts");
  expect(about["throws.ts"]?.problem).toMatch(
    /failed while it was loaded: Error: top \(.*throws\.ts:1:\d+\)/,
  );
  expect(about["function.ts"]?.problem).toContain("its function failed: Error: inside");
  expect(about["rejects.ts"]?.problem).toContain("its function failed: Error: later");
  expect(about["nothing.ts"]).toMatchObject({ fix: "Write: export default function (api) { … }" });
  expect(about["never.ts"]?.problem).toBe("it did not finish loading within 0.3 s");
  expect(about["hangs.ts"]?.problem).toBe("it did not finish loading within 0.3 s");
  expect(about["exits.ts"]?.problem).toContain("a plugin cannot end the gateway");
  expect(about["builtin.ts"]?.problem).toBe("the id builtin is taken by a part of the gateway");
  expect(about["empty"]?.problem).toContain("has no index.ts");
  expect(about["gone"]?.problem).toContain('does not exist, and no package "gone" is installed');
  expect(about["g/gone.ts"]?.problem).toEndWith("g/gone.ts does not exist");
  expect(world.loader.list().filter(({ state }) => state === "failed")).toHaveLength(13);
  expect(world.failures).toHaveLength(13);
  expect(world.tools).toEqual(["good"]);
});

test("what a plugin had registered before it failed is taken back", async () => {
  world.write(
    "half.ts",
    `export default (api) => { api.registerTool({ name: "half", description: "", parameters: {}, execute: () => "" });
      setInterval(() => { globalThis.halfTicks = (globalThis.halfTicks ?? 0) + 1; }, 1); throw new Error("no"); };`,
  );
  await world.start("half.ts");
  expect(world.tools).toEqual([]);
  const ticks = Reflect.get(globalThis, "halfTicks");
  await Bun.sleep(20);
  expect(Reflect.get(globalThis, "halfTicks")).toBe(ticks);
});

test("a name that another plugin has is refused with its owner, and the first one keeps it", async () => {
  world.write("first.ts", toolPlugin("same", "first"));
  world.write("second.ts", toolPlugin("same", "second"));
  await world.start("first.ts", "second.ts");
  expect(world.loader.list()[1]).toMatchObject({ state: "failed" });
  expect(world.loader.list()[1]?.problem).toContain("the tool same is already registered by first");
  expect(await world.call("same")).toBe("first");
});

test("a plugin may do without a name that is taken", async () => {
  world.write("first.ts", toolPlugin("same", "first"));
  const careful = (text: string) =>
    `export default (api) => { try { (${toolPlugin("same", "no").slice("export default ".length).replace(/;$/, "")})(api) } catch {}
     api.registerTool({ name: "own", description: "", parameters: {}, execute: () => "${text}" }); };`;
  world.write("second.ts", careful("one"));
  await world.start("first.ts", "second.ts");
  world.write("second.ts", careful("two"));
  await world.loader.reload("second");
  expect(await world.call("own")).toBe("two");
  expect(await world.call("same")).toBe("first");
});

test("two entries cannot have one id", async () => {
  world.write("a/index.ts", toolPlugin("one", "1"));
  world.write("b/a/index.ts", toolPlugin("two", "2"));
  await world.start("a", "b/a");
  expect(world.loader.list()[1]?.problem).toContain("the id a is taken by");
  expect(world.tools).toEqual(["one"]);
});

test("options are checked, defaults filled in, and a wrong one named by its place", async () => {
  world.write(
    "p/index.ts",
    `export default (api) => void api.registerTool({ name: "options", description: "", parameters: {}, execute: () => api.options });`,
  );
  world.write(
    "p/pi-gateway.plugin.json",
    JSON.stringify({
      configSchema: {
        type: "object",
        required: ["city"],
        additionalProperties: false,
        properties: { city: { type: "string" }, unit: { enum: ["c", "f"], default: "c" } },
      },
    }),
  );
  await world.start({ path: "p", enabled: true, options: { city: "Rome" } });
  expect(await world.call("options")).toEqual({ city: "Rome", unit: "c" });
  await world.follow({ path: "p", enabled: true, options: { unit: "k", town: 1 } });
  expect(world.plugin.problem).toBe(
    'plugins[0].options.city: missing; expected a text; plugins[0].options.unit: expected "c" or "f", got "k" (did you mean "c"?); plugins[0].options.town: the plugin has no such option',
  );
  expect(world.plugin.state).toBe("running");
  expect(await world.call("options")).toEqual({ city: "Rome", unit: "c" });
});

test("a reload runs fresh code of the plugin and of what it imports", async () => {
  world.write("p/text.ts", `export const text: string = "old";`);
  world.write(
    "p/index.ts",
    `import { text } from "./text.ts"; let calls = 0;
    export default (api) => void api.registerTool({ name: "t", description: "", parameters: {}, execute: () => text + ++calls });`,
  );
  await world.start("p");
  expect([await world.call("t"), await world.call("t")]).toEqual(["old1", "old2"]);
  world.write("p/text.ts", `export const text: string = "new";`);
  expect(await world.loader.reload("p")).toMatchObject([{ id: "p", state: "running" }]);
  expect(await world.call("t")).toBe("new1");
  expect(world.changes).toBe(1);
  expect(await world.loader.reload("nobody")).toEqual([]);
});

test("a reload leaves nothing of the old version behind", async () => {
  const version = (
    n: number,
  ) => `const count = (what) => { const all = globalThis.counted; all[what] = (all[what] ?? 0) + 1; };
    export default (api) => {
      setInterval(() => count("timer${n}"), 1);
      process.on("pi-gateway-test", () => count("listener${n}"));
      const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("${n}") });
      globalThis.port${n} = server.port;
      api.registerTool({ name: "t${n}", description: "", parameters: {}, execute: () => "" });
      api.registerHook(["message_received"], () => count("hook${n}"));
      api.registerCommand("c${n}", () => {});
      api.registerHttpRoute("GET", "/r${n}", () => {});
      api.registerGatewayMethod("m.${n}", () => {});
      api.registerService({ name: "s${n}", start: () => {}, stop: () => {} });
      api.registerCli("cli${n}", () => 0);
      api.registerChannel({ name: "ch${n}", capabilities: {}, start: async () => {}, stop: async () => {}, send: async () => {} });
    };`;
  const counted: Record<string, number> = {};
  Reflect.set(globalThis, "counted", counted);
  world.write("p.ts", version(1));
  await world.start("p.ts");
  expect(world.plugin.registered).toEqual([
    "tool t1",
    "hook message_received",
    "command /c1",
    "route GET /r1",
    "method m.1",
    "service s1",
    "pi-gw cli1",
    "channel ch1/default",
  ]);
  world.write("p.ts", version(2));
  await world.loader.reload();
  const { tools, commands, routes, methods, services, cli, channelList } = world.registry;
  const names = [tools, commands, routes, methods, services, cli, channelList].flatMap((list): string[] =>
    list.entries.map(({ name }) => name),
  );
  expect(names).toEqual(["t2", "c2", "GET /r2", "m.2", "s2", "cli2", "ch2/default"]);
  Object.assign(counted, { timer1: 0, listener1: 0, timer2: 0 });
  process.emit("pi-gateway-test" as "disconnect");
  while (!counted["timer2"]) await Bun.sleep(2);
  expect(counted).toMatchObject({ timer1: 0, listener1: 0, listener2: 1 });
  const old: unknown = await fetch(`http://127.0.0.1:${Reflect.get(globalThis, "port1")}`).catch(
    (error: unknown) => error,
  );
  expect(old).toBeInstanceOf(Error);
  expect(process.listenerCount("pi-gateway-test")).toBe(1);
  await world.follow();
  expect(process.listenerCount("pi-gateway-test")).toBe(0);
  expect(world.registry.tools.entries).toEqual([]);
});

test("while the new version cannot be loaded the old one works, and the list says what is wrong with the new", async () => {
  world.write("p.ts", toolPlugin("t", "old"));
  await world.start("p.ts");
  for (const broken of [
    "export default (;",
    `export default (api) => { ${toolPlugin("t", "half").slice("export default ".length)}(api); throw new Error("no"); }`,
    "export default 1;",
  ]) {
    world.write("p.ts", broken);
    expect(await world.loader.reload("p")).toMatchObject([{ state: "running", registered: ["tool t"] }]);
    expect(world.plugin.problem).toBeString();
    expect(await world.call("t")).toBe("old");
  }
  world.write("p.ts", toolPlugin("t", "new"));
  await world.loader.reload("p");
  expect(await world.call("t")).toBe("new");
  expect(world.plugin.problem).toBeUndefined();
});

test("a version whose registrations are refused gives way to the one before it, whole", async () => {
  world.write("p.ts", toolPlugin("t", "old"));
  await world.start("p.ts");
  world.registry.methods.watch({
    added: ({ name }) => {
      if (name === "refused.here") throw new Error("the method refused.here is the gateway's");
    },
  });
  world.write(
    "p.ts",
    toolPlugin("t2", "new")
      .replace("=> void ", "=> { ")
      .replace(/;$/, "; api.registerGatewayMethod('refused.here', () => 1); };"),
  );
  await world.loader.reload("p");
  expect(world.tools).toEqual(["t"]);
  expect(await world.call("t")).toBe("old");
  expect(world.plugin.problem).toContain("the method refused.here is the gateway's");
});

test("a call to the old version may finish; one that does not, ends with a reason when its time is over", async () => {
  const tool = (body: string) =>
    `export default (api) => void api.registerTool({ name: "t", description: "", parameters: {}, execute: async () => { ${body} } });`;
  world.write("p.ts", tool(`${touch("begun")} await Bun.sleep(60); return "old";`));
  await world.start("p.ts");
  const running = world.call("t");
  await written("begun");
  world.write("p.ts", tool(`${touch("endless")} await new Promise(() => {});`));
  await world.loader.reload("p");
  expect(await running).toBe("old");
  const endless = world.call("t");
  await written("endless");
  world.write("p.ts", toolPlugin("t", "third"));
  await world.loader.reload("p");
  expect(await world.call("t")).toBe("third");
  await world.loader.stop(AbortSignal.abort());
  expect(endless).rejects.toThrow("The plugin p was unloaded before it answered.");
});

test("what a plugin throws in a timer, or rejects unseen, also after a call, is its own: logged, listed, and over", async () => {
  world.write(
    "p.ts",
    `export default (api) => {
    setTimeout(() => { throw new Error("in a timer"); }, 1);
    void Promise.reject(new Error("unseen"));
    api.registerTool({ name: "t", description: "", parameters: {}, execute: () => { setTimeout(() => { throw new Error("after the call"); }, 1); return "ok"; } });
  };`,
  );
  await world.start("p.ts");
  expect(await world.call("t")).toBe("ok");
  while ((world.plugin.strays?.count ?? 0) < 3) await Bun.sleep(2);
  expect(world.failures.toSorted()).toEqual(["p: after the call", "p: in a timer", "p: unseen"]);
  expect(world.plugin.state).toBe("running");
});

test("a changed list loads what is new, unloads what is gone, and leaves the rest alone", async () => {
  for (const name of ["a", "b", "c"])
    world.write(
      `${name}.ts`,
      `globalThis.loads_${name} = (globalThis.loads_${name} ?? 0) + 1; ${toolPlugin(name, name)}`,
    );
  await world.start("a.ts", "b.ts");
  await world.follow("b.ts", "c.ts");
  expect(world.tools).toEqual(["b", "c"]);
  expect([Reflect.get(globalThis, "loads_b"), Reflect.get(globalThis, "loads_c")]).toEqual([1, 1]);
  await world.follow("b.ts", "c.ts");
  expect(world.changes).toBe(1);
  await world.follow({ path: "b.ts", enabled: false }, "c.ts");
  expect(world.tools).toEqual(["c"]);
});

test("hooks run in the order of the configuration, also after a reload and when a plugin comes between", async () => {
  for (const name of ["a", "b", "c"])
    world.write(
      `${name}.ts`,
      `export default (api) => void api.on("before_agent_start", (context) => { context.message += "${name}"; });`,
    );
  const order = async () => {
    const context = { sessionKey: "agent:main:webchat:dm:alice", message: "", config: {} };
    // As far as these hooks look at it.
    await world.registry.hooks.run(
      "before_agent_start",
      context as unknown as Parameters<typeof world.registry.hooks.run<"before_agent_start">>[1],
    );
    return context.message;
  };
  await world.start("a.ts", "c.ts");
  await world.loader.reload("a");
  expect(await order()).toBe("ac");
  await world.follow("a.ts", "b.ts", "c.ts");
  expect(await order()).toBe("abc");
  await world.follow("c.ts", "a.ts", "b.ts");
  expect(await order()).toBe("cab");
});

test("an error that reaches the process is put down to the plugin in whose files it was thrown, never one of ours", async () => {
  world.write(
    "p.ts",
    `export default (api) => void api.registerTool({ name: "t", description: "", parameters: {}, execute: () => { throw new Error("x"); } });`,
  );
  await world.start("p.ts");
  const error = await world.call("t").catch((thrown: unknown) => thrown);
  expect(world.loader.blame(error)).toBe("p");
  expect(world.loader.blame(new Error("ours"))).toBeUndefined();
  expect(world.loader.blame("no error")).toBeUndefined();
});

test("a service of the new version starts when the old one's has stopped, and a port can go from one to the other", async () => {
  const services = new PluginBackground(world.registry.services, silentLogger);
  await services.start();
  const service = (text: string) => `let server; export default (api) => void api.registerService({ name: "s",
    start: () => { server = Bun.serve({ port: globalThis.servedAt ?? 0, hostname: "127.0.0.1", fetch: () => new Response("${text}") }); globalThis.servedAt = server.port; },
    stop: async () => { await Bun.sleep(5); await server.stop(true); } });`;
  const answer = async () =>
    (await fetch(`http://127.0.0.1:${Reflect.get(globalThis, "servedAt")}`).catch(() => undefined))?.text();
  world.write("p.ts", service("old"));
  await world.start("p.ts");
  while ((await answer()) !== "old") await Bun.sleep(2);
  world.write("p.ts", service("new"));
  await world.loader.reload();
  while ((await answer()) !== "new") await Bun.sleep(2);
  expect(services.problems.size).toBe(0);
  await services.stop();
});

test("what a plugin asks the gateway for is the gateway's work: a person's thinking counts for no time limit", async () => {
  const askOwner = async () => {
    expect(Bun.ModuleGraph.current).toBeUndefined();
    await Bun.sleep(60);
    return "yes";
  };
  await using patient = new PluginWorld({ hookTimeoutMs: 30, questions: { askOwner } });
  patient.write(
    "p.ts",
    `export default (api) => void api.on("message_received", async (context) => {
      await Bun.sleep(1);
      const answer = await api.askOwner(context.sessionKey, { title: "May I?" });
      return { block: answer };
    });`,
  );
  await patient.start("p.ts");
  const context = { sessionKey: "agent:main:webchat:dm:alice", message: { text: "hi" }, channel: "webchat" };
  // As far as this hook looks at it.
  const given = context as unknown as Parameters<typeof patient.registry.hooks.run<"message_received">>[1];
  const block = await patient.registry.hooks.run("message_received", given);
  expect(patient.failures).toEqual([]);
  expect(block).toMatchObject({ block: "yes" });
});

test("a plugin that never returns keeps those behind it waiting for a moment only", async () => {
  await using slow = new PluginWorld({ loadWithinMs: 300, patienceMs: 10 });
  for (const name of ["a", "b"]) slow.write(`${name}.ts`, "export default () => new Promise(() => {});");
  slow.write("good.ts", toolPlugin("good", "fine"));
  await slow.start("a.ts", "b.ts", "good.ts");
  expect(slow.loads).toEqual(["good loaded", "a failed", "b failed"]);
});

test("what is handed to a plugin with a call, such as a log, is the gateway's too", async () => {
  world.write(
    "p.ts",
    `export default (api) => void api.registerTool({ name: "t", description: "", parameters: {},
      execute: (_params, { log }) => { log.info({}, "from the tool"); return "ok"; } });`,
  );
  await world.start("p.ts");
  const graphs: unknown[] = [];
  const log = { ...silentLogger, info: () => void graphs.push(Bun.ModuleGraph.current) };
  await world.call("t", {}, { log });
  expect(graphs).toEqual([undefined]);
});

test("a plugin's process is the real one, but for its end and for what is left hanging on it", async () => {
  world.write(
    "p.ts",
    `export default (api) => {
      const twice = () => {};
      process.on("pi-gateway-test", twice).once("pi-gateway-test", () => {});
      process.on("pi-gateway-test", twice);
      process.off("pi-gateway-test", twice);
      process.env.PI_GATEWAY_TEST = "set";
      const facts = [process.pid, process.memoryUsage().rss > 0, typeof process.hrtime.bigint(), process.cwd(), process.uptime() > 0];
      api.registerTool({ name: "facts", description: "", parameters: {}, execute: () => facts });
      api.registerTool({ name: "abort", description: "", parameters: {}, execute: () => process.abort() });
    };`,
  );
  await world.start("p.ts");
  expect(await world.call("facts")).toEqual([process.pid, true, "bigint", process.cwd(), true]);
  expect(process.env["PI_GATEWAY_TEST"]).toBe("set");
  delete process.env["PI_GATEWAY_TEST"];
  expect(world.call("abort")).rejects.toThrow("a plugin cannot end the gateway");
  expect(process.listenerCount("pi-gateway-test")).toBe(2);
  await world.follow();
  expect(process.listenerCount("pi-gateway-test")).toBe(0);
});
