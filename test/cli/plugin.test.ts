import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { CliWorld } from "./cli-world.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";

setDefaultTimeout(60_000);

let world: CliWorld;

beforeEach(async () => {
  world = await CliWorld.make();
});
afterEach(() => world[Symbol.asyncDispose]());

const write = (path: string, text: string) => Bun.write(join(world.home, path), text);

test("without a gateway the list says what a start would load, and why some of it cannot be", async () => {
  await world.configure({ plugins: ["./good.ts", "./bad.ts", { path: "./off.ts", enabled: false }] });
  await write("good.ts", `export default (api) => void api.registerCommand("hi", () => {});`);
  await write("bad.ts", `throw new Error("broken here");`);
  const { code, out } = await world.run("plugin", "list");
  expect(code).toBe(0);
  expect(out).toContain("good  can be loaded  good.ts\n    command /hi");
  expect(out).toContain("bad  failed  bad.ts\n    it failed while it was loaded: Error: broken here");
  expect(out).toContain("off  disabled  off.ts");
  expect(out).toContain("No gateway runs");
});

test("doctor names the plugin, the reason and what to do", async () => {
  await world.configure({ plugins: ["./gone.ts", { path: "./good", options: { n: "x" } }] });
  await write("good/index.ts", "export default () => {};");
  await write(
    "good/pi-gateway.plugin.json",
    '{"configSchema": {"type": "object", "properties": {"n": {"type": "number"}}}}',
  );
  const { out } = await world.run("doctor");
  expect(out).toMatch(/warning plugin gone .*gone\.ts does not exist/);
  expect(out).toMatch(/→ Correct its place; paths start at /);
  expect(out).toMatch(/warning plugin good .*plugins\[1\]\.options\.n: expected a number, got "x"/);
});

test("a plugin's command runs with what stands behind it, and its result is the exit code", async () => {
  await world.configure({ plugins: ["./p.ts"] });
  await write(
    "p.ts",
    `export default (api) => {
      api.registerCli("shout", ({ args, print }) => { print(args.join(" ").toUpperCase()); return args.length; }, { summary: "say it loud" });
      api.registerCli("fail", () => { throw new Error("not today"); });
      api.registerCli("doctor", () => 9);
    };`,
  );
  expect(await world.run("shout", "hello", "--loud", "-x")).toMatchObject({
    code: 3,
    out: "HELLO --LOUD -X\n",
  });
  const failed = await world.run("fail");
  expect(failed.code).toBe(1);
  expect(failed.err).toContain("fail, of the plugin p, failed: not today");
  const help = await world.run("--help");
  expect(help.out).toMatch(/shout .*say it loud/);
  expect(help.err).toContain("The plugin p cannot add the command doctor: pi-gw has one of that name.");
  expect((await world.run("shuot")).err).toContain("(Did you mean shout?)");
});

test("the own commands load no plugin, and an unknown one says which plugin could not be", async () => {
  await world.configure({ plugins: ["./p.ts"] });
  await write("p.ts", `console.log("plugin code ran"); throw new Error("broken");`);
  expect((await world.run("config", "show")).out).not.toContain("plugin code ran");
  expect((await world.run("--version")).out).not.toContain("plugin code ran");
  expect((await world.run("shout")).err).toContain("The plugin p could not be loaded");
});

test("a running gateway says how its plugins are, and loads one again when it is asked to", async () => {
  await using gateway = new GatewayProcess({ config: { plugins: [] } });
  world.env = { PI_GATEWAY_STATE_DIR: gateway.stateDir };
  const plugins = [join(world.home, "p.ts")];
  gateway.configure({ plugins });
  await world.configure({ plugins });
  const source = (tool: string) =>
    `export default (api) => void api.registerTool({ name: "${tool}", description: "", parameters: {}, execute: () => "" });`;
  await write("p.ts", source("one"));
  await gateway.start();
  expect((await world.run("plugin", "list")).out).toContain("p  running  p.ts\n    tool one");
  await write("p.ts", source("two"));
  expect(await world.run("plugin", "reload", "p")).toMatchObject({ code: 0 });
  expect((await world.run("plugin", "list")).out).toContain("tool two");
  await write("p.ts", "export default (;");
  const reload = await world.run("plugin", "reload");
  expect(reload.code).toBe(1);
  expect(reload.out).toContain("p  running an older version");
  expect((await world.run("doctor")).out).toMatch(
    /warning plugin p .*its newest version does not run: .*Unexpected ;/,
  );
  const unknown = await world.run("plugin", "reload", "q");
  expect(unknown.code).toBe(7);
  expect(unknown.err).toContain('There is no plugin "q"');
});

test("a reload needs a gateway that runs", async () => {
  expect((await world.run("plugin", "reload")).code).toBe(4);
});
