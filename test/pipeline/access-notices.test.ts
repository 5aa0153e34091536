import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { AllowEntry, Pairing } from "../../src/core/access.ts";
import type { Address, InboundMessage } from "../../src/core/message.ts";
import type { Delivery } from "../../src/core/store.ts";
import { AccessNotices } from "../../src/pipeline/access-notices.ts";
import { sentencesIn } from "../../src/pipeline/sentences.ts";
import { inbound, placeOf } from "../contracts/store-words.ts";
import { openTemporaryStore } from "../store/temporary-store.ts";

const DAY_MS = 86_400_000;
const HERE: Address = { ...placeOf("1"), channel: "chat" };
const OTHER: Address = { ...placeOf("2"), channel: "other" };
const PAIRING: Pairing = {
  channel: "chat",
  account: "default",
  code: "ABCD2345",
  senderId: "7",
  senderName: "*Eve*\n[x](http://evil.example)",
  address: { ...HERE, chat: "7" },
  askedBy: "1",
  expiresAtMs: 0,
};

const STRANGER = { address: PAIRING.address, sender: { id: "7", name: "Eve", isBot: false } };

let under: Awaited<ReturnType<typeof openTemporaryStore>>;
let posted: Delivery[];
let chats: Address[];
let language: "en" | "zh";

beforeEach(async () => {
  under = await openTemporaryStore();
  posted = [];
  chats = [OTHER, HERE];
  language = "en";
});

afterEach(() => under.end());

const notices = () =>
  new AccessNotices({
    // As the outbox does: a known key is left as it is.
    outbox: {
      post: async (deliveries) => {
        for (const one of deliveries) if (posted.every(({ key }) => key !== one.key)) posted.push(one);
      },
    },
    state: under.store.state,
    owners: { chats: () => chats },
    channel: () => undefined,
    sentences: () => sentencesIn(language),
    prefix: () => "/",
    clock: under.clock,
  });

const textOf = ({ message }: Delivery) => (message.kind === "text" ? message.markdown : "");
const inGroup = (chat: string, more: Partial<InboundMessage> = {}) =>
  inbound(chat, "1", { address: { ...HERE, scope: "group", chat }, ...more });

describe("a stranger", () => {
  test("reads the code and what to do with it, and nothing they have written", () => {
    const said = notices().code(PAIRING, STRANGER);
    expect(said).toContain("`ABCD2345`");
    expect(said).toContain("```\npi-gw pairing approve chat ABCD2345\n```");
    expect(said).toContain("one hour");
    expect(said).not.toContain("Eve");
    expect(notices().code({ ...PAIRING, account: "work" }, STRANGER)).toContain(
      "pi-gw pairing approve chat ABCD2345 --account work\n",
    );
    language = "zh";
    expect(notices().code(PAIRING, STRANGER)).toContain("配对码是 `ABCD2345`");
  });

  test("who is let in is told in the chat in which they asked, under a key of its own", () => {
    const entry: AllowEntry = { ...PAIRING, addedAtMs: 5, isFirst: true };
    const [one, ...rest] = notices().approved(entry, false);
    expect(rest).toEqual([]);
    expect(one).toMatchObject({ to: PAIRING.address, key: "access/chat/default/approved/7/5" });
    expect(textOf(one!)).not.toContain("own");
    expect(textOf(notices().approved(entry, true)[0]!)).toContain("you own this gateway");
  });
});

describe("an owner", () => {
  test("is asked once for each pairing, where the stranger is, with buttons that are commands", async () => {
    await notices().asked(PAIRING);
    await notices().asked(PAIRING);
    expect(posted).toMatchObject([
      {
        to: HERE,
        message: {
          silent: true,
          buttons: [[{ id: "/pair approve ABCD2345" }, { id: "/pair deny ABCD2345" }]],
        },
      },
    ]);
    const said = textOf(posted[0]!);
    expect(said).toStartWith("`*Eve* [x](http://evil.example)` (`chat:7`) would like to talk to me.");
    expect(said).toContain("`/pair approve ABCD2345`");
    await notices().asked({ ...PAIRING, channel: "third", code: "EFGH2345" });
    expect(posted[1]?.to).toEqual(OTHER);
  });

  test("who cannot be reached is not asked", async () => {
    chats = [];
    await notices().asked(PAIRING);
    expect(posted).toEqual([]);
  });

  test("is told once of a group that nobody has listed, also after a restart", async () => {
    const ours = notices();
    const sender = { id: "7", name: "Eve `x`", isBot: false };
    for (const _ of "123") await ours.unlisted(inGroup("-100", { sender }), "channels.chat.groups");
    posted = [...posted];
    expect(posted.map(textOf)).toEqual([
      "`Eve 'x'` wrote in the group `-100`, where I stay silent because nobody has listed it. To have me answer there, add `\"-100\": {}` to `channels.chat.groups` in pi-gateway.jsonc. I say this once for each group.",
    ]);
    // The outbox forgets what is long done.
    posted = [];
    await notices().unlisted(inGroup("-100"), "channels.chat.groups");
    await notices().unlisted(inGroup("-200"), "channels.chat.groups");
    expect(posted).toHaveLength(1);
  });

  test("is told once of a server, however many channels it has", async () => {
    const ours = notices();
    for (const chat of ["1", "2"])
      await ours.unlisted(inGroup(chat, { within: { guild: "g" } }), "channels.chat.guilds");
    expect(posted.map(textOf)).toEqual([expect.stringContaining('add `"g": {}` to `channels.chat.guilds`')]);
  });

  test("who could not be told then, is told when they can be", async () => {
    chats = [];
    const ours = notices();
    await ours.unlisted(inGroup("-100"), "channels.chat.groups");
    chats = [HERE];
    await ours.unlisted(inGroup("-100"), "channels.chat.groups");
    expect(posted).toHaveLength(1);
  });

  test("is not flooded by somebody who makes groups, and what is remembered stays small", async () => {
    const ours = notices();
    for (let day = 0; day < 30; day++) {
      for (let n = 0; n < 50; n++) await ours.unlisted(inGroup(`-${day}-${n}`), "channels.chat.groups");
      expect(posted).toHaveLength(10 * (day + 1));
      under.clock.jump(DAY_MS);
    }
    const kept = JSON.parse((await under.store.state.get("access", "groups told")) ?? "[]") as string[];
    expect(kept).toHaveLength(200);
  });
});
