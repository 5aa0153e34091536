import { describe, expect, test } from "bun:test";
import { redactConfig, secretsOf } from "../../src/security/redact.ts";
import { configs } from "../core/config-of.ts";

const { load } = configs();

/** What of the shown configuration stands at `path`. */
function shown(content: unknown, path: string, env: Record<string, string> = {}) {
  const all = redactConfig(load(content, { env }));
  return path.split(".").reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], all);
}

const TOKEN = "8231:AAF-jdbf73bsd-DUBs9dnfsd7f";

describe("a secret", () => {
  test("shows its source, its length, and its last four characters", () => {
    const telegram = { channels: { telegram: { botToken: "${BOT}" } } };
    expect(shown(telegram, "channels.telegram.botToken", { BOT: TOKEN })).toBe(
      "[secret: ${BOT}, 31 characters, ends in sd7f]",
    );
    expect(shown({ gateway: { auth: { token: TOKEN } } }, "gateway.auth.token")).toBe(
      "[secret: file, 31 characters, ends in sd7f]",
    );
  });

  test("that is short shows none of its characters", () => {
    expect(shown({ gateway: { auth: { token: "1234567890abc" } } }, "gateway.auth.token")).toBe(
      "[secret: file, 13 characters]",
    );
  });

  test("that was generated stands where it would be set", () => {
    const all = redactConfig(load({}), { "gateway.auth.token": TOKEN });
    expect(all).toMatchObject({
      gateway: { auth: { token: "[secret: generated, 31 characters, ends in sd7f]" } },
    });
  });

  test("is found wherever the schema says so: accounts, webhooks, plugins of either form, proxies", () => {
    const secret = (n: number) => `top-secret-number-${n}`;
    const loaded = load({
      gateway: { auth: { mode: "password", password: secret(1), token: secret(2) } },
      hooks: { token: secret(3) },
      channels: {
        telegram: { webhookSecret: secret(4), accounts: { work: { botToken: secret(5) } } },
        discord: { token: secret(6), proxy: `http://user:${secret(7)}@localhost:3128` },
        feishu: { appSecret: secret(8), encryptKey: secret(9), verificationToken: secret(10) },
        webchat: { auth: { token: secret(11), password: secret(12) } },
        signal: { password: secret(13), account: { apiKey: secret(14), tokens: 3 } },
      },
      plugins: [
        { path: "p", options: { list: [{ github_token: secret(15), credentials: { user: secret(16) } }] } },
      ],
    });
    const text = JSON.stringify(redactConfig(loaded));
    expect(text).not.toContain("top-secret-number");
    expect(text.match(/\[secret: file/g)).toHaveLength(16);
    expect(secretsOf(loaded)).toHaveLength(16);
    expect(secretsOf(loaded)).toContain(secret(16));
  });

  test("that is a number in a section nobody knows is hidden too", () => {
    expect(shown({ channels: { signal: { pwd: 123_456 } } }, "channels.signal.pwd")).toBe(
      "[secret: file, 6 characters]",
    );
  });

  test("is hidden where it stands a second time, under an innocent name, and in addresses", () => {
    const content = {
      gateway: { auth: { token: TOKEN }, publicUrl: "https://me:pass@example.com/" },
      cron: { jobs: [{ id: "a", schedule: { kind: "every", expr: "1h" }, task: `curl -H ${TOKEN}` }] },
    };
    const text = JSON.stringify(redactConfig(load(content)));
    expect(text).toContain("curl -H [redacted]");
    expect(text).toContain("https://[redacted]@example.com/");
  });
});

test("everything else is shown as it is, and the configuration itself stays whole", () => {
  const loaded = load({ gateway: { port: 4000, auth: { token: TOKEN } }, agent: { skillsBase: ["/s"] } });
  expect(redactConfig(loaded)).toMatchObject({ gateway: { port: 4000 }, agent: { skillsBase: ["/s"] } });
  expect(loaded.config.gateway.auth.token).toBe(TOKEN);
});
