import { expect, test } from "bun:test";
import { addressOf } from "../../../../src/plugins/builtin/feishu/places.ts";
import { Settings } from "../../../../src/plugins/builtin/feishu/settings.ts";
import { accountOf } from "./feishu-world.ts";

const at = (chat: string, given: object) => new Settings(accountOf(given)).of(addressOf(chat, "default"));

test("private chats and groups are treated as everywhere", () => {
  const given = { dmPolicy: "open", groups: { oc_1: { requireMention: false, role: "ops" } } };
  expect(at("ou_1", given).access).toEqual({ dmPolicy: "open", allowFrom: [] });
  expect(at("oc_1", given)).toMatchObject({
    role: "ops",
    access: { group: { isOpen: true, requireMention: false } },
  });
  expect(at("oc_2", given).access.group).toMatchObject({
    isOpen: false,
    unlistedIn: "channels.feishu.groups",
    requireMention: true,
  });
});

test("a group may have another scope of its conversations than the channel", () => {
  const settings = new Settings(accountOf({ groups: { oc_1: { groupSessionScope: "sender" }, "*": {} } }));
  expect([settings.scopeIn("oc_1"), settings.scopeIn("oc_2")]).toEqual(["sender", "topic"]);
});

test("where a group is one conversation each part of an answer quotes, so that it gets into the topic", () => {
  const group = { groupSessionScope: "group", groups: { "*": {} } };
  expect(at("oc_1", group).replyToMode).toBe("all");
  expect(at("oc_1", { ...group, replyToMode: "off" }).replyToMode).toBe("off");
  expect(at("oc_1", { ...group, replyToMode: "first" }).replyToMode).toBe("first");
  expect(at("oc_1", { groups: { "*": {} } }).replyToMode).toBe("first");
  expect(at("ou_1", group).replyToMode).toBe("off");
});
