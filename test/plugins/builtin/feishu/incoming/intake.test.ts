import { expect, test } from "bun:test";
import type { Address, InboundMessage } from "../../../../../src/core/message.ts";
import { silentLogger } from "../../../../../src/lib/logger.ts";
import { RecentMap } from "../../../../../src/lib/recent-map.ts";
import { Directory } from "../../../../../src/plugins/builtin/feishu/incoming/directory.ts";
import { Intake } from "../../../../../src/plugins/builtin/feishu/incoming/intake.ts";
import type {
  FetchedMessage,
  Told,
  WireMessage,
} from "../../../../../src/plugins/builtin/feishu/incoming/wire.ts";
import { FeishuRefusal, NoToken } from "../../../../../src/plugins/builtin/feishu/outgoing/refusal-answer.ts";
import { Settings } from "../../../../../src/plugins/builtin/feishu/settings.ts";
import { CallFailure } from "../../../../../src/plugins/call-failure.ts";
import { ChannelMemory } from "../../../../../src/plugins/channel-memory.ts";
import { FakeClock } from "../../../../fakes/fake-clock.ts";
import { accountOf } from "../feishu-world.ts";

interface Heard {
  readonly receipts: readonly string[];
  readonly reported: readonly string[];
  readonly messages: readonly InboundMessage[];
}

/**
 * Hears of one event at each of the times (in ms after it happened), at a Feishu that answers every question with
 * `error`.
 */
async function heardAt(
  error: unknown,
  told: Pick<Told, "type" | "event">,
  {
    timesMs = [0],
    account = {},
    forwarded,
  }: {
    readonly timesMs?: readonly number[];
    readonly account?: object;
    readonly forwarded?: readonly FetchedMessage[];
  } = {},
): Promise<Heard> {
  const fail = async () => {
    throw error;
  };
  const clock = new FakeClock(HAPPENED_MS);
  const directory = new Directory({
    calls: { message: forwarded ? async () => forwarded : fail, personName: fail, chat: fail },
    appId: "cli_1",
    bot: "ou_bot",
    memory: new ChannelMemory(),
    messages: new RecentMap(10),
    now: clock.now,
    log: silentLogger,
  });
  const reported: string[] = [];
  const messages: InboundMessage[] = [];
  const host = {
    receive: async (message: InboundMessage) => (messages.push(message), "recorded" as const),
    report: async (id: string) => (reported.push(id), "recorded" as const),
    log: silentLogger,
  };
  const settings = new Settings(accountOf({ groupPolicy: "open", ...account }));
  const reader = {
    account: "default",
    bot: "ou_bot",
    directory,
    scopeIn: () => "topic" as const,
    settingsOf: (place: Address) => settings.of(place),
    now: clock.now,
    buttonOf: async () => undefined,
  };
  const intake = new Intake({ host, reader, clock });
  const receipts: string[] = [];
  for (const atMs of timesMs) {
    await clock.advance(HAPPENED_MS + atMs - clock.now());
    receipts.push(await intake.take({ id: "1", ...told }));
  }
  return { receipts, reported, messages };
}

const HAPPENED_MS = 1_700_000_000_000;

async function recalledAt(error: unknown) {
  const event = { message_id: "om_1", chat_id: "oc_1" };
  const { receipts, reported } = await heardAt(error, { type: "im.message.recalled_v1", event });
  return { receipt: receipts[0], reported };
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
/** When Feishu brings what is not taken. */
const TIMES_MS = [0, 15_000, 315_000];

function written(fields: Partial<WireMessage>): Pick<Told, "type" | "event"> {
  const message = {
    message_id: "om_2",
    chat_id: "oc_1",
    chat_type: "group",
    message_type: "text",
    content: JSON.stringify({ text: "yes, do it" }),
    create_time: String(HAPPENED_MS),
    ...fields,
  };
  const event = { sender: { sender_id: { open_id: "ou_a" }, sender_type: "user" }, message };
  return { type: "im.message.receive_v1", event };
}

const answering = { parent_id: "om_1", root_id: "om_1" };
const naming = { mentions: [{ key: "@_user_1", id: { open_id: "ou_bot" }, name: "Pi" }] };
const forwarding = { message_type: "merge_forward", content: "Merged and Forwarded Message" };

test.each([
  ["an answer that may be one to the bot", written(answering), 2],
  ["an answer that names the bot and asks about what it answers", written({ ...answering, ...naming }), 1],
  ["messages that are forwarded", written(forwarding), 2],
  ["messages that are forwarded in private", written({ ...forwarding, chat_type: "p2p" }), 2],
])(
  "%s, about which Feishu cannot be asked now, comes again, and in the end as it is",
  async (_, told, times) => {
    const timesMs = TIMES_MS.slice(0, times + 1);
    const { receipts, messages } = await heardAt(LATE, told, { timesMs });
    expect(receipts).toEqual([...Array<string>(times).fill("busy"), "taken"]);
    expect(messages).toHaveLength(1);
  },
);

test.each([
  ["in private", written({ ...answering, chat_type: "p2p" }), {}],
  ["where the bot need not be mentioned", written(answering), { groups: { "*": { requireMention: false } } }],
  ["in a group that nobody is answered in", written(answering), { groupPolicy: "disabled" }],
  ["by a clock that is far from Feishu's", written({ ...answering, create_time: "1" }), {}],
  ["by a clock that is far behind", written({ ...answering, create_time: String(2 * HAPPENED_MS) }), {}],
])("an answer %s does not wait for the words of what it answers", async (_, told, account) => {
  const { receipts, messages } = await heardAt(LATE, told, { account });
  expect(receipts).toEqual(["taken"]);
  expect(messages).toMatchObject([{ text: "yes, do it", replyTo: { id: "om_1", text: "" } }]);
});

test.each([
  ["an answer to what the bot may not see", written(answering)],
  ["messages that are forwarded and that it may not see", written(forwarding)],
])("%s is taken at once: it would be the same again", async (_, told) => {
  const { receipts, messages } = await heardAt(refusal(400, 230002), told);
  expect(receipts).toEqual(["taken"]);
  expect(messages).toHaveLength(1);
});

test.each([0, 1])(
  "much that is forwarded is cut between two characters, wherever they begin (%d)",
  async (before) => {
    const said = (text: string): FetchedMessage => ({
      chat_id: "oc_1",
      msg_type: "text",
      body: { content: JSON.stringify({ text }) },
    });
    const first = said("x".repeat(before));
    const rest = Array.from({ length: 50 }, () => said("😀".repeat(450)));
    const { messages } = await heardAt(LATE, written(forwarding), { forwarded: [said(""), first, ...rest] });
    const text = messages[0]?.text ?? "";
    expect(text.isWellFormed()).toBe(true);
    expect(text.length).toBeGreaterThan(19_990);
    expect(text.length).toBeLessThanOrEqual(20_000);
  },
);
