import { describe, expect, test } from "bun:test";
import { configs } from "../../../core/config-of.ts";

const { load, problemsIn } = configs();
const section = (given: object) => load({ channels: { telegram: given } }).config.channels["telegram"];
const problems = (given: object) => problemsIn({ channels: { telegram: given } });

test("a group may have a role, rules, and topics with rules of their own", () => {
  const groups = {
    "-100123": { requireMention: false, role: "assistant", topics: { "456": { role: "mentor" } } },
    "*": { enabled: false },
  };
  expect(section({ groups })).toMatchObject({ groups });
});

describe("two bots that Telegram calls under one path", () => {
  const at = (path: string) => ({ webhookUrl: `https://example.com${path}` });

  test("are refused, with the name of the first", () => {
    expect(problems({ accounts: { a: at("/t"), b: at("/t") } })[0]).toContain(
      'channels.telegram.accounts.b.webhookUrl: the account "a" has the webhook path /t already',
    );
    expect(problems({ ...at("/t"), accounts: { work: { ...at("/x"), webhookPath: "/t" } } })[0]).toContain(
      'channels.telegram.accounts.work.webhookPath: the account "default" has the webhook path /t already',
    );
  });

  test("are fine under two paths, also if only webhookPath tells them apart", () => {
    expect(section({ accounts: { a: at("/a"), b: at("/b") } })).toMatchObject({ enabled: true });
    expect(section({ ...at("/t"), accounts: { b: { ...at("/t"), webhookPath: "/u" } } })).toMatchObject({
      enabled: true,
    });
    expect(section({ accounts: { a: {}, b: {} } })).toMatchObject({ enabled: true });
  });

  test("do not hide that an address is none", () => {
    expect(problems({ webhookUrl: "example.com", accounts: { b: at("/t") } })).toHaveLength(1);
  });
});
