import { expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "jsonc-parser";
import { CliWorld, ROOT } from "./cli-world.ts";

setDefaultTimeout(60_000);

test("a new plugin is loaded, its own test passes, and an editor knows its types", async () => {
  await using world = await CliWorld.make();
  const made = await world.run("plugin", "new", "my-first");
  expect(made).toMatchObject({ code: 0, err: "" });
  const folder = join(world.home, "plugins/my-first");
  expect(readdirSync(folder).toSorted()).toEqual([
    "README.md",
    "index.test.ts",
    "index.ts",
    "pi-gateway.d.ts",
    "pi-gateway.plugin.json",
    "tsconfig.json",
  ]);
  expect(await Bun.file(join(world.home, "pi-gateway.jsonc")).text()).toBe(
    '{\n  "plugins": ["./plugins/my-first"]\n}\n',
  );
  const list = await world.run("plugin", "list");
  expect(list.out).toContain("my-first 0.1.0  can be loaded  plugins/my-first/index.ts");
  expect(list.out).toContain("tool my_first_greet, hook before_tool_call");
  const tested = await world.run("plugin", "test", "plugins/my-first");
  expect(tested.err).toContain("2 pass");
  expect(tested.code).toBe(0);
  const types = Bun.spawnSync([join(ROOT, "node_modules/.bin/tsc"), "-p", folder, "--skipLibCheck", "false"]);
  expect(types.stdout.toString()).toBe("");
});

test("it is added to the configuration that is in force, which keeps its comments", async () => {
  await using world = await CliWorld.make();
  await world.configure('{\n  // mine\n  "plugins": ["./other.ts"], // more to come\n}\n');
  await Bun.write(join(world.home, "other.ts"), "export default () => {};");
  expect(await world.run("plugin", "new", "hello")).toMatchObject({ code: 0 });
  const text = await readFile(join(world.home, "pi-gateway.jsonc"), "utf8");
  expect(text).toBe('{\n  // mine\n  "plugins": ["./other.ts", "./plugins/hello"], // more to come\n}\n');
  expect(parse(text)).toEqual({ plugins: ["./other.ts", "./plugins/hello"] });
});

test("the types can be written anywhere, and again", async () => {
  await using world = await CliWorld.make();
  await Bun.write(join(world.home, "plugins/pi-gateway.d.ts"), "of an older version");
  expect(await world.run("plugin", "types", "plugins")).toMatchObject({ code: 0 });
  const text = await readFile(join(world.home, "plugins/pi-gateway.d.ts"), "utf8");
  expect(text).toStartWith('declare module "pi-gateway" {');
});

test("what is there already is left alone, and a name that cannot be one is refused", async () => {
  await using world = await CliWorld.make();
  await Bun.write(join(world.home, "plugins/mine/index.ts"), "mine");
  const again = await world.run("plugin", "new", "mine");
  expect(again).toMatchObject({ code: 1 });
  expect(again.err).toContain("exists already and is left as it is");
  expect(await Bun.file(join(world.home, "plugins/mine/index.ts")).text()).toBe("mine");
  expect(await world.run("plugin", "new", "Not/One")).toMatchObject({ code: 2 });
});

test("a test of a plugin may use the values that the gateway offers, and fails when it should", async () => {
  await using world = await CliWorld.make();
  const file = (text: string) => Bun.write(join(world.home, "p/values.test.ts"), text);
  const head = 'import { expect, test } from "bun:test"; import { ChannelError } from "pi-gateway";';
  await file(`${head} test("it", () => expect(new ChannelError("not-found", "x").code).toBe("not-found"));`);
  expect(await world.run("plugin", "test", "p")).toMatchObject({ code: 0 });
  await file(`${head} test("it", () => expect(ChannelError).toBe(1));`);
  expect(await world.run("plugin", "test", "p")).toMatchObject({ code: 1 });
});
