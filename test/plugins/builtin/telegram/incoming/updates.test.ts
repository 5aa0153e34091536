import { describe, expect, test } from "bun:test";
import type { Message, Update } from "grammy/types";
import { allowedUpdates } from "../../../../../src/plugins/builtin/telegram/incoming/allowed-updates.ts";
import { readUpdate } from "../../../../../src/plugins/builtin/telegram/incoming/updates.ts";
import {
  anna,
  ben,
  DATE,
  dm,
  eventsOf,
  forum,
  group,
  heard,
  mark,
  messageOf,
  reader,
  us,
  written,
} from "./literals.ts";

const file = { file_id: "F1", file_unique_id: "U1", file_size: 10 };
const place = { channel: "telegram", account: "default" };

describe("what somebody sends", () => {
  test("is plain data with who, where and when", () => {
    expect(heard({ text: "hello" })).toEqual({
      id: "11",
      address: { ...place, scope: "dm", chat: "42" },
      sender: { id: "42", name: "Anna Li", isBot: false },
      text: "hello",
      attachments: [],
      isForBot: true,
      sentAtMs: DATE * 1000,
    });
  });

  test("as a photo is the largest of its sizes, with its caption", () => {
    const small = { file_id: "S", file_unique_id: "s", width: 90, height: 60 };
    const large = { file_id: "L", file_unique_id: "l", width: 900, height: 600, file_size: 4000 };
    expect(heard({ photo: [small, large, small], caption: "look" })).toMatchObject({
      text: "look",
      attachments: [
        { kind: "photo", mimeType: "image/jpeg", sizeBytes: 4000, source: "L", cacheKey: "telegram/l" },
      ],
    });
  });

  test.each<[string, Partial<Message>, object]>([
    [
      "a document",
      { document: { ...file, file_name: "a.pdf", mime_type: "application/pdf" } },
      { kind: "document", mimeType: "application/pdf", name: "a.pdf" },
    ],
    [
      "an audio",
      { audio: { ...file, duration: 3, title: "Song", mime_type: "audio/mp4" } },
      { kind: "audio", mimeType: "audio/mp4", name: "Song" },
    ],
    ["a voice", { voice: { ...file, duration: 3 } }, { kind: "audio", mimeType: "audio/ogg", isVoice: true }],
    [
      "a video",
      { video: { ...file, width: 1, height: 1, duration: 3 } },
      { kind: "video", mimeType: "video/mp4" },
    ],
    ["a video note", { video_note: { ...file, length: 1, duration: 3 } }, { kind: "video" }],
    [
      "an animation, which comes as a document too",
      { animation: { ...file, width: 1, height: 1, duration: 3 }, document: file },
      { kind: "video", mimeType: "video/mp4" },
    ],
  ])("as %s is a file, named and not fetched", (_, content, attachment) => {
    const message = heard(content);
    expect(message?.attachments).toHaveLength(1);
    expect(message?.attachments[0]).toMatchObject({ source: "F1", sizeBytes: 10, ...attachment });
    expect(message?.text).toBe("");
  });

  const sticker = { ...file, type: "regular" as const, width: 1, height: 1, emoji: "😀" };
  test("as a still sticker is an image, as a moving one its emoji", () => {
    const still = heard({ sticker: { ...sticker, is_animated: false, is_video: false } });
    expect(still).toMatchObject({
      text: "[sticker 😀]",
      attachments: [{ kind: "sticker", mimeType: "image/webp" }],
    });
    const moving = heard({ sticker: { ...sticker, is_animated: true, is_video: false } });
    expect(moving).toMatchObject({ text: "[sticker 😀]", attachments: [] });
  });

  const location = { latitude: 48.85, longitude: 2.29 };
  const option = (text: string, voter_count: number) => ({ text, voter_count, persistent_id: text });
  test.each<[string, Partial<Message>, string]>([
    ["location", { location }, "[location: 48.85, 2.29]"],
    [
      "venue",
      { location, venue: { location, title: "Tower", address: "Paris" } },
      "[place: Tower, Paris (48.85, 2.29)]",
    ],
    [
      "contact",
      { contact: { phone_number: "+49", first_name: "Bo", last_name: "Q" } },
      "[contact: Bo Q, +49]",
    ],
    ["dice", { dice: { emoji: "🎲", value: 4 } }, "[dice 🎲: 4]"],
    [
      "poll",
      {
        poll: {
          id: "p",
          question: "Tea?",
          options: [option("yes", 3), option("no", 1)],
          total_voter_count: 4,
          is_closed: true,
          is_anonymous: true,
          type: "regular",
          allows_multiple_answers: false,
          allows_revoting: true,
          members_only: false,
        },
      },
      "[poll: Tea? (4 voted, closed)]\n- yes: 3\n- no: 1",
    ],
  ])("as a %s is told in words", (_, content, text) => {
    expect(heard(content)).toMatchObject({ text, attachments: [] });
  });

  test("through another bot says so", () => {
    expect(heard({ text: "cat", via_bot: { ...ben, is_bot: true, username: "gif" } })?.text).toBe(
      "cat\n[via @gif]",
    );
  });

  test("in an album is a part of it", () => {
    expect(heard({ photo: [{ ...file, width: 1, height: 1 }], media_group_id: "g7" })?.part).toEqual({
      of: "album/g7",
      waitMs: 800,
    });
  });

  test("passed on names who wrote it first", () => {
    const from = (forward_origin: NonNullable<Message["forward_origin"]>) =>
      heard({ text: "x", forward_origin })?.forwardedFrom;
    expect(from({ type: "user", date: 1, sender_user: ben })).toBe("Ben");
    expect(from({ type: "hidden_user", date: 1, sender_user_name: "Somebody" })).toBe("Somebody");
    expect(
      from({ type: "channel", date: 1, message_id: 3, chat: { id: -1, type: "channel", title: "News" } }),
    ).toBe("News");
  });

  test("has the role that the configuration gives to the chat", () => {
    expect(
      heard(
        { text: "x" },
        reader(({ chat }) => (chat === "42" ? "mentor" : undefined)),
      )?.role,
    ).toBe("mentor");
  });
});

describe("an answer to a message", () => {
  const earlier = (over: Partial<Message>) => messageOf({ message_id: 5, from: ben, ...over }) as never;

  test("names it, with its words or what it was", () => {
    expect(heard({ text: "yes", reply_to_message: earlier({ text: "Tea?" }) })?.replyTo).toEqual({
      id: "5",
      text: "Tea?",
      from: "Ben",
    });
    const voice = earlier({ voice: { ...file, duration: 1 } });
    expect(heard({ text: "what?", reply_to_message: voice })?.replyTo?.text).toBe("[voice message]");
  });

  test("has the part that was quoted", () => {
    const quote = { text: "run ls", position: 0, entities: [mark("run ls", "ls", { type: "code" })] };
    expect(
      heard({ text: "why", quote, reply_to_message: earlier({ text: "then run ls" }) })?.replyTo?.text,
    ).toBe("run `ls`");
  });

  test("in another chat has the words only", () => {
    const external_reply = { origin: { type: "user" as const, date: 1, sender_user: ben }, message_id: 9 };
    expect(heard({ text: "so", external_reply, quote: { text: "q", position: 0 } })?.replyTo).toEqual({
      id: "elsewhere/9",
      text: "q",
      from: "Ben",
    });
  });

  test("in a group brings the file that it is about", () => {
    const photo = [{ ...file, width: 1, height: 1 }];
    const text = "@my_bot what is this?";
    const asked = heard({
      chat: group,
      text,
      entities: [mark(text, "@my_bot", { type: "mention" })],
      reply_to_message: messageOf({ message_id: 5, from: ben, chat: group, photo }) as never,
    });
    expect(asked?.attachments).toMatchObject([{ kind: "photo", source: "F1" }]);
  });

  test("in a forum is none if it only stands in the topic", () => {
    const root = messageOf({
      message_id: 7,
      chat: forum,
      forum_topic_created: { name: "T", icon_color: 0 },
      from: us,
    }) as never;
    const in7 = heard({
      chat: forum,
      message_thread_id: 7,
      is_topic_message: true,
      text: "x",
      reply_to_message: root,
    });
    expect(in7?.replyTo).toBeUndefined();
    expect(in7?.isForBot).toBe(false);
  });
});

describe("in a group a message is for the bot", () => {
  const said = (text: string, over: Partial<Message> = {}) => heard({ chat: group, text, ...over });
  const naming = (text: string, name: string) =>
    said(text, { entities: [mark(text, name, { type: "mention" })] });

  test("if it names it, in whatever case", () => {
    expect(naming("hey @MY_BOT look", "@MY_BOT")).toMatchObject({ isForBot: true, text: "hey @MY_BOT look" });
    expect(naming("hey @my_bot2 look", "@my_bot2")?.isForBot).toBe(false);
    expect(said("hey @my_bot look")?.isForBot).toBe(false);
    const text = "the bot there";
    expect(said(text, { entities: [mark(text, "bot", { type: "text_mention", user: us })] })?.isForBot).toBe(
      true,
    );
  });

  test("and says what it says without the name it begins with, if that is only an address", () => {
    expect(naming("@my_bot, hello", "@my_bot")?.text).toBe("hello");
    expect(naming("@my_bot", "@my_bot")?.text).toBe("@my_bot");
    const text = "@my_bot run ls";
    const marked = said(text, {
      entities: [mark(text, "@my_bot", { type: "mention" }), mark(text, "ls", { type: "code" })],
    });
    expect(marked?.text).toBe("run `ls`");
  });

  test("not if the name stands in code", () => {
    const text = "write @my_bot here";
    const entities = [mark(text, "@my_bot", { type: "code" }), mark(text, "@my_bot", { type: "mention" })];
    expect(said(text, { entities })?.isForBot).toBe(false);
  });

  test("if its caption names it", () => {
    const caption = "@my_bot what is it";
    const photo = [{ ...file, width: 1, height: 1 }];
    const caption_entities = [mark(caption, "@my_bot", { type: "mention" })];
    expect(heard({ chat: group, photo, caption, caption_entities })).toMatchObject({
      isForBot: true,
      text: "what is it",
    });
  });

  test("if it answers one of the bot's", () => {
    const to = (from: typeof us) =>
      said("and?", {
        reply_to_message: messageOf({ message_id: 5, chat: group, from, text: "so" }) as never,
      });
    expect(to(us)?.isForBot).toBe(true);
    expect(to(ben)?.isForBot).toBe(false);
  });

  test("if it is a command that is not for another bot", () => {
    const command = (text: string) =>
      said(text, { entities: [mark(text, /^\S+/.exec(text)?.[0] ?? "", { type: "bot_command" })] });
    expect(command("/new now")).toMatchObject({ isForBot: true, text: "/new now" });
    expect(command("/new@my_BOT now")).toMatchObject({ isForBot: true, text: "/new now" });
    expect(command("/new@other_bot now")).toMatchObject({ isForBot: false, text: "/new@other_bot now" });
  });

  test("as the gateway calls a command, where Telegram's menu cannot", () => {
    const text = "/my_skill@my_bot run ls";
    const entities = [
      mark(text, "/my_skill@my_bot", { type: "bot_command" }),
      mark(text, "ls", { type: "code" }),
    ];
    expect(said(text, { entities })).toMatchObject({ isForBot: true, text: "/my-skill run `ls`" });
  });

  test("and in a private chat always, commands by name included", () => {
    const text = "/new@my_bot";
    expect(heard({ text, entities: [mark(text, text, { type: "bot_command" })] })).toMatchObject({
      isForBot: true,
      text: "/new",
    });
  });
});

describe("where something was said", () => {
  const at = (over: Partial<Message>) => heard({ text: "x", ...over })?.address;

  test("is a topic of a forum, the general one as well", () => {
    expect(at({ chat: forum, message_thread_id: 7, is_topic_message: true })).toEqual({
      ...place,
      scope: "topic",
      chat: "-1002",
      thread: "7",
    });
    expect(at({ chat: forum })).toMatchObject({ scope: "topic", thread: "1" });
  });

  test("is a topic of a private chat", () => {
    expect(at({ message_thread_id: 9, is_topic_message: true })).toMatchObject({
      scope: "topic",
      chat: "42",
      thread: "9",
    });
  });

  test("is the group itself, also in a thread of replies", () => {
    expect(at({ chat: group, message_thread_id: 4 })).toEqual({ ...place, scope: "group", chat: "-1001" });
  });
});

describe("nothing comes of", () => {
  test.each<[string, Partial<Message>]>([
    ["what bots write", { text: "x", from: us }],
    ["what other bots write", { text: "x", from: { ...ben, is_bot: true } }],
    [
      "what only the bot is shown in a group",
      { chat: group, message_id: 0, ephemeral_message_id: 4, text: "x" },
    ],
    ["a topic that is made", { chat: forum, forum_topic_created: { name: "T", icon_color: 0 } }],
    ["a topic that is renamed", { chat: forum, forum_topic_edited: { name: "U" } }],
    ["a new title", { chat: group, new_chat_title: "New" }],
    ["a pinned message", { chat: group, pinned_message: messageOf({ text: "p" }) }],
  ])("%s", (_, over) => {
    expect(readUpdate(written(over), reader())).toEqual([]);
  });

  test.each<keyof Update>(["channel_post", "edited_channel_post", "business_message", "guest_message"])(
    "a %s",
    (kind) => {
      const update = { update_id: 1, [kind]: messageOf({ text: "x" }) } as unknown as Update;
      expect(readUpdate(update, reader())).toEqual([]);
    },
  );
});

test("an anonymous admin speaks as the group", () => {
  const from = { id: 1087968824, is_bot: true, first_name: "Group", username: "GroupAnonymousBot" };
  expect(
    heard({ chat: group, text: "x", from, sender_chat: group, author_signature: "boss" })?.sender,
  ).toEqual({
    id: "-1001",
    name: "boss (Team)",
    isBot: false,
  });
});

describe("an edit", () => {
  const edited = (over: Partial<Message>) =>
    eventsOf({ edited_message: messageOf({ edit_date: DATE + 5, ...over }) as never });

  test("has the text as it is now", () => {
    expect(edited({ text: "better" })).toEqual([
      {
        kind: "edited",
        message: { address: { ...place, scope: "dm", chat: "42" }, id: "11" },
        by: { id: "42", name: "Anna Li", isBot: false },
        text: "better",
        atMs: (DATE + 5) * 1000,
      },
    ]);
  });

  test("reads like the message: without the name it begins with", () => {
    const text = "@my_bot again";
    const [event] = edited({ chat: group, text, entities: [mark(text, "@my_bot", { type: "mention" })] });
    expect(event).toMatchObject({ text: "again" });
  });

  test("is none where only something beside the words has changed", () => {
    expect(edited({ location: { latitude: 1, longitude: 2, live_period: 60 } })).toEqual([]);
  });

  test("has a name of its own each time", () => {
    const update = { edited_message: messageOf({ text: "a", edit_date: DATE }) as never };
    const ids = [1, 2, 2].map((update_id) => {
      const [one] = readUpdate({ update_id, ...update }, reader());
      return one?.kind === "event" ? one.id : "";
    });
    expect(ids[0]).not.toBe(ids[1]);
    expect(ids[1]).toBe(ids[2] ?? "");
  });
});

test("a reaction is told emoji by emoji, those that went and those that came", () => {
  const emoji = (value: string) => ({ type: "emoji", emoji: value }) as never;
  const events = eventsOf({
    message_reaction: {
      chat: group,
      message_id: 3,
      user: anna,
      date: DATE,
      old_reaction: [emoji("👍"), emoji("🔥")],
      new_reaction: [emoji("🔥"), emoji("❤"), { type: "custom_emoji", custom_emoji_id: "77" }],
    },
  });
  expect(events).toMatchObject([
    { kind: "reaction", emoji: "👍", added: false, message: { id: "3" } },
    { kind: "reaction", emoji: "❤", added: true },
    { kind: "reaction", emoji: "custom:77", added: true, by: { id: "42" } },
  ]);
});

test("a pressed button names its message and itself, also where the message is too old to be seen", () => {
  const query = { id: "q", from: ben, chat_instance: "c", data: "answer/1" };
  const message = { chat: group, message_id: 8, date: 0 as const };
  expect(eventsOf({ callback_query: { ...query, message } })).toEqual([
    {
      kind: "button",
      message: { address: { ...place, scope: "group", chat: "-1001" }, id: "8" },
      by: { id: "43", name: "Ben", isBot: false },
      button: "answer/1",
    },
  ]);
  expect(eventsOf({ callback_query: { ...query, inline_message_id: "i" } })).toEqual([]);
});

describe("who comes and goes", () => {
  const member = (status: string, more = {}) => ({ status, user: us, ...more }) as never;
  const moved = (from: never, to: never, chat = group) =>
    eventsOf({
      my_chat_member: { chat, from: anna, date: DATE, old_chat_member: from, new_chat_member: to },
    });

  test("is told of the bot itself once, with who took it in", () => {
    expect(moved(member("left"), member("member"))).toMatchObject([
      { kind: "joined", isUs: true, by: { id: "42" }, address: { scope: "group", chat: "-1001" } },
    ]);
    expect(moved(member("administrator"), member("kicked"))).toMatchObject([{ kind: "left", isUs: true }]);
    expect(moved(member("member"), member("administrator"))).toEqual([]);
    expect(moved(member("member"), member("restricted", { is_member: true }))).toEqual([]);
    expect(moved(member("member"), member("kicked"), dm)).toEqual([]);
  });

  test("is told of each of the others", () => {
    const came = eventsOf({
      message: messageOf({ chat: group, new_chat_members: [anna, us, ben] }) as never,
    });
    expect(came).toMatchObject([
      { kind: "joined", isUs: false, by: { id: "42" } },
      { kind: "joined", isUs: false, by: { id: "43" } },
    ]);
    expect(eventsOf({ message: messageOf({ chat: group, left_chat_member: ben }) as never })).toMatchObject([
      { kind: "left", isUs: false, by: { id: "43" } },
    ]);
  });
});

test("a group that becomes a supergroup is told of under one name, from both sides", () => {
  const old = { id: -5, type: "group" as const, title: "Team" };
  const [from] = readUpdate(written({ chat: old, migrate_to_chat_id: -1001 }), reader());
  const [to] = readUpdate(written({ chat: group, migrate_from_chat_id: -5 }), reader());
  expect(from).toEqual(to as never);
  expect(from).toMatchObject({ event: { kind: "migrated", from: { chat: "-5" }, to: { chat: "-1001" } } });
});

test("an answer that somebody stops is stopped where it is written", () => {
  const chat = { id: 42, type: "private" as const, first_name: "Anna" };
  expect(eventsOf({ stopped_message_generation: { chat, draft_id: 3, message_thread_id: 9 } })).toMatchObject(
    [{ kind: "stop", address: { scope: "topic", chat: "42", thread: "9" }, by: { id: "42", name: "Anna" } }],
  );
});

test("Telegram is asked for what something here acts on, and for nothing else", () => {
  const always = ["message", "edited_message", "callback_query", "my_chat_member"] as const;
  expect(allowedUpdates({ streamingMode: "partial", reactionNotifications: "off" })).toEqual(always);
  expect(allowedUpdates({ streamingMode: "draft", reactionNotifications: "own" })).toEqual([
    ...always,
    "message_reaction",
    "stopped_message_generation",
  ]);
});
