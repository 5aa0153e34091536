import { describe, expect, test } from "bun:test";
import {
  type HeardMessage,
  readMessage,
  type Reader,
} from "../../../../../src/plugins/builtin/discord/incoming/message.ts";
import { type Place, Places } from "../../../../../src/plugins/builtin/discord/incoming/places.ts";
import { Settings } from "../../../../../src/plugins/builtin/discord/settings.ts";
import { accountOf } from "../discord-world.ts";

const BOT = "900";
const GENERAL: Place = { id: "10", kind: "channel", guild: "1", name: "general" };
const DIRECT: Place = { id: "30", kind: "dm", user: "5" };
const ID = "1300000000000000000";
const ADA = { id: "5", username: "ada", global_name: "Ada", discriminator: "0", avatar: null };

function readerWith(given: Partial<Pick<Reader, "allowBots">> = {}): Reader {
  const places = new Places("default");
  places.bot = BOT;
  const role = (id: string, name: string, tags = {}) => ({ id, name, tags });
  const roles = [role("70", "crew"), role("71", "my_bot", { bot_id: BOT })];
  places.noteGuild({ id: "1", name: "Club", roles, premium_tier: 0 } as never);
  for (const place of [GENERAL, DIRECT]) places.note(place);
  const settings = new Settings(accountOf({ guilds: { "1": { role: "mentor" } } }), places);
  return {
    bot: { id: BOT, name: "my_bot" },
    places,
    settings,
    allowBots: false,
    stickerRoot: "https://cdn",
    ...given,
  };
}

/** A message of Ada's as Discord tells it. */
function said(given: object): HeardMessage {
  const whole = {
    id: ID,
    channel_id: "10",
    author: ADA,
    content: "",
    type: 0,
    attachments: [],
    embeds: [],
    mentions: [],
  };
  return { ...whole, ...given } as unknown as HeardMessage;
}

const read = (given: object, place = GENERAL, reader = readerWith()) =>
  readMessage(said(given), place, reader);

describe("whom a message is for", () => {
  test.each([
    ["a mention", { content: `<@${BOT}> hi` }, true],
    ["a mention in the old way", { content: `hi <@!${BOT}>` }, true],
    ["the bot's own role", { content: "<@&71> hi" }, true],
    ["another role", { content: "<@&70> hi" }, false],
    ["everybody", { content: "@everyone hi", mention_everyone: true }, false],
    ["somebody else", { content: "<@5> hi" }, false],
    ["a mention in code", { content: `\`<@${BOT}>\` is how it is written` }, false],
    ["nobody", { content: "hi" }, false],
    [
      "an answer to the bot, without a ping",
      {
        content: "why?",
        type: 19,
        message_reference: { type: 0, message_id: "9" },
        referenced_message: said({ id: "9", author: { ...ADA, id: BOT, bot: true }, content: "so" }),
      },
      true,
    ],
    [
      "an answer to somebody else",
      {
        content: "why?",
        type: 19,
        message_reference: { type: 0, message_id: "9" },
        referenced_message: said({ id: "9", content: "so" }),
      },
      false,
    ],
  ])("%s", (_, given, isForBot) => {
    expect(read(given)?.isForBot).toBe(isForBot);
  });

  test("all in private, and all that people write in a thread that the bot has opened", () => {
    expect(read({ content: "hi" }, DIRECT)?.isForBot).toBe(true);
    const thread: Place = { id: "20", kind: "thread", guild: "1", parent: "10", isOurs: true };
    expect(read({ content: "hi" }, thread)).toMatchObject({ isForBot: true, within: { parent: "10" } });
    const program = { content: "hi", author: { ...ADA, id: "6", bot: true } };
    expect(read(program, thread, readerWith({ allowBots: true }))?.isForBot).toBe(false);
  });
});

describe("what a message says", () => {
  test.each([
    [`<@${BOT}>, look`, "look"],
    [`<@${BOT}>`, "@my_bot"],
    [`<@${BOT}> /status now`, "/status now"],
    ["<@5> and <@&70> in <#10>", "@Ada L. and @crew in #general"],
    ["<@404> <@&404> <#404>", "<@404> <@&404> <#404>"],
    ["<:wave:123> <a:party:124> </model:99>", ":wave: :party: /model"],
    ["at <t:1700000000:R>", "at 2023-11-14T22:13:20Z"],
    ["你好 👋", "你好 👋"],
  ])("%s is %s", (content, text) => {
    const mentions = [
      { ...ADA, member: { nick: "Ada L." } },
      { id: BOT, username: "my_bot" },
    ];
    expect(read({ content, mentions })?.text).toBe(text);
  });

  test("is told in words where it is no text", () => {
    const poll = {
      question: { text: "Lunch?" },
      answers: [{ answer_id: 1, poll_media: { text: "Pizza", emoji: { name: "🍕" } } }],
      results: { is_finalized: false, answer_counts: [{ id: 1, count: 3 }] },
    };
    expect(read({ poll })?.text).toBe("[poll: Lunch?]\n- 🍕 Pizza: 3");
    const lottie = { sticker_items: [{ id: "44", name: "Wave", format_type: 3 }] };
    expect(read(lottie)).toMatchObject({ text: "[sticker: Wave]", attachments: [] });
    const still = { sticker_items: [{ id: "45", name: "Sun", format_type: 1 }] };
    expect(read(still)?.attachments).toMatchObject([
      { kind: "sticker", mimeType: "image/png", name: "Sun.png" },
    ]);
    const embeds = [{ title: "Build", description: "is red", fields: [{ name: "Step", value: "test" }] }];
    const program = { embeds, author: { ...ADA, bot: true } };
    expect(read(program, GENERAL, readerWith({ allowBots: true }))?.text).toBe(
      "[embed: Build]\nis red\nStep: test",
    );
    expect(read({ content: "https://example.com", embeds })?.text).toBe("https://example.com");
  });

  test("that was passed on comes with its files, and with where it is from", () => {
    const file = {
      id: "8",
      url: "https://cdn/f?ex=1",
      filename: "a.pdf",
      size: 3,
      content_type: "application/pdf",
    };
    const passedOn = {
      message_reference: { type: 1, message_id: "9", channel_id: "10" },
      message_snapshots: [{ message: { content: "old <@&70> news", attachments: [file], embeds: [] } }],
    };
    expect(read(passedOn)).toMatchObject({
      text: "old @crew news",
      forwardedFrom: "#general",
      attachments: [{ kind: "document", name: "a.pdf", source: `10 ${ID} 8 https://cdn/f?ex=1` }],
    });
    expect(read(passedOn)?.replyTo).toBeUndefined();
  });
});

describe("files", () => {
  const file = (more: object) => ({ id: "8", url: "https://cdn/f", filename: "f", size: 3, ...more });

  test.each([
    ["image/png", "photo", "image/png"],
    ["image/svg+xml", "document", "image/svg+xml"],
    ["video/mp4", "video", "video/mp4"],
    ["text/plain; charset=utf-8", "document", "text/plain"],
    [undefined, "document", "application/octet-stream"],
  ])("of the type %s", (content_type, kind, mimeType) => {
    expect(read({ attachments: [file({ content_type })] })?.attachments).toMatchObject([
      { kind, mimeType, sizeBytes: 3, cacheKey: "discord/8" },
    ]);
  });

  test("that were spoken are voice messages", () => {
    const voice = { attachments: [file({ content_type: "audio/ogg" })], flags: 1 << 13 };
    expect(read(voice)?.attachments).toMatchObject([{ kind: "audio", isVoice: true }]);
  });

  test("of a message that is asked about are shown with the question", () => {
    const about = said({ id: "9", attachments: [file({ content_type: "image/png" })] });
    const question = {
      content: `<@${BOT}> what is this?`,
      type: 19,
      message_reference: { type: 0, message_id: "9" },
      referenced_message: about,
    };
    expect(read(question)).toMatchObject({
      attachments: [{ kind: "photo", source: "10 9 8 https://cdn/f" }],
      replyTo: { id: "9", text: "[file: f]", from: "Ada" },
    });
  });
});

test("the platform's own messages, empty ones, the bot's own and other programs' are left out", () => {
  expect(read({ type: 7 })).toBeUndefined();
  expect(read({ type: 6, content: "pinned" })).toBeUndefined();
  expect(read({ content: "" })).toBeUndefined();
  expect(
    read(
      { content: "mine", author: { ...ADA, id: BOT, bot: true } },
      GENERAL,
      readerWith({ allowBots: true }),
    ),
  ).toBeUndefined();
  expect(read({ content: "beep", author: { ...ADA, bot: true } })).toBeUndefined();
  expect(read({ content: "hook", webhook_id: "3" })).toBeUndefined();
  const named = readerWith({ allowBots: "mentions" });
  const beep = { content: `<@${BOT}> beep`, author: { ...ADA, bot: true } };
  expect(read(beep, GENERAL, named)?.sender).toEqual({ id: "5", name: "Ada", isBot: true });
  expect(read(beep, DIRECT, named)).toBeUndefined();
  expect(
    read({ content: "hook", webhook_id: "3" }, GENERAL, readerWith({ allowBots: true }))?.sender.isBot,
  ).toBe(true);
});

test("an answer to a message that is gone names it all the same", () => {
  const gone = {
    content: "why?",
    type: 19,
    message_reference: { type: 0, message_id: "9" },
    referenced_message: null,
  };
  expect(read(gone)?.replyTo).toEqual({ id: "9", text: "" });
});

test("people go by the name they have in the server, and the agent by the role it has there", () => {
  expect(read({ content: "hi", member: { nick: "Countess", roles: ["70"] } })).toMatchObject({
    sender: { id: "5", name: "Countess" },
    role: "mentor",
    within: { guild: "1", roles: ["70"] },
    sentAtMs: Math.floor(Number(BigInt(ID) >> 22n)) + 1_420_070_400_000,
  });
});
