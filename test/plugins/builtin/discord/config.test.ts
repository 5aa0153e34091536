import { expect, test } from "bun:test";
import { configs } from "../../../core/config-of.ts";

const { load, warningsIn } = configs();

test("a server may have rules, and its channels rules of their own", () => {
  const guilds = {
    "123": { requireMention: true, roles: ["42"], channels: { "789": { requireMention: false } } },
  };
  const { config } = load({ channels: { discord: { token: "t", guilds } } });
  expect(config.channels["discord"]).toMatchObject({ token: "t", guilds });
});

test("what another platform calls its token is no key here", () => {
  expect(warningsIn({ channels: { discord: { botToken: "t" } } })).toHaveLength(1);
});
