import { describe, expect, test } from "bun:test";
import { configSchema } from "../../src/core/config-schema.ts";
import type { Scope } from "../../src/core/message.ts";
import { isPastReset, resetPolicyOf } from "../../src/core/session-reset.ts";

const sectionOf = (session: object) => configSchema({}).parse({ session }).session;
const policy = (reset: object) => sectionOf({ reset }).reset;
/** A moment on this machine's clock on the wall. */
const at = (day: number, hour: number, minute = 0) => new Date(2026, 2, day, hour, minute).getTime();

describe("daily", () => {
  const daily = policy({ mode: "daily", atHour: 4 });
  test.each<[string, number, number, boolean]>([
    ["the evening before, asked in the morning", at(10, 23), at(11, 9), true],
    ["the same morning", at(11, 4), at(11, 23, 59), false],
    ["before the hour, asked before the hour", at(10, 5), at(11, 3, 59), false],
    ["before the hour, asked at the hour", at(10, 5), at(11, 4), true],
    ["in the night, asked after the hour", at(11, 3, 59), at(11, 4), true],
    ["days ago, asked before the hour", at(8, 12), at(11, 1), true],
  ])("a conversation that began %s", (_what, startedAtMs, nowMs, isPast) => {
    expect(isPastReset(daily, { startedAtMs, lastHeardAtMs: nowMs - 1 }, nowMs)).toBe(isPast);
  });

  test("the hour is four unless another is named", () => {
    expect(policy({ mode: "daily" }).atHour).toBe(4);
    const late = policy({ mode: "daily", atHour: 22 });
    expect(isPastReset(late, { startedAtMs: at(11, 9) }, at(11, 21, 59))).toBe(false);
    expect(isPastReset(late, { startedAtMs: at(11, 9) }, at(11, 22))).toBe(true);
  });
});

describe("idle", () => {
  const idle = policy({ mode: "idle", idleMinutes: 30 });

  test("counts from the last message of a person, and from the start where there is none", () => {
    const startedAtMs = at(10, 8);
    const asked = (lastHeardAtMs: number | undefined, nowMs: number) =>
      isPastReset(idle, { startedAtMs, lastHeardAtMs }, nowMs);
    expect(asked(at(10, 9), at(10, 9, 29))).toBe(false);
    expect(asked(at(10, 9), at(10, 9, 30))).toBe(true);
    expect(asked(undefined, at(10, 8, 29))).toBe(false);
    expect(asked(undefined, at(10, 8, 30))).toBe(true);
  });

  test("beside daily the first that passes counts", () => {
    const both = policy({ mode: "daily", atHour: 4, idleMinutes: 60 });
    const times = { startedAtMs: at(10, 9), lastHeardAtMs: at(10, 9) };
    expect(isPastReset(both, times, at(10, 9, 59))).toBe(false);
    expect(isPastReset(both, times, at(10, 10))).toBe(true);
    expect(isPastReset(both, { startedAtMs: at(10, 23), lastHeardAtMs: at(11, 3, 59) }, at(11, 4))).toBe(
      true,
    );
  });
});

test("without a policy nothing ever begins anew by itself", () => {
  expect(isPastReset(policy({}), { startedAtMs: 0, lastHeardAtMs: 0 }, Date.now())).toBe(false);
});

test("a channel's policy wins over that of the kind of chat, and this over the common one", () => {
  const section = sectionOf({
    reset: { mode: "daily" },
    resetByType: { group: { mode: "idle", idleMinutes: 5 }, thread: { mode: "off" } },
    resetByChannel: { mail: { mode: "idle", idleMinutes: 9 } },
  });
  const of = (channel: string, scope: Scope) => {
    const { mode, idleMinutes } = resetPolicyOf(section, { channel, scope, account: "default", chat: "1" });
    return `${mode} ${idleMinutes ?? ""}`.trim();
  };
  const scopes: readonly Scope[] = ["dm", "group", "channel", "topic", "thread"];
  expect(scopes.map((scope) => of("chat", scope))).toEqual(["daily", "idle 5", "idle 5", "off", "off"]);
  expect(scopes.map((scope) => of("mail", scope))).toEqual(scopes.map(() => "idle 9"));
  expect(of("toString", "dm")).toBe("daily");
});
