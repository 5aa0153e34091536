import { describe, expect, test } from "bun:test";
import {
  groupSettings,
  type PlaceSection,
  privateSettings,
  sectionOf,
} from "../../src/plugins/chat-rules.ts";

const talk = {
  dmPolicy: "pairing",
  allowlist: ["1", "2"],
  allowFrom: ["2", "3"],
  streamingMode: "partial",
  groupPolicy: "allowlist",
  showTools: true,
  showThinking: false,
  historyLimit: 50,
  reactionNotifications: "own",
} as const;
const listed: PlaceSection = { enabled: true };
const group = (sections: readonly PlaceSection[], over = {}) =>
  groupSettings({ ...talk, ...over }, sections, "channels.test.groups");

test("allowlist and allowFrom are one list", () => {
  expect(privateSettings(talk).access).toEqual({ dmPolicy: "pairing", allowFrom: ["1", "2", "3"] });
});

describe("a group", () => {
  test("is closed unless it is listed, and says which key decides", () => {
    expect(group([]).access.group).toMatchObject({
      isOpen: false,
      why: "the group is not listed in channels.test.groups",
    });
    expect(group([listed]).access.group).toMatchObject({ isOpen: true, requireMention: true });
    expect(group([], { groupPolicy: "open" }).access.group?.isOpen).toBe(true);
    expect(group([listed], { groupPolicy: "disabled" }).access.group?.isOpen).toBe(false);
  });

  test("that is switched off is closed, and its topics with it", () => {
    expect(group([{ enabled: false }, listed]).access.group?.isOpen).toBe(false);
  });

  test("hands on to its topics what they do not set themselves", () => {
    const settings = group([
      { enabled: true, requireMention: false, role: "mentor", allowFrom: ["7"] },
      { enabled: true, role: "poet", streamingMode: "off" },
    ]);
    expect(settings).toMatchObject({
      role: "poet",
      streamingMode: "off",
      access: { group: { requireMention: false, allowFrom: ["7"] } },
    });
  });

  test("quotes and acknowledges unless told otherwise; a private chat does neither", () => {
    expect(group([listed])).toMatchObject({ replyToMode: "first", ackReaction: "👀" });
    expect(group([listed], { ackReaction: "", replyToMode: "off" })).not.toHaveProperty("ackReaction");
    expect(privateSettings(talk)).toMatchObject({ replyToMode: "off" });
    expect(privateSettings(talk)).not.toHaveProperty("ackReaction");
  });
});

test("a section is found by its exact id, then by what people take for it, then by the star", () => {
  const sections = { "-1001": "exact", "1": "meant", "*": "others" };
  expect(sectionOf(sections, ["-1001", "1"])).toEqual({ section: "exact", key: "-1001" });
  expect(sectionOf(sections, ["-1009", "1"])).toEqual({ section: "meant", key: "1" });
  expect(sectionOf(sections, ["5"])?.section).toBe("others");
  expect(sectionOf({ a: "b" }, ["5"])).toBeUndefined();
});
