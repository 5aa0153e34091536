import { expect, test } from "bun:test";
import { BuiltinChannels } from "../../src/assembly/builtin-channels.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import type { BuiltinPlugin } from "../../src/plugins/builtin/index.ts";
import { HookRegistry } from "../../src/plugins/hooks.ts";
import { PluginRegistry } from "../../src/plugins/registry.ts";
import type { Channel } from "../../src/plugins/types.ts";
import { configs } from "../core/config-of.ts";

const { load } = configs();

const channelNamed = (name: string, account: string): Channel => ({
  name,
  account,
  capabilities: {
    text: { limit: 100 },
    pace: () => ({ perChatMs: 0, perPreviewMs: 0 }),
    nonceWindowMs: 0,
  },
  start: async () => {},
  stop: async () => {},
  send: async (address) => ({ address, id: "1" }),
});

/** A channel whose section names its accounts; `broken` cannot be set up. */
const several: BuiltinPlugin = {
  name: "several",
  isEnabled: (section) => section !== undefined,
  plugin: async (api) => {
    const { accounts } = api.options as { accounts: string[] };
    // As one does that is loaded only when it is wanted.
    await Promise.resolve();
    for (const account of accounts) {
      if (account === "broken") throw new Error("the token is missing");
      api.registerChannel(channelNamed("several", account));
    }
  },
};

function worldOf(channels: Record<string, unknown>) {
  const sections = { ...channels };
  const registry = new PluginRegistry(new HookRegistry(() => 1000, silentLogger));
  const builtin = new BuiltinChannels({
    config: () => ({ ...load({}).config, channels: sections }),
    registry,
    log: silentLogger,
    builtin: [several],
  });
  const accounts = () => registry.channels.map(({ account }) => account);
  return { sections, builtin, accounts };
}

test("a channel is there once the start is over, if its section asks for it", async () => {
  const { builtin, accounts } = worldOf({ several: { accounts: ["a", "b"] } });
  await builtin.start();
  expect(accounts()).toEqual(["a", "b"]);
  const without = worldOf({});
  await without.builtin.start();
  expect(without.accounts()).toEqual([]);
});

test("nothing is set up before the start that could ask a store for what it knows", async () => {
  const { builtin, accounts } = worldOf({ several: { accounts: ["a"] } });
  await Promise.resolve();
  await Promise.resolve();
  expect(accounts()).toEqual([]);
  await builtin.start();
  expect(accounts()).toEqual(["a"]);
});

test("a section that changes brings its accounts, and takes away those that are gone", async () => {
  const { builtin, accounts, sections } = worldOf({ several: { accounts: ["a", "b"] } });
  await builtin.start();
  sections["several"] = { accounts: ["b", "c"] };
  await Promise.all([builtin.follow(["several"]), builtin.follow(["several"])]);
  expect(accounts()).toEqual(["b", "c"]);
  delete sections["several"];
  await builtin.follow(["several"]);
  expect(accounts()).toEqual([]);
});

test("one that cannot be set up is said so, and keeps what it could register", async () => {
  const { builtin, accounts, sections } = worldOf({ several: { accounts: ["a", "broken"] } });
  await builtin.start();
  expect(accounts()).toEqual(["a"]);
  expect([...builtin.failures]).toEqual([["several", "the token is missing"]]);
  sections["several"] = { accounts: ["a"] };
  await builtin.follow(["several"]);
  expect([...builtin.failures]).toEqual([]);
});

test("a stop takes all away", async () => {
  const { builtin, accounts } = worldOf({ several: { accounts: ["a"] } });
  await builtin.start();
  await builtin.stop();
  expect(accounts()).toEqual([]);
});
