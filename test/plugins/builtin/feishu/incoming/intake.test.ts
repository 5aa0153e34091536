import { expect, test } from "bun:test";
import { silentLogger } from "../../../../../src/lib/logger.ts";
import { RecentMap } from "../../../../../src/lib/recent-map.ts";
import { Directory } from "../../../../../src/plugins/builtin/feishu/incoming/directory.ts";
import { Intake } from "../../../../../src/plugins/builtin/feishu/incoming/intake.ts";
import { FeishuRefusal, NoToken } from "../../../../../src/plugins/builtin/feishu/outgoing/refusal-answer.ts";
import { CallFailure } from "../../../../../src/plugins/call-failure.ts";
import { ChannelMemory } from "../../../../../src/plugins/channel-memory.ts";
import { FakeClock } from "../../../../fakes/fake-clock.ts";

/** Hears of a message of which it has to ask what it was, at a Feishu that answers with `error`. */
async function recalledAt(error: unknown): Promise<{ receipt: string; reported: readonly string[] }> {
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
  const host = {
    receive: async () => "recorded" as const,
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
  const intake = new Intake({ host, reader, clock: new FakeClock() });
  const event = { message_id: "om_1", chat_id: "oc_1" };
  return { receipt: await intake.take({ id: "1", type: "im.message.recalled_v1", event }), reported };
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
