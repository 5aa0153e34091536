import { describe, expect, test } from "bun:test";
import { substituteVariables } from "../../src/core/config-variables.ts";
import { configs } from "./config-of.ts";

const { load, problemsIn, warningsIn } = configs();

const put = (text: string, env: Record<string, string> = {}) =>
  (substituteVariables({ text }, env).value as { text: string }).text;

describe("a variable", () => {
  test("may stand alone, in the middle, and several times", () => {
    expect(put("${A}", { A: "1" })).toBe("1");
    expect(put("https://${HOST}:${PORT}/${HOST}", { HOST: "h", PORT: "2" })).toBe("https://h:2/h");
  });

  test("may have a default, which an empty value gives way to as well", () => {
    expect(put("${A:-b}")).toBe("b");
    expect(put("${A:-b}", { A: "" })).toBe("b");
    expect(put("${A:-b}", { A: "c" })).toBe("c");
    expect(put("${A:-}")).toBe("");
    expect(put("${A:-x:-y}")).toBe("x:-y");
  });

  test("is taken as it is: what it holds is not looked into again", () => {
    expect(put("${A}", { A: "${B} $$ $&", B: "no" })).toBe("${B} $$ $&");
  });

  test("is written with $$ if a plain $ is meant", () => {
    expect(put("$${A} costs $$5 or $5", { A: "x" })).toBe("${A} costs $5 or $5");
  });

  test("is refused if it is none, with its place", () => {
    expect(problemsIn('{ "agent": { "model": "${A-B}" } }')).toEqual([
      "1:23 agent.model: expected ${NAME} or ${NAME:-default}; a plain $ is written $$",
    ]);
    expect(problemsIn({ agent: { model: "${A" } })[0]).toContain("expected ${NAME}");
  });

  test("may hold a number or a switch where one is expected, and stays text elsewhere", () => {
    const { config } = load(
      {
        gateway: { port: "${PORT}", auth: { token: "${DIGITS}" } },
        agent: { pool: { max: "${MAX:-auto}", min: "${MIN:-2}" } },
        channels: { telegram: { enabled: "${ON}", allowlist: ["${DIGITS}"] } },
      },
      { env: { PORT: "4000", DIGITS: "123456", ON: "false" } },
    );
    expect(config.gateway).toMatchObject({ port: 4000, auth: { token: "123456" } });
    expect(config.agent.pool).toMatchObject({ max: "auto", min: 2 });
    expect(config.channels["telegram"]).toMatchObject({ enabled: false, allowlist: ["123456"] });
  });

  test("is the only text that becomes a number: one in quotes is refused", () => {
    expect(problemsIn({ gateway: { port: "4000" } })[0]).toContain('got "4000"');
  });

  test("that holds a wrong value is named, and its content is not shown", () => {
    const [problem] = problemsIn({ gateway: { port: "${KEY}" } }, { env: { KEY: "sk-private" } });
    expect(problem).toContain(
      "gateway.port: expected a whole number from 0 to 65535, got the value of ${KEY}",
    );
    expect(problem).not.toContain("private");
  });
});

describe("a variable that is not set", () => {
  test("switches off its channel only, with one warning", () => {
    const loaded = load(
      { channels: { telegram: { botToken: "${A}" }, discord: { token: "${B}" } } },
      { env: { B: "b" } },
    );
    expect(loaded.config.channels["telegram"]).toMatchObject({ enabled: false });
    expect(loaded.config.channels["telegram"]).not.toHaveProperty("botToken");
    expect(loaded.config.channels["discord"]).toMatchObject({ enabled: true, token: "b" });
    expect(loaded.warnings).toHaveLength(1);
    expect(loaded.warnings[0]).toContain(
      "channels.telegram.botToken: the variable A is not set, so channels.telegram is switched off",
    );
    expect(loaded.disabled).toEqual([
      {
        path: "channels.telegram",
        reason: "channels.telegram.botToken needs the variable A, which is not set",
      },
    ]);
  });

  test("counts as such when it is empty", () => {
    const { config } = load({ channels: { discord: { token: "${B}" } } }, { env: { B: "" } });
    expect(config.channels["discord"]).toMatchObject({ enabled: false });
  });

  test("switches off its account only", () => {
    const { config } = load({
      channels: { telegram: { botToken: "t", accounts: { work: { botToken: "${A}" } } } },
    });
    expect(config.channels["telegram"]).toMatchObject({
      enabled: true,
      accounts: { work: { enabled: false } },
    });
  });

  test("in the channel's own token costs the account default only, where there are others", () => {
    const telegram = (accounts: object) =>
      load({ channels: { telegram: { botToken: "${A}", accounts } } }).config.channels["telegram"];
    expect(telegram({ work: { botToken: "w" } })).toMatchObject({
      enabled: true,
      accounts: { default: { enabled: false }, work: { enabled: true } },
    });
    expect(telegram({ default: {} })).toMatchObject({ enabled: false });
  });

  test("switches off the job, the plugin, the webhooks, the channel of a plugin that needs it", () => {
    const { config, warnings } = load({
      cron: {
        jobs: [
          { id: "a", schedule: { kind: "every", expr: "1h" }, task: "${A}" },
          { id: "b", schedule: { kind: "every", expr: "1h" }, task: "t" },
        ],
      },
      plugins: ["${A}/x.ts", "y.ts", { path: "z.ts", options: { deep: ["${A}"] } }],
      hooks: { enabled: true, token: "${A}" },
      channels: { signal: { number: "${A}" } },
    });
    expect(config.cron.jobs.map(({ enabled }) => enabled)).toEqual([false, true]);
    expect(config.cron.enabled).toBe(true);
    expect(config.plugins.entries.map(({ enabled }) => enabled)).toEqual([false, true, false]);
    expect(config.hooks.enabled).toBe(false);
    expect(config.channels["signal"]).toEqual({ enabled: false });
    expect(warnings).toHaveLength(5);
  });

  test("stops the start where nothing could be switched off, and under gateway and security always", () => {
    expect(problemsIn('{ "gateway": { "auth": { "token": "${A}" } } }')).toEqual([
      "1:35 gateway.auth.token: the variable A is not set; set it, or write ${A:-default}",
    ]);
    expect(problemsIn({ gateway: { logFiles: { maxMb: "${A}" } } })).toHaveLength(1);
    expect(problemsIn({ agent: { model: "${A}" } })).toHaveLength(1);
    expect(problemsIn({ security: { ssrfGuard: { allowedHosts: ["${A}"] } } })).toHaveLength(1);
    expect(problemsIn({ roles: { capabilities: { m: { skills: ["${A}"] } } } })).toHaveLength(1);
  });

  test("does not matter in what is switched off anyway", () => {
    const telegram = {
      enabled: false,
      botToken: "${A}",
      allowlist: ["${B}"],
      groups: { "1": { role: "${C}" } },
    };
    expect(warningsIn({ channels: { telegram } })).toEqual([]);
    expect(warningsIn({ channels: { telegram: { ...telegram, enabled: "${ON:-false}" } } })).toEqual([]);
  });

  test("is told for each of several in one channel", () => {
    expect(warningsIn({ channels: { feishu: { appId: "${A}", appSecret: "${B}" } } })).toHaveLength(2);
  });
});

describe("what pi may see", () => {
  const hidden = (content: unknown) => load(content, { env: { A: "1", B: "2", HOME: "/h" } }).hiddenVariables;

  test("is every variable but those that are used outside agent only", () => {
    expect(hidden({ gateway: { auth: { token: "${A}" } }, agent: { model: "${B}" } })).toEqual(["A"]);
    expect(hidden({ hooks: { token: "${A}" }, agent: { model: "${A}/x" } })).toEqual([]);
  });

  test("includes the key of a model's maker that voice messages need as well: pi's models may be of the same", () => {
    const given = (apiKey: string) => {
      const audio = { transcription: { baseUrl: "https://api.openai.com/v1", apiKey } };
      return load({ audio }, { env: { OPENAI_API_KEY: "1", EARS: "2", HOME: "/h" } }).hiddenVariables;
    };
    expect(given("${OPENAI_API_KEY}")).toEqual([]);
    expect(given("${EARS}")).toEqual(["EARS"]);
  });

  test("includes what programs cannot do without", () => {
    expect(hidden({ gateway: { stateDir: "${HOME}/state" } })).toEqual([]);
  });
});
