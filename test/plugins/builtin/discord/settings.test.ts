import { describe, expect, test } from "bun:test";
import type { Place } from "../../../../src/plugins/builtin/discord/incoming/places.ts";
import { Settings } from "../../../../src/plugins/builtin/discord/settings.ts";
import { accountOf } from "./discord-world.ts";

const PLACES: Readonly<Record<string, Place>> = {
  "10": { id: "10", kind: "channel", guild: "1" },
  "11": { id: "11", kind: "channel", guild: "1" },
  "100": { id: "100", kind: "thread", guild: "1", parent: "10" },
  "20": { id: "20", kind: "channel", guild: "2" },
};

function rulesIn(given: object, chat: string) {
  const settings = new Settings(accountOf(given), { of: (id) => PLACES[id] });
  const scope = PLACES[chat]?.kind ?? "channel";
  return settings.of({ scope, chat });
}

const groupIn = (given: object, chat: string) => rulesIn(given, chat).access.group;

describe("a server", () => {
  test("that is not listed is closed, and an owner is told which key lists it", () => {
    expect(groupIn({ guilds: { "1": {} } }, "20")).toMatchObject({
      isOpen: false,
      unlistedIn: "channels.discord.guilds",
    });
    expect(groupIn({ guilds: { "1": {} } }, "10")).toMatchObject({ isOpen: true, requireMention: true });
  });

  test("is open where a star stands for all, or where the policy is open; and none is where it is disabled", () => {
    expect(groupIn({ guilds: { "*": { requireMention: false } } }, "20")).toMatchObject({
      isOpen: true,
      requireMention: false,
    });
    expect(groupIn({ groupPolicy: "open" }, "20")).toMatchObject({ isOpen: true });
    expect(groupIn({ groupPolicy: "disabled", guilds: { "*": {} } }, "20")).toMatchObject({ isOpen: false });
    expect(groupIn({ guilds: { "1": { enabled: false }, "*": {} } }, "10")).toMatchObject({ isOpen: false });
  });

  test("lets in people by id and by role; `users` and `allowFrom` are one list", () => {
    const guilds = { "1": { users: ["5"], allowFrom: ["6"], roles: ["7"] } };
    expect(groupIn({ guilds }, "10")).toMatchObject({ allowFrom: ["5", "6"], allowRoles: ["7"] });
    const open = groupIn({ guilds: { "1": {} } }, "10");
    expect([open?.allowFrom, open?.allowRoles]).toEqual([undefined, undefined]);
  });
});

describe("a map of channels", () => {
  const narrow = { "1": { requireMention: true, role: "assistant", channels: { "10": { role: "mentor" } } } };

  test("narrows: the others are closed, and an owner is told where", () => {
    expect(groupIn({ guilds: narrow }, "10")).toMatchObject({ isOpen: true });
    expect(groupIn({ guilds: narrow }, "11")).toMatchObject({
      isOpen: false,
      why: "it is not enabled in channels.discord.guilds.1.channels",
    });
  });

  test("leaves the rest open where a star stands in it", () => {
    const guilds = { "1": { channels: { "10": { enabled: false }, "*": { requireMention: false } } } };
    expect(groupIn({ guilds }, "10")).toMatchObject({ isOpen: false });
    expect(groupIn({ guilds }, "11")).toMatchObject({ isOpen: true, requireMention: false });
  });

  test("is stronger than the server, key by key", () => {
    expect(rulesIn({ guilds: narrow }, "10").role).toBe("mentor");
  });
});

describe("a thread", () => {
  test("is treated like its channel, unless something is said about it", () => {
    const guilds = { "1": { channels: { "10": { requireMention: false, role: "mentor" } } } };
    expect(rulesIn({ guilds }, "100")).toMatchObject({
      role: "mentor",
      access: { group: { isOpen: true, requireMention: false } },
    });
    const own = { "1": { channels: { "10": { role: "mentor" }, "100": { role: "coder" } } } };
    expect(rulesIn({ guilds: own }, "100").role).toBe("coder");
    expect(rulesIn({ guilds: own }, "10").role).toBe("mentor");
  });

  test("may be listed where its channel is not", () => {
    const guilds = { "1": { channels: { "100": {} } } };
    expect(groupIn({ guilds }, "100")).toMatchObject({ isOpen: true });
    expect(groupIn({ guilds }, "10")).toMatchObject({ isOpen: false });
  });
});

test("threads of their own are opened where the server, or closer the channel, wants it", () => {
  const guilds = { "1": { autoThread: true, channels: { "10": {}, "11": { autoThread: false } } } };
  expect(rulesIn({ guilds }, "10").autoThread).toBe(true);
  expect(rulesIn({ guilds }, "11").autoThread).toBe(false);
  expect(rulesIn({ guilds: { "1": {} } }, "10").autoThread).toBe(false);
});

test("a private chat goes by its own policy, whatever is said about servers", () => {
  const settings = new Settings(accountOf({ dmPolicy: "allowlist", allowFrom: ["5"] }), {
    of: () => undefined,
  });
  const { access, streamingMode } = settings.of({ scope: "dm", chat: "5" });
  expect(access).toEqual({ dmPolicy: "allowlist", allowFrom: ["5"] });
  expect(streamingMode).toBe("partial");
});
