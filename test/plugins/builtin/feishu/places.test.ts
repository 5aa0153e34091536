import { expect, test } from "bun:test";
import { addressOf, isPrivate, placeOf, topicOf } from "../../../../src/plugins/builtin/feishu/places.ts";
import { formatTarget, parseTarget } from "../../../../src/core/target.ts";
import { formatSessionKey, parseSessionKey } from "../../../../src/core/session-key.ts";

const account = "default";
const sender = "ou_anna";

test("a private chat is called by its person, whatever the platform calls the chat", () => {
  expect(placeOf({ chat: "oc_1", person: sender }, { account, sender, scope: "sender" })).toEqual(
    addressOf("ou_anna", account),
  );
  expect(addressOf("ou_anna", account).scope).toBe("dm");
  expect(addressOf("oc_1", account).scope).toBe("group");
  expect([isPrivate("ou_anna"), isPrivate("oc_1")]).toEqual([true, false]);
});

test("what is one conversation in a group is as the configuration has it", () => {
  const at = (scope: "group" | "topic" | "sender", topic?: string) =>
    placeOf({ chat: "oc_1", topic }, { account, sender, scope });
  expect([at("group"), at("group", "omt_1")].map(({ scope, thread }) => [scope, thread])).toEqual([
    ["group", undefined],
    ["group", undefined],
  ]);
  expect([at("topic"), at("topic", "omt_1")].map(({ scope, thread }) => [scope, thread])).toEqual([
    ["group", undefined],
    ["topic", "omt_1"],
  ]);
  expect([at("sender"), at("sender", "omt_1")].map(({ scope, thread }) => [scope, thread])).toEqual([
    ["thread", "ou_anna"],
    ["thread", "omt_1/ou_anna"],
  ]);
});

test("where an answer goes can be read from each of them, from its target and from its session", () => {
  for (const scope of ["group", "topic", "sender"] as const) {
    for (const topic of [undefined, "omt_1"]) {
      const place = placeOf({ chat: "oc_1", topic }, { account, sender, scope });
      expect(topicOf(place)).toBe(scope === "group" ? undefined : topic);
      expect(parseTarget(formatTarget(place))).toMatchObject({ chat: "oc_1" });
      expect(parseSessionKey(formatSessionKey({ agent: "main", address: place }))?.address).toEqual(place);
    }
  }
});
