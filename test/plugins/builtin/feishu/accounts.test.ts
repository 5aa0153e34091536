import { describe, expect, test } from "bun:test";
import { resolve } from "node:path";
import { connectPlugins } from "../../../../src/assembly/connect-plugins.ts";
import { feishuSchema } from "../../../../src/plugins/builtin/feishu/config.ts";
import feishu from "../../../../src/plugins/builtin/feishu/index.ts";
import { builtinPlugins } from "../../../../src/plugins/builtin/index.ts";
import { ChannelIntake } from "../../../../src/plugins/channel-intake.ts";
import { HookRegistry } from "../../../../src/plugins/hooks.ts";
import { PluginRegistry } from "../../../../src/plugins/registry.ts";
import { configs } from "../../../core/config-of.ts";
import { openDoors } from "../../../http/open-doors.ts";
import { rawRequest } from "../../../http/raw-request.ts";
import { FeishuWorld } from "./feishu-world.ts";

const { load } = configs();

/** The channels of a section, set up as the gateway does it. */
async function setUp(world: FeishuWorld, given: object) {
  const { log } = world.host;
  const registry = new PluginRegistry(new HookRegistry(() => 1000, log), { log });
  const options = feishuSchema.parse({ domain: world.feishu.url, ...given });
  const plugin = registry.open({ name: "feishu", config: load({}).config, options, log });
  await feishu(plugin.api);
  return { registry, plugin };
}

const credentials = ({ app: { appId, appSecret } }: FeishuWorld) => ({ appId, appSecret });

test("each account is a channel of its own", async () => {
  await using world = await FeishuWorld.open();
  const { appId, appSecret } = world.feishu.addApp({ name: "Work" });
  const { registry } = await setUp(world, {
    ...credentials(world),
    accounts: { work: { appId, appSecret }, off: { appId, appSecret, enabled: false } },
  });
  const signal = new AbortController().signal;
  expect(await Promise.all(registry.channels.map((channel) => channel.probe?.(signal)))).toEqual([
    "@Pi",
    "@Work",
  ]);
  expect(registry.channels.map(({ account }) => account)).toEqual(["default", "work"]);
});

test.each([
  [{}, "it has no app id", "channels.feishu.accounts.work.appId"],
  [{ appId: "cli_123", appSecret: "s" }, "cli_ and 16 characters", "channels.feishu.accounts.work.appId"],
  [{ appId: "cli_0123456789abcdef" }, "it has no app secret", "channels.feishu.accounts.work.appSecret"],
  [
    { appId: "cli_0123456789abcdef", appSecret: "s", connectionMode: "webhook" },
    "anybody could pretend to be Feishu",
    "channels.feishu.accounts.work.encryptKey",
  ],
])("an account with %j is one warning and a finding, and the others run", async (work, problem, key) => {
  await using world = await FeishuWorld.open();
  const { registry } = await setUp(world, { ...credentials(world), accounts: { work } });
  expect(world.host.lines.filter(({ level }) => level === "warn")).toMatchObject([
    { channel: "feishu/work", problem: expect.stringContaining(problem) },
  ]);
  const [works, broken] = registry.channels;
  expect(await works?.probe?.(new AbortController().signal)).toBe("@Pi");
  const [found] = (await broken?.findings?.()) ?? [];
  expect(found).toMatchObject({ level: "warning", subject: "feishu/work" });
  expect(found?.text).toContain(problem);
  expect(found?.fix).toContain(key);
  expect(broken?.status?.()).toMatchObject({ state: "failed" });
});

describe("where Feishu calls", () => {
  const secrets = { connectionMode: "webhook", encryptKey: "key" };

  test("any host is taken for that one path, and it goes with the account", async () => {
    await using world = await FeishuWorld.open();
    const { registry, plugin } = await setUp(world, { ...credentials(world), ...secrets });
    await using doors = await openDoors();
    const channels = new ChannelIntake(() => registry.channels, world.host);
    connectPlugins(registry, { ...doors, channels });
    const ask = async (path: string, host: string) => {
      const head = `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nContent-Length: 2\r\n\r\n`;
      return Number((await rawRequest(doors.port, `${head}{}`)).split(" ")[1]);
    };
    // Nobody but Feishu is listened to.
    expect(await ask("/feishu/events", "some.tunnel.example")).toBe(401);
    expect(await ask("/health", "some.tunnel.example")).toBe(403);
    await plugin.dispose();
    expect(await ask("/feishu/events", "localhost")).toBe(404);
  });

  test("each account has a path of its own, and one that hears over the long connection has none", async () => {
    await using world = await FeishuWorld.open();
    const app = { appId: "cli_0123456789abcdef", appSecret: "s" };
    const { registry } = await setUp(world, {
      ...credentials(world),
      ...secrets,
      accounts: {
        work: { ...app, encryptKey: "k" },
        more: { ...app, encryptKey: "k", webhookPath: "/more" },
        line: { ...app, connectionMode: "websocket" },
      },
    });
    expect(registry.routes.values.map(({ path, options }) => [path, options.auth])).toEqual([
      ["/feishu/events", "none"],
      ["/feishu/events/work", "none"],
      ["/more", "none"],
    ]);
  });
});

test("Feishu is on where its section is, unless that says no", () => {
  const plugin = builtinPlugins.find(({ name }) => name === "feishu");
  const isEnabled = (channels: object) => plugin?.isEnabled(load({ channels }).config.channels["feishu"]);
  expect(isEnabled({})).toBe(false);
  expect(isEnabled({ feishu: { appId: "cli_x" } })).toBe(true);
  expect(isEnabled({ feishu: { appId: "cli_x", enabled: false } })).toBe(false);
});

test.each([
  [{}, false],
  [{ appId: "cli_123", appSecret: "s" }, false],
  [{ appId: "cli_0123456789abcdef", accounts: { off: { enabled: false } } }, false],
  [{ appId: "cli_0123456789abcdef", appSecret: "s" }, true],
])(
  "what it takes to speak to Feishu is loaded for an app that can be used: %j, %p",
  async (given, isWanted) => {
    const source = (path: string) => JSON.stringify(resolve(import.meta.dir, "../../../../src", path));
    const code = `
    const { feishuSchema } = await import(${source("plugins/builtin/feishu/config.ts")});
    const { builtinPlugins } = await import(${source("plugins/builtin/index.ts")});
    const { silentLogger } = await import(${source("lib/logger.ts")});
    const channels = [];
    const registerChannel = (channel) => channels.push(channel.name);
    const options = feishuSchema.parse(${JSON.stringify(given)});
    const { plugin } = builtinPlugins.find(({ name }) => name === "feishu");
    await plugin({ options, log: silentLogger, registerChannel });
    const isLoaded = Object.keys(require.cache).some((path) => path.includes("larksuiteoapi"));
    console.log(JSON.stringify([channels, isLoaded]));`;
    const child = Bun.spawn([process.execPath, "-e", code], { stdout: "pipe", stderr: "inherit" });
    expect(JSON.parse(await new Response(child.stdout).text())).toEqual([["feishu"], isWanted]);
  },
);
