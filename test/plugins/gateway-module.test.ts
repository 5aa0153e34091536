import { afterEach, beforeEach, expect, test } from "bun:test";
import { ChannelError, formatSessionKey } from "../../src/index.ts";
import { PluginWorld } from "./plugin-world.ts";

let world: PluginWorld;

beforeEach(() => {
  world = new PluginWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

test('import from "pi-gateway" in a file outside the repository means this very gateway, types and values', async () => {
  world.write(
    "p.ts",
    `import type { GatewayPluginApi } from "pi-gateway";
     import { ChannelError, formatSessionKey } from "pi-gateway";
     export default function plugin(api: GatewayPluginApi) {
       const tool = (name: string, execute: () => unknown) => api.registerTool({ name, description: "", parameters: {}, execute });
       tool("error", () => new ChannelError("not-found", "gone"));
       tool("format", () => formatSessionKey);
     }`,
  );
  await world.start("p.ts");
  expect(await world.call("error")).toBeInstanceOf(ChannelError);
  expect(await world.call("format")).toBe(formatSessionKey);
});

test("a package of that name beside the plugin is not taken for the gateway", async () => {
  world.write("node_modules/pi-gateway/package.json", '{"name": "pi-gateway", "main": "index.js"}');
  world.write("node_modules/pi-gateway/index.js", "export class ChannelError extends Error {}");
  world.write(
    "p.ts",
    `import { ChannelError } from "pi-gateway";
     export default (api) => void api.registerTool({ name: "error", description: "", parameters: {}, execute: () => new ChannelError("not-found", "gone") });`,
  );
  await world.start("p.ts");
  expect(await world.call("error")).toBeInstanceOf(ChannelError);
});

test("what the gateway does not offer is missing already when the plugin is loaded", async () => {
  world.write("p.ts", `import { Gateway } from "pi-gateway"; export default () => new Gateway();`);
  await world.start("p.ts");
  expect(world.plugin.problem).toContain("Gateway");
});
