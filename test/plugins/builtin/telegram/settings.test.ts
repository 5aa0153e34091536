import { describe, expect, test } from "bun:test";
import { idsFor, keysFor, Settings } from "../../../../src/plugins/builtin/telegram/settings.ts";
import { keepLines } from "../../../fakes/log-lines.ts";
import { accountOf } from "./telegram-world.ts";

function settingsOf(given: object) {
  const { log, lines } = keepLines();
  const settings = new Settings(accountOf(given), log);
  return {
    at: (chat: string, thread?: string) => settings.of({ chat, ...(thread ? { thread } : {}) }),
    lines,
  };
}

test("a private chat and a topic in one are private", () => {
  const { at } = settingsOf({ dmPolicy: "open", groups: { "*": { role: "r" } } });
  expect(at("42").access).toEqual({ dmPolicy: "open", allowFrom: [] });
  expect(at("42", "7").access.group).toBeUndefined();
  expect(at("42").role).toBeUndefined();
});

describe("a group", () => {
  test("is treated as its section says, else as all others", () => {
    const { at, lines } = settingsOf({
      groups: { "-1005": { role: "mentor" }, "*": { requireMention: false } },
    });
    expect(at("-1005")).toMatchObject({
      role: "mentor",
      access: { group: { isOpen: true, requireMention: true } },
    });
    expect(at("-1006")).toMatchObject({ access: { group: { isOpen: true, requireMention: false } } });
    expect(lines).toEqual([]);
  });

  test("that is not listed is closed, with the key that decides", () => {
    const { at } = settingsOf({ groups: { "-1005": {} } });
    expect(at("-1006").access.group).toMatchObject({
      isOpen: false,
      why: "the group is not listed in channels.telegram.groups",
    });
  });

  test("listed under what people take for its id is found, and the exact id is named once", () => {
    const { at, lines } = settingsOf({ groups: { "123456789": { role: "assistant" } } });
    expect(at("-100123456789").role).toBe("assistant");
    expect(at("-123456789").role).toBe("assistant");
    at("-100123456789", "3");
    expect(lines).toMatchObject([
      { level: "warn", key: "channels.telegram.groups.123456789", id: "-100123456789" },
    ]);
  });

  test("has its exact section before any other", () => {
    const { at, lines } = settingsOf({
      groups: { "55": { role: "short" }, "-10055": { role: "exact" }, "*": { role: "any" } },
    });
    expect(at("-10055").role).toBe("exact");
    expect(at("-55").role).toBe("short");
    expect(lines).toHaveLength(1);
  });
});

test("a topic has what its own section says on top of its group's", () => {
  const { at } = settingsOf({
    groups: {
      "-1005": { role: "g", requireMention: false, topics: { "7": { role: "seven" }, "*": { role: "any" } } },
    },
  });
  expect(at("-1005", "7")).toMatchObject({ role: "seven", access: { group: { requireMention: false } } });
  expect(at("-1005", "8").role).toBe("any");
  expect(at("-1005").role).toBe("g");
});

test("a key and an id find each other both ways", () => {
  expect(keysFor("-10055")).toEqual(["-10055", "55", "10055"]);
  expect(idsFor("55")).toEqual(["-10055", "-55"]);
  expect(idsFor("-55")).toEqual(["-55"]);
});
