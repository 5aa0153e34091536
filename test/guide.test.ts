import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type LoadedConfig, loadConfig } from "../src/core/config.ts";
import { formatSessionKey, parseSessionKey, toSessionKey } from "../src/core/session-key.ts";
import { parseTarget } from "../src/core/target.ts";
import { configs } from "./core/config-of.ts";

/** The product's guide, snippet by snippet: each file of `test/guide/` is one of its examples. */
const GUIDE = join(import.meta.dir, "guide");
const read = (name: string) => readFileSync(join(GUIDE, name), "utf8");

const { inputFor } = configs();

/** Every token that the guide exports or names. */
const TOKENS = {
  TELEGRAM_BOT_TOKEN: "your-bot-token",
  DISCORD_TOKEN: "your-discord-token",
  WORK_BOT_TOKEN: "work-bot-token",
  FEISHU_APP_ID: "cli_a1b2c3d4e5f60718",
  FEISHU_APP_SECRET: "feishu-secret",
};

const loadExample = (file: string, env: Record<string, string> = TOKENS): LoadedConfig =>
  loadConfig(inputFor(join(GUIDE, file), { env, cwd: GUIDE }));

/** Each printed configuration, and what it must come to. */
const CONFIGURATIONS: readonly { readonly file: string; readonly gives: object }[] = [
  {
    file: "config-minimal.jsonc",
    gives: {
      gateway: { port: 52_134 },
      agent: { model: "claude-sonnet-4" },
      channels: { telegram: { enabled: true, botToken: "your-bot-token" }, webchat: { enabled: true } },
    },
  },
  {
    file: "config-environment.jsonc",
    gives: { channels: { telegram: { enabled: true, botToken: "your-bot-token" } } },
  },
  {
    file: "config-telegram.jsonc",
    gives: { channels: { telegram: { botToken: "your-bot-token", dmPolicy: "pairing" } } },
  },
  { file: "config-discord.jsonc", gives: { channels: { discord: { token: "your-discord-token" } } } },
  {
    file: "config-feishu.jsonc",
    gives: { channels: { feishu: { appId: "cli_a1b2c3d4e5f60718", appSecret: "feishu-secret" } } },
  },
  {
    file: "config-webchat.jsonc",
    gives: { channels: { webchat: { enabled: true, auth: { mode: "token", token: "webchat-secret" } } } },
  },
  {
    file: "config-plugins.jsonc",
    gives: { plugins: { entries: [{ path: join(GUIDE, "plugins/my-plugin/index.ts"), enabled: true }] } },
  },
  {
    file: "config-ssrf-guard.jsonc",
    gives: { security: { ssrfGuard: { enabled: true, allowedHosts: ["api.example.com"] } } },
  },
  {
    file: "config-auth-token.jsonc",
    gives: { gateway: { auth: { mode: "token", token: "your-secret-token" } } },
  },
  { file: "config-auth-off.jsonc", gives: { gateway: { auth: { mode: "off" }, bind: "loopback" } } },
  { file: "config-pool.jsonc", gives: { agent: { pool: { min: 2, max: 8 } } } },
  {
    file: "config-failover.jsonc",
    gives: {
      agent: {
        modelFailover: {
          primary: "claude-sonnet-4",
          fallbacks: ["gpt-4o", "gemini-pro"],
          maxRetries: 2,
          cooldownMs: 60_000,
        },
      },
    },
  },
  {
    file: "config-full.jsonc",
    gives: {
      gateway: { port: 52_134, bind: "loopback", auth: { mode: "token", token: "secret" } },
      agent: {
        thinkingLevel: "high",
        skillsBase: ["/home/somebody/.pi/agent/skills"],
        runtime: { agentDir: "/home/somebody/.pi/gateway/runtime-agent" },
        pool: { min: 1, max: 4, idleTimeoutMs: 300_000 },
      },
      roles: {
        mergeMode: "append",
        capabilities: { mentor: { promptTemplates: ["/home/somebody/.pi/gateway/prompts/mentor"] } },
      },
      channels: {
        telegram: {
          allowlist: ["123456789"],
          accounts: { default: { enabled: true }, work: { enabled: true, botToken: "work-bot-token" } },
          groups: { "123456789": { requireMention: true, role: "assistant" } },
        },
        discord: { streamingMode: "partial" },
        webchat: { auth: { mode: "token", token: "webchat-secret" } },
      },
      cron: { enabled: true, jobs: [{ id: "daily-report", delivery: "announce", resumeContext: false }] },
      plugins: { entries: [{ enabled: true }] },
      hooks: { enabled: true, token: "webhook-secret", path: "/hooks" },
    },
  },
];

describe("each configuration of the guide", () => {
  for (const { file, gives } of CONFIGURATIONS) {
    test(`${file} loads without a word and means what it says`, () => {
      const { config, warnings } = loadExample(file);
      expect(warnings).toEqual([]);
      expect(config).toMatchObject(gives);
    });

    test(`${file} loads without any variable set`, () => {
      expect(loadExample(file, {}).config.channels["webchat"]).toMatchObject({ enabled: true });
    });
  }

  test("is in the table", () => {
    const files = readdirSync(GUIDE).filter((name) => name.startsWith("config-"));
    expect(files.toSorted()).toEqual(CONFIGURATIONS.map(({ file }) => file).toSorted());
  });
});

interface KeyExample {
  readonly key: string;
  readonly agent: string;
  readonly channel: string;
  readonly scope: string;
  readonly chat: string;
  readonly thread?: string;
}

describe("each session key of the guide", () => {
  for (const { key, agent, ...place } of JSON.parse(read("session-keys.json")) as readonly KeyExample[]) {
    test(`${key} names what it says, and is written as it is read`, () => {
      const name = parseSessionKey(key);
      expect(name).toEqual({ agent, address: { account: "default", ...place } } as typeof name);
      expect(name && formatSessionKey(name)).toBe(key as ReturnType<typeof formatSessionKey>);
      expect(toSessionKey(key)).toBeDefined();
    });
  }
});

interface TargetExample {
  readonly target: string;
  readonly channel: string;
}

describe("each target of the guide", () => {
  for (const { target, ...place } of JSON.parse(read("targets.json")) as readonly TargetExample[]) {
    test(`${target} names what it says`, () => {
      expect(parseTarget(target)).toEqual(place as ReturnType<typeof parseTarget>);
    });
  }
});
