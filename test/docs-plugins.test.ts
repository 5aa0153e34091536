import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parse } from "jsonc-parser";
import { ambientTypes } from "../src/cli/plugin-template.ts";
import type { ChannelHost } from "../src/core/channel.ts";
import { loadConfig } from "../src/core/config.ts";
import type { HookContext, HookName } from "../src/core/hooks.ts";
import { silentLogger } from "../src/lib/logger.ts";
import type { HttpReply, HttpRequest } from "../src/plugins/http-route.ts";
import { PluginWorld } from "./plugins/plugin-world.ts";

setDefaultTimeout(60_000);

const ROOT = resolve(import.meta.dir, "..");
const PAGE = readFileSync(join(ROOT, "docs/plugins.md"), "utf8");

/** The page's code in one language. */
const blocksOf = (language: string) =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, text = ""]) => text);

/** Whole files, each with its place in its first line. */
const files = blocksOf("ts").map((text) => ({ path: /^\/\/ (\S+)\n/.exec(text)?.[1] ?? "", text }));

const kept = new Map<string, string>();
let world: PluginWorld;

beforeAll(async () => {
  world = new PluginWorld({
    state: {
      get: async (_namespace, key) => kept.get(key),
      set: async (_namespace, key, value) => void kept.set(key, value),
    },
  });
  for (const { path, text } of files) world.write(path, text);
  const entry = (name: string, options?: object) => ({ path: `plugins/${name}.ts`, enabled: true, options });
  await world.start(
    entry("dice"),
    entry("polite", { word: "if you will" }),
    entry("coin"),
    entry("tally"),
    entry("relay", { url: "http://127.0.0.1:9" }),
  );
});
afterAll(() => world[Symbol.asyncDispose]());

const hook = async (name: HookName, context: object) => {
  // As far as the hooks of the page look at it.
  const given = { sessionKey: "agent:main:webchat:dm:alice", ...context } as unknown as HookContext<HookName>;
  const block = await world.registry.hooks.run(name, given);
  return { block, context: given as unknown as Record<string, unknown> };
};

/** What a route of the page answers, as far as it looks at the request. */
async function ask(
  route: string,
  request: Partial<HttpRequest> = {},
): Promise<{ status: number; body: unknown }> {
  const { promise, resolve: finish } = Promise.withResolvers<unknown>();
  const reply = { json: (body: unknown) => finish(body) } as unknown as HttpReply;
  const headers = {} as HttpRequest["headers"];
  const answer = await world.registry.routes
    .get(route)
    ?.handler({ headers, ...request } as HttpRequest, reply);
  if (!(answer instanceof Response)) return { status: 200, body: await promise };
  return { status: answer.status, body: answer.status === 403 ? await answer.text() : await answer.json() };
}

test("every file of the page says where it belongs, and each plugin of it is loaded", () => {
  expect(files.map(({ path }) => path)).toEqual(
    ["dice.ts", "polite.ts", "coin.ts", "tally.ts", "relay.ts", "dice.test.ts"].map(
      (name) => `plugins/${name}`,
    ),
  );
  expect(world.loader.list().map(({ problem }) => problem)).toEqual([...Array<undefined>(5)]);
});

test("its code passes a strict type check with the types that an author gets", () => {
  mkdirSync(join(world.folder, "types"));
  writeFileSync(join(world.folder, "types/pi-gateway.d.ts"), ambientTypes());
  const compilerOptions = {
    strict: true,
    noEmit: true,
    module: "Preserve",
    target: "ESNext",
    lib: ["ESNext", "DOM"],
    types: [],
    allowImportingTsExtensions: true,
  };
  const config = { compilerOptions, include: ["types", "plugins"], exclude: ["**/*.test.ts"] };
  writeFileSync(join(world.folder, "tsconfig.json"), JSON.stringify(config));
  const tsc = Bun.spawnSync([join(ROOT, "node_modules/.bin/tsc"), "-p", world.folder]);
  expect(tsc.stdout.toString()).toBe("");
});

test("its test passes", () => {
  const run = Bun.spawnSync([process.execPath, "test", "plugins/dice.test.ts"], { cwd: world.folder });
  expect(run.stderr.toString()).toContain("1 pass");
});

test("the tool rolls dice", async () => {
  const { eyes } = (await world.call("roll_dice", { sides: 2 })) as { eyes: number };
  expect([1, 2]).toContain(eyes);
});

test("the hooks block, change what is asked, and change what runs", async () => {
  const message = (text: string) => ({ message: { text }, channel: "webchat" });
  expect((await hook("message_received", message("!now"))).block).toMatchObject({
    block: "Not in this tone.",
  });
  expect((await hook("message_received", message("now"))).block).toBeUndefined();
  const start = await hook("before_agent_start", { message: "sing", config: {} });
  expect(start.context["message"]).toBe("sing\n\n(Say if you will when you ask for something.)");
  const call = await hook("before_tool_call", { tool: "bash", params: { command: "ls" } });
  expect(call.context["params"]).toEqual({ command: "nice ls" });
});

test("the command answers, and hands on what stands behind it", async () => {
  const said: string[] = [];
  const call = {
    sender: { name: "Ada" },
    args: "Who pays?",
    reply: async (text: string) => void said.push(text),
  };
  type Call = Parameters<NonNullable<ReturnType<typeof world.registry.commands.get>>["run"]>[0];
  const result = await world.registry.commands.get("coin")?.run(call as unknown as Call);
  expect(said[0]).toMatch(/^Ada: \*\*(heads|tails)\*\*$/);
  expect(result).toEqual({ prompt: expect.stringMatching(/^A coin shows (heads|tails)\. Who pays\?$/) });
});

test("the tally counts, tells, forgets for who knows the word, and remembers over a restart", async () => {
  const { services, methods, cli } = world.registry;
  kept.set("count", "5");
  const service = services.get("tally");
  await service?.start(new AbortController().signal);
  await hook("before_tool_call", { tool: "read", params: {} });
  expect(await ask("GET /tally")).toEqual({ status: 200, body: { count: 6 } });
  expect(await methods.get("tally.get")?.({})).toEqual({ count: 6 });
  await service?.stop?.();
  expect(kept.get("count")).toBe("6");
  expect((await ask("POST /tally/reset")).status).toBe(403);
  const headers = { "x-secret": "open sesame" } as unknown as HttpRequest["headers"];
  expect(await ask("POST /tally/reset", { headers })).toEqual({ status: 200, body: { count: 0 } });
  const printed: string[] = [];
  await cli.get("tally")?.run({ args: ["a", "b"], print: (line) => void printed.push(line) });
  expect(printed).toEqual(["2 arguments"]);
});

test("the channel brings messages in and out, and says what went wrong", async () => {
  const channel = world.registry.channelFor({ channel: "relay", account: "default" });
  const body = { id: "1", from: "bob", text: "hi" };
  expect(await ask("POST /relay", { json: () => body })).toEqual({ status: 503, body: { receipt: "busy" } });
  const heard: string[] = [];
  const host: Partial<ChannelHost> = {
    log: silentLogger,
    receive: async (message) => {
      heard.push(message.text);
      return "recorded";
    },
  };
  await channel?.start(host as ChannelHost);
  expect(await ask("POST /relay", { json: () => body })).toEqual({
    status: 200,
    body: { receipt: "recorded" },
  });
  expect(heard).toEqual(["hi"]);
  const to = { channel: "relay", account: "default", scope: "dm", chat: "bob" } as const;
  const options = { nonce: "n", key: "k", style: "rich", signal: new AbortController().signal } as const;
  const sent = async () => channel?.send(to, { kind: "text", markdown: "hello" }, options);
  expect(sent()).rejects.toMatchObject({ code: "unreachable", retry: { afterMs: 5000 } });
});

test("the configuration and the manifest of the page are as they should be", () => {
  const [plugins = ""] = blocksOf("jsonc");
  const file = world.write("page/pi-gateway.jsonc", plugins);
  const { config, warnings } = loadConfig({ env: {}, home: "/", cwd: dirname(file), channels: {}, file });
  expect(warnings).toEqual([]);
  expect(config.plugins.entries).toHaveLength(5);
  const [manifest = ""] = blocksOf("json");
  expect(Object.keys(parse(manifest) as object)).toEqual(["id", "version", "main", "configSchema"]);
});
