import { expect, test } from "bun:test";
import type { InboundMessage } from "../../../../../src/core/message.ts";
import { silentLogger } from "../../../../../src/lib/logger.ts";
import { RecentMap } from "../../../../../src/lib/recent-map.ts";
import { Directory } from "../../../../../src/plugins/builtin/feishu/incoming/directory.ts";
import { Intake } from "../../../../../src/plugins/builtin/feishu/incoming/intake.ts";
import { FeishuRefusal, NoToken } from "../../../../../src/plugins/builtin/feishu/outgoing/refusal-answer.ts";
import { CallFailure } from "../../../../../src/plugins/call-failure.ts";
import { ChannelMemory } from "../../../../../src/plugins/channel-memory.ts";
import { FakeClock } from "../../../../fakes/fake-clock.ts";

type Told = Parameters<Intake["take"]>[0];

/** Hears of something about which it has to ask, at a Feishu that answers with `error`. */
async function heardAt(error: unknown, told: Told, clock = new FakeClock()) {
  const fail = async () => {
    throw error;
  };
  const directory = new Directory({
    calls: { message: fail, personName: fail, chat: fail },
    appId: "cli_1",
    bot: "ou_bot",
    memory: new ChannelMemory(),
    messages: new RecentMap(10),
    now: () => 0,
    log: silentLogger,
  });
  const reported: string[] = [];
  const received: InboundMessage[] = [];
  const host = {
    receive: async (message: InboundMessage) => (received.push(message), "recorded" as const),
    report: async (id: string) => (reported.push(id), "recorded" as const),
    log: silentLogger,
  };
  const reader = {
    account: "default",
    bot: "ou_bot",
    directory,
    scopeIn: () => "topic" as const,
    roleAt: () => undefined,
    buttonOf: async () => undefined,
  };
  const intake = new Intake({ host, reader, clock });
  return { receipt: await intake.take(told), reported, received };
}

async function recalledAt(error: unknown) {
  const event = { message_id: "om_1", chat_id: "oc_1" };
  const { receipt, reported } = await heardAt(error, { id: "1", type: "im.message.recalled_v1", event });
  return { receipt, reported };
}

const refusal = (status: number, code: number) => new FeishuRefusal(status, { code, msg: "no" }, undefined);

test.each([
  ["no answer", new CallFailure("timed-out", "late")],
  ["no answer to who we are", new NoToken(new CallFailure("not-sent", "ECONNREFUSED"))],
  ["a request for fewer calls", refusal(429, 99991400)],
  ["a fault of Feishu's own", refusal(500, 1500)],
])("what cannot be read now, for %s, is to come again", async (_, error) => {
  expect(await recalledAt(error)).toEqual({ receipt: "busy", reported: [] });
});

test.each([
  ["a message that the bot may not see", refusal(400, 230002)],
  ["an app that Feishu does not know", new NoToken(refusal(400, 10014))],
  ["a fault of our own", new TypeError("undefined is not a function")],
])("what can never be read, for %s, does not come again and again", async (_, error) => {
  expect(await recalledAt(error)).toEqual({ receipt: "taken", reported: [] });
});

test("a message that Feishu does not show any more was taken back all the same, in the chat that it names", async () => {
  expect(await recalledAt(refusal(400, 230110))).toEqual({ receipt: "taken", reported: ["recalled/om_1"] });
});

const LATE = new CallFailure("timed-out", "late");
const REPLY = { message_type: "text", content: '{"text":"yes, do it"}', parent_id: "om_1", root_id: "om_1" };
const CALLED = { mentions: [{ key: "@_user_1", id: { open_id: "ou_bot" }, name: "Bot" }] };
const FORWARDED = { message_type: "merge_forward", content: "x" };

/** A message of a group that comes `ageMs` after it was written. */
function heardAfter(ageMs: number, error: unknown, message: object) {
  const clock = new FakeClock();
  const event = {
    sender: { sender_id: { open_id: "ou_a" }, sender_type: "user" },
    message: { message_id: "om_2", chat_id: "oc_1", chat_type: "group", ...message },
  };
  Object.assign(event.message, { create_time: String(clock.now() - ageMs) });
  return heardAt(error, { id: "1", type: "im.message.receive_v1", event }, clock);
}

test.each([
  ["whether it is for the bot hangs on what it answers", REPLY, [0, 15_000], 300_000],
  ["it answers something, and calls the bot", { ...REPLY, ...CALLED }, [0], 15_000],
  ["it forwards others", FORWARDED, [0], 15_000],
])(
  "a message is to come again where %s, and that cannot be asked now, but not for ever",
  async (_, message, again, last) => {
    for (const ageMs of again) {
      expect(await heardAfter(ageMs, LATE, message)).toMatchObject({ receipt: "busy", received: [] });
    }
    // With a minute for clocks that differ.
    expect(await heardAfter(last + 60_000, LATE, message)).toMatchObject({
      receipt: "taken",
      received: [{ id: "om_2" }],
    });
    expect(await heardAfter(-3_600_000, LATE, message)).toMatchObject({ receipt: "taken" });
  },
);

test("a message that answers one which the bot may not see is heard at once", async () => {
  const { receipt, received } = await heardAfter(0, refusal(400, 230002), REPLY);
  expect([receipt, received[0]?.isForBot, received[0]?.replyTo]).toEqual([
    "taken",
    false,
    { id: "om_1", text: "" },
  ]);
});
