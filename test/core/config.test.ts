import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { loadConfig } from "../../src/core/config.ts";
import { ConfigError } from "../../src/core/errors.ts";
import { configs, HOME } from "./config-of.ts";

const { folder, inputFor, load, problemsIn, warningsIn } = configs();

describe("without a file", () => {
  test("everything has the default that the guide and its reading name", () => {
    const { config, file, warnings } = loadConfig(inputFor(undefined));
    expect(file).toBeUndefined();
    expect(warnings).toEqual([]);
    expect(config.gateway).toMatchObject({ port: 52_134, bind: "loopback", auth: { mode: "token" } });
    expect(config.agent).toMatchObject({ piCliPath: "pi", timeoutMs: 1_800_000 });
    expect(config.agent.pool).toMatchObject({ min: 1, max: 4, idleTimeoutMs: 300_000, graceMs: 5000 });
    expect(config.queue).toMatchObject({ maxPerSession: 20, globalMaxPending: 1000, mergeLimit: 10 });
    expect(config.queue).toMatchObject({ mode: "steer", maxAttempts: 3, stuckMs: 300_000 });
    expect(config.hooks).toMatchObject({ enabled: false, path: "/hooks", mappings: {} });
    expect(config.cron).toEqual({ enabled: true, jitterMs: 0, jobs: [] });
    expect(config.plugins).toEqual({ entries: [], hookTimeoutMs: 5000 });
    expect(config.security.ssrfGuard).toMatchObject({ enabled: true, blockPrivateIPs: true });
    expect(config.channels).toEqual({ webchat: { enabled: true } });
  });

  test("the state folder is ~/.pi/gateway, with the home folder in full", () => {
    expect(loadConfig(inputFor(undefined)).config.gateway.stateDir).toBe(`${HOME}/.pi/gateway`);
  });
});

describe("a wrong value", () => {
  test("is refused with line, column, path, what was expected, what stands there, and what was meant", () => {
    const text = '{\n  // the gateway\n  "gateway": { "bind": "lopback" },\n}';
    expect(problemsIn(text)).toEqual([
      '3:24 gateway.bind: expected "loopback", "lan" or "auto", got "lopback" (did you mean "loopback"?)',
    ]);
  });

  test("does not hide the next one: all of them are told, in the order of the file", () => {
    const problems = problemsIn({
      gateway: { port: 70_000 },
      agent: { pool: { min: -1, max: "many" }, skillsBase: ["a", 3] },
      queue: { maxPerSession: 0 },
    });
    expect(problems.map((line) => line.split(" ").slice(1).join(" "))).toEqual([
      "gateway.port: expected a whole number from 0 to 65535, got 70000",
      "agent.pool.min: expected a whole number of at least 0, got -1",
      'agent.pool.max: expected a whole number of at least 1 or "auto", got "many"',
      "agent.skillsBase[1]: expected a path, got 3",
      "queue.maxPerSession: expected a whole number of at least 1, got 0",
    ]);
  });

  test("of thinkingLevel names the levels", () => {
    expect(problemsIn({ agent: { thinkingLevel: "hgih" } })[0]).toContain(
      'expected "off", "minimal", "low", "medium", "high", "xhigh" or "max", got "hgih" (did you mean "high"?)',
    );
  });

  test("that is a secret is not repeated", () => {
    const [problem] = problemsIn({ gateway: { auth: { token: 123_456_789 } } });
    expect(problem).toContain("gateway.auth.token: expected a text, got a number");
    expect(problem).not.toContain("123456789");
  });

  test("comes together with the warnings, since a misspelt key often explains it", () => {
    try {
      load({ gateway: { auth: { mode: "password", pasword: "p" } } });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      expect((error as ConfigError).problems[0]).toContain('mode "password" needs "password" beside it');
      expect((error as ConfigError).warnings[0]).toContain(
        'gateway.auth.pasword: unknown setting (did you mean "password"?)',
      );
    }
  });
});

describe("an unknown key", () => {
  test("is a warning with its place and the nearest known key, and nothing else changes", () => {
    const text = '{\n  "gateway": { "bnd": "lan",\n    "port": 4000 } }';
    const { config, warnings } = load(text);
    expect(config.gateway).toMatchObject({ port: 4000, bind: "loopback" });
    expect(config.gateway).not.toHaveProperty("bnd");
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(
      /^config-\d+\.jsonc:2:16 gateway\.bnd: unknown setting \(did you mean "bind"\?\)$/,
    );
  });

  test("that is known elsewhere is told where it belongs", () => {
    expect(warningsIn({ publicUrl: "https://example.com" })).toEqual([
      "2:3 publicUrl: unknown setting (did you mean gateway.publicUrl?)",
    ]);
  });

  test("is found in lists, in entries that may be written in two ways, and in channels", () => {
    const warnings = warningsIn({
      cron: { jobs: [{ id: "a", schedule: { kind: "every", expr: "1h", tz: "UTC" }, task: "t" }] },
      plugins: ["./a.ts", { path: "./b.ts", option: {} }],
      channels: { telegram: { dmPolcy: "open", bot_token: "t" } },
    });
    expect(warnings.map((line) => line.split(" ").slice(1).join(" "))).toEqual([
      "cron.jobs[0].schedule.tz: unknown setting",
      'plugins[1].option: unknown setting (did you mean "options"?)',
      'channels.telegram.dmPolcy: unknown setting (did you mean "dmPolicy"?)',
      'channels.telegram.bot_token: unknown setting (did you mean "botToken"?)',
    ]);
  });

  test("may be called anything, even what JavaScript treats in its own way", () => {
    const { config, warnings } = load('{ "gateway": { "__proto__": { "port": 1 }, "constructor": 2 } }');
    expect(config.gateway.port).toBe(52_134);
    expect(warnings).toHaveLength(2);
  });

  test("under channels may be one that a plugin brings, and stays as it is", () => {
    const signal = { number: "+491234", folder: "~/x" };
    expect(load({ channels: { signal }, plugins: ["./signal.ts"] })).toMatchObject({
      config: { channels: { signal } },
      warnings: [],
    });
    expect(warningsIn({ channels: { signal } })).toEqual([
      "3:5 channels.signal: no such channel is built in; a plugin may bring it",
    ]);
    expect(warningsIn({ channels: { telegrm: {} }, plugins: ["./p.ts"] })).toEqual([
      '3:5 channels.telegrm: no such channel is built in (did you mean "telegram"?)',
    ]);
  });
});

describe("paths", () => {
  test("begin at the folder of the file, and ~ is the home folder, wherever a path may stand", () => {
    const { config } = load({
      gateway: { stateDir: "./state" },
      agent: {
        piCliPath: "~/bin/pi",
        skillsBase: ["~/skills", "more/skills", "/abs"],
        appendSystemPrompt: "./APPEND.md",
        runtime: { agentDir: "~" },
        workspace: "../work",
      },
      roles: { capabilities: { mentor: { skills: ["~/mentor"] } } },
      plugins: ["./p/index.ts", { path: "~/q" }],
      channels: { telegram: { tokenFile: "token.txt" } },
    });
    expect(config.gateway.stateDir).toBe(join(folder, "state"));
    expect(config.agent.piCliPath).toBe(`${HOME}/bin/pi`);
    expect(config.agent.skillsBase).toEqual([`${HOME}/skills`, join(folder, "more/skills"), "/abs"]);
    expect(config.agent.appendSystemPrompt).toBe(join(folder, "APPEND.md"));
    expect(config.agent.runtime.agentDir).toBe(HOME);
    expect(config.agent.workspace).toBe(join(folder, "../work"));
    expect(config.roles.capabilities["mentor"]?.skills).toEqual([`${HOME}/mentor`]);
    expect(config.plugins.entries.map(({ path }) => path)).toEqual([join(folder, "p/index.ts"), `${HOME}/q`]);
    expect(config.channels["telegram"]).toMatchObject({ tokenFile: join(folder, "token.txt") });
  });

  test("a bare piCliPath is a name for the PATH and stays one; with a slash it is a path", () => {
    expect(load({ agent: { piCliPath: "my-pi" } }).config.agent.piCliPath).toBe("my-pi");
    expect(load({ agent: { piCliPath: "./my-pi" } }).config.agent.piCliPath).toBe(join(folder, "my-pi"));
  });

  test("text that is no path keeps its tilde", () => {
    const { config } = load({
      cron: { jobs: [{ id: "a", schedule: { kind: "every", expr: "1h" }, task: "~/look here" }] },
    });
    expect(config.cron.jobs[0]?.task).toBe("~/look here");
  });
});

describe("what wins over the file", () => {
  test("a flag, which is named when it is wrong", () => {
    const flag = (value: unknown) => ({ flags: [{ path: ["gateway", "port"], value, name: "--port" }] });
    const loaded = load({ gateway: { port: 1 } }, flag(4711));
    expect(loaded.config.gateway.port).toBe(4711);
    expect(loaded.sourceOf("gateway.port")).toEqual({ kind: "flag", name: "--port" });
    expect(loadConfig(inputFor(undefined, flag(4711))).config.gateway.port).toBe(4711);
    expect(problemsIn({}, flag(99_999))).toEqual([
      "--port gateway.port: expected a whole number from 0 to 65535, got 99999",
    ]);
  });

  test("PI_GATEWAY_STATE_DIR, which begins at the working directory", () => {
    const given = { env: { PI_GATEWAY_STATE_DIR: "here" }, cwd: "/somewhere" };
    expect(load({ gateway: { stateDir: "/there" } }, given).config.gateway.stateDir).toBe("/somewhere/here");
  });
});

describe("the result", () => {
  test("cannot be changed by anybody", () => {
    const { config } = load({ agent: { skillsBase: ["a"] }, channels: { telegram: { botToken: "t" } } });
    expect(() => Object.assign(config.agent.pool, { max: 9 })).toThrow();
    expect(() => config.agent.skillsBase.push("b")).toThrow();
    expect(() => Object.assign(config.channels["telegram"] as object, { botToken: "x" })).toThrow();
  });

  test("knows for each value whether it stands in the file, in a variable, or nowhere", () => {
    const loaded = load(
      { gateway: { port: 1, auth: { token: "${T}" } }, plugins: [{ path: "p", options: { token: "${T}" } }] },
      { env: { T: "tttt" } },
    );
    expect(loaded.sourceOf("gateway.port")).toEqual({ kind: "file" });
    expect(loaded.sourceOf("gateway.auth.token")).toEqual({ kind: "variable", name: "T" });
    expect(loaded.sourceOf("plugins.entries[0].options.token")).toEqual({ kind: "variable", name: "T" });
    expect(loaded.sourceOf("gateway.bind")).toEqual({ kind: "default" });
  });

  test("lists the plugins in one form, however they were written", () => {
    const entries = [
      { path: join(folder, "a"), enabled: true },
      { path: join(folder, "b"), enabled: false, options: { x: 1 } },
    ];
    const plugins = ["a", { path: "b", enabled: false, options: { x: 1 } }];
    expect(load({ plugins }).config.plugins).toEqual({ entries, hookTimeoutMs: 5000 });
    expect(load({ plugins: { entries: plugins, hookTimeoutMs: 100 } }).config.plugins).toEqual({
      entries,
      hookTimeoutMs: 100,
    });
  });

  test("says that cron is on as soon as there are jobs, unless it is switched off", () => {
    const jobs = [{ id: "a", schedule: { kind: "every", expr: "1h30m" }, task: "t" }];
    expect(load({ cron: { jobs } }).config.cron.enabled).toBe(true);
    expect(load({ cron: { jobs, enabled: false } }).config.cron.enabled).toBe(false);
  });
});
