import { expect, test } from "bun:test";
import { type BannerFacts, bannerOf } from "../../src/cli/banner.ts";
import { type LoadedConfig, loadConfig } from "../../src/core/config.ts";
import type { Health } from "../../src/core/control.ts";
import { channelSchemas } from "../../src/plugins/builtin/channel-schemas.ts";

const here = { env: {}, home: "/home/ann", cwd: "/home/ann", channels: channelSchemas, isInContainer: false };

function loaded(...values: readonly [path: string, value: unknown][]): LoadedConfig {
  const flags = values.map(([path, value]) => ({ path: path.split("."), value, name: "--test" }));
  return loadConfig({ ...here, flags });
}

const health: Health = {
  public: { status: "ok", version: "1.0.0", uptimeMs: 1, demo: false },
  problems: [],
  pool: {
    total: 1,
    busy: 0,
    idle: 1,
    min: 1,
    max: 4,
    longestWaitMs: 0,
    pi: { version: "0.73.1", path: "/pi" },
  },
  model: { id: "anthropic/claude-sonnet-4", isDemo: false },
  channels: [{ name: "webchat", account: "default" }],
  models: [],
  memoryBytes: 1,
};

const facts: BannerFacts = {
  loaded: loaded(),
  health,
  link: "http://localhost:52134/#token=secret",
  startedAs: "npx pi-gw",
  isKept: false,
};

test("a start in good order is three lines, the link last", () => {
  expect(bannerOf(facts).slice(1)).toEqual([
    "pi 0.73.1, model anthropic/claude-sonnet-4",
    "WebChat: http://localhost:52134/#token=secret",
  ]);
});

test("the demo is called one, with the way to a real model in the words the person started with", () => {
  const lines = bannerOf({ ...facts, health: { ...health, model: { id: "pi-gateway/demo", isDemo: true } } });
  expect(lines[1]).toStartWith("pi 0.73.1, DEMO");
  expect(lines[2]).toContain("agent.model");
  expect(lines[2]).toContain('"npx pi-gw doctor"');
});

test("before pi has come up nothing is claimed about it", () => {
  const { pi: _pi, ...pool } = health.pool;
  const { model: _model, ...rest } = health;
  expect(bannerOf({ ...facts, health: { ...rest, pool } })).toHaveLength(2);
});

test("who else can reach the port is said, and why", () => {
  const lines = bannerOf({ ...facts, loaded: loaded(["gateway.bind", "lan"]) });
  expect(lines).toContain('Listening on all interfaces, because gateway.bind is "lan".');
  const open = bannerOf({ ...facts, loaded: loaded(["gateway.auth.mode", "off"]) });
  expect(open.join("\n")).toContain('gateway.auth.mode is "off": whoever reaches the port can run the agent');
});

test("what does not work yet or now is there to be read", () => {
  const problems = ["pi could not be started: it is broken"];
  expect(bannerOf({ ...facts, health: { ...health, problems } })).toContain(`Problem: ${problems[0]}`);
  const written = new Set(["channels.signal"]);
  const unknown = { ...loaded(["channels.signal.enabled", true]), written };
  expect(bannerOf({ ...facts, loaded: unknown })).toContain(
    "Not active yet in this version: channels.signal.",
  );
});

test("where a process manager keeps the output, the token is not in it", () => {
  const lines = bannerOf({ ...facts, isKept: true });
  expect(lines.join("\n")).not.toContain("secret");
  expect(lines.at(-1)).toBe("WebChat: http://localhost:52134/ (the token: npx pi-gw token show)");
});

test("without the page the address is that of the gateway", () => {
  const lines = bannerOf({ ...facts, health: { ...health, channels: [] } });
  expect(lines.at(-1)).toBe("Gateway: http://localhost:52134/#token=secret");
});
