import { expect, test } from "bun:test";
import type { Config } from "../../src/core/config-schema.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { HookRegistry } from "../../src/plugins/hooks.ts";
import { PluginRegistry } from "../../src/plugins/registry.ts";
import { PlainPlatform } from "../fakes/platforms.ts";

const capabilities = {
  text: { limit: 10 },
  pace: () => ({ perChatMs: 0, perPreviewMs: 0 }),
  nonceWindowMs: 0,
};
const open = () => new PluginRegistry(new HookRegistry(() => 1000, silentLogger));
const apiOf = (registry: PluginRegistry, name: string) =>
  registry.apiFor(name, {} as Config, undefined, silentLogger);

test("a channel is found by its name and account until it is taken back", () => {
  const registry = open();
  const channel = new PlainPlatform("matrix", capabilities);
  const handle = apiOf(registry, "one").registerChannel(channel);
  expect(registry.channelFor({ channel: "matrix", account: "default" })).toBe(channel);
  expect(registry.channelFor({ channel: "matrix", account: "work" })).toBeUndefined();
  handle[Symbol.dispose]();
  expect(registry.channels).toEqual([]);
});

test("a taken name throws and names its owner", () => {
  const registry = open();
  apiOf(registry, "one").registerChannel(new PlainPlatform("matrix", capabilities));
  expect(() => apiOf(registry, "two").registerChannel(new PlainPlatform("matrix", capabilities))).toThrow(
    "already registered by one",
  );
});
