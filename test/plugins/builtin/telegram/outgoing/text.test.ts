import { describe, expect, test } from "bun:test";
import { tdlib } from "../../../../emulators/telegram/tdlib.ts";
import { errorOf } from "../../../../fakes/error-of.ts";
import { addressOf, formatter, options, outgoingWorld, text } from "./outgoing-world.ts";

const plain = { ...options, style: "plain" } as const;

describe("a text", () => {
  test("is seen as Markdown means it, and its message can be addressed", async () => {
    await using world = await outgoingWorld();
    const { out, to, said, chat, bot, telegram } = world;
    const ref = await out.send(to, text("**hello** <world> & `x < y`"), options);
    expect(said()).toEqual(["hello <world> & x < y"]);
    expect(ref).toEqual({ address: to, id: String(chat.last(bot)!.message.message_id) });
    expect(telegram.calls.of({ method: "sendMessage" })[0]?.params).toMatchObject({ parse_mode: "HTML" });
  });

  test("goes without any markup after a refusal", async () => {
    await using world = await outgoingWorld();
    await world.out.send(world.to, text("**hello** `x`"), plain);
    const [call] = world.telegram.calls.of({ method: "sendMessage" });
    expect(call?.params).not.toHaveProperty("parse_mode");
    expect(world.said()).toEqual(["hello x"]);
  });

  test("of which nothing would be seen is shown as dots: a code block that has only begun", async () => {
    await using world = await outgoingWorld();
    const { out, to, said } = world;
    const ref = await out.send(to, text("```ts"), options);
    expect(said()).toEqual(["…"]);
    await out.edit(ref, "# ", options);
    await out.edit(ref, "```ts\nlet x", options);
    expect(said()).toEqual(["let x"]);
    await out.send(to, text("# "), plain);
    expect(said()).toHaveLength(2);
  });

  test("quotes what it answers, and comes all the same if that is gone", async () => {
    await using world = await outgoingWorld();
    const { out, to, said, anna, chat } = world;
    const asked = anna.say(chat, "how are you?");
    const { message_id } = asked.message;
    await out.send(to, { ...text("fine"), replyTo: String(message_id) }, options);
    await out.send(to, { ...text("and you?"), replyTo: "999999" }, options);
    await out.send(to, { ...text("well?"), replyTo: "no number" }, options);
    expect(said(chat, true)).toEqual(["(re “how are you?”) fine", "and you?", "well?"]);
  });

  test("makes no sound if the message or the configuration wants it so", async () => {
    await using world = await outgoingWorld();
    await world.out.send(world.to, { ...text("one"), silent: true }, options);
    await world.out.send(world.to, text("two"), options);
    expect(world.said(world.chat, true)).toEqual(["one (silent)", "two"]);
    await using quiet = await outgoingWorld({ silent: true });
    await quiet.out.send(quiet.to, text("one"), options);
    await quiet.out.send(quiet.to, { ...text("two"), silent: false }, options);
    expect(quiet.said(quiet.chat, true)).toEqual(["one (silent)", "two"]);
  });

  test("has previews of its links unless they are not wanted, in edits too", async () => {
    await using world = await outgoingWorld({ linkPreview: false });
    const ref = await world.out.send(world.to, text("https://example.org"), options);
    await world.out.edit(ref, "https://example.com", options);
    for (const method of ["sendMessage", "editMessageText"]) {
      expect(world.telegram.calls.of({ method })[0]?.params["link_preview_options"]).toEqual({
        is_disabled: true,
      });
    }
    await using open = await outgoingWorld();
    await open.out.send(open.to, text("https://example.org"), options);
    expect(open.telegram.calls.of({ method: "sendMessage" })[0]?.params).not.toHaveProperty(
      "link_preview_options",
    );
  });

  test("goes into its topic; into the general one without naming it, while typing names it", async () => {
    await using world = await outgoingWorld();
    const { telegram, out, anna } = world;
    const forum = world.group("supergroup", true);
    const topic = anna.openTopic(forum, "news");
    await out.send(addressOf(forum, String(topic)), text("in news"), options);
    await out.send(addressOf(forum, "1"), text("in general"), options);
    expect(telegram.transcript(forum, { thread: topic })).toContain("bot: in news");
    expect(telegram.transcript(forum, { thread: 0 })).toContain("bot: in general");
    await out.typing(addressOf(forum, "1"));
    expect(telegram.calls.of({ method: "sendChatAction" })[0]?.params).toMatchObject({
      message_thread_id: 1,
    });
  });

  test("follows a group to its new id, and tells of it once", async () => {
    await using world = await outgoingWorld();
    const { telegram, out, anna, moves } = world;
    const group = world.group("group");
    const there = anna.upgrade(group);
    const to = addressOf(group);
    const first = await out.send(to, text("one"), options);
    await out.send(to, text("two"), options);
    expect(first.address.chat).toBe(String(there.id));
    expect(moves).toEqual([`${group.id} → ${there.id}`]);
    expect(world.said(there).slice(-2)).toEqual(["one", "two"]);
    expect(telegram.calls.of({ method: "sendMessage" })).toHaveLength(3);
    out.noteMove(String(group.id), String(there.id));
    expect(moves).toHaveLength(1);
  });
});

describe("an edit", () => {
  test("puts the text in the place of the other, takes buttons away, and may be made twice", async () => {
    await using world = await outgoingWorld();
    const { out, to, said } = world;
    const asked = await out.send(to, { ...text("really?"), buttons: [[{ id: "y", label: "Yes" }]] }, options);
    expect(said()).toEqual(["really? [Yes]"]);
    await out.edit(asked, "**Yes**, really", options);
    await out.edit(asked, "**Yes**, really", options);
    expect(said()).toEqual(["Yes, really"]);
  });

  test("that Telegram took otherwise is no success, and is made again after a while", async () => {
    await using world = await outgoingWorld();
    const { out, to, telegram, chat, bot } = world;
    const ref = await out.send(to, text("draft"), options);
    // Somebody in between answers with an older state of the message.
    const old = structuredClone(chat.last(bot)!.message);
    telegram.world.onChange(() => {
      const post = chat.last(bot)!;
      if (post.message.text === "final") post.message = old;
    });
    expect(await errorOf(out.edit(ref, "final", options))).toMatchObject({
      retry: { afterMs: 1000 },
      outcome: "did-not-happen",
    });
  });

  test("does not mind what Telegram trims", async () => {
    await using world = await outgoingWorld();
    const { out, to, said } = world;
    const ref = await out.send(to, text("x"), options);
    await out.edit(ref, "a &amp; b  \n\n```\n  code  \n```\n", options);
    await out.edit(ref, "- one\n- two\n\n> “quote” — 你好", options);
    expect(said()[0]).toContain("two");
  });

  test("of a message that is gone says so, and of one under a picture changes the caption", async () => {
    await using world = await outgoingWorld();
    const { out, to, said, file } = world;
    const ref = await out.send(to, text("x"), options);
    await out.remove(ref);
    expect(await errorOf(out.edit(ref, "y", options))).toMatchObject({ code: "not-found", retry: "never" });
    const path = await file("a.txt");
    const sent = await out.send(to, { kind: "media", media: "document", path, caption: "one" }, options);
    await out.edit(sent, "**two**", options);
    await out.edit(sent, "**two**", options);
    expect(said()).toEqual(["(document a.txt) two"]);
  });
});

describe("a rich message", () => {
  test("is what texts become if the configuration says so, edits too", async () => {
    await using world = await outgoingWorld({ format: "rich" });
    const { out, to, telegram } = world;
    const ref = await out.send(to, text("# Title\n\ntext"), options);
    await out.edit(ref, "# Title\n\nmore", options);
    const markdown = "# Title\n\nmore";
    expect(telegram.calls.of({ method: "editMessageText" })[0]?.params["rich_message"]).toMatchObject({
      markdown,
    });
    expect(telegram.calls.of({ method: "sendMessage" })).toEqual([]);
  });

  test("may be as long as those are once Telegram has taken one, and not before", async () => {
    await using world = await outgoingWorld({ format: "rich" });
    const { out, to } = world;
    const long = "word ".repeat(3000);
    const measure = out.capabilities.text;
    expect(measure.length?.(long)).toBeGreaterThan(measure.limit);
    await out.send(to, text("short"), options);
    expect(measure.length?.(long)).toBeLessThanOrEqual(measure.limit);
    await out.send(to, text(long), options);
    await out.send(to, text(long), plain);
    expect(world.telegram.calls.of({ method: "sendRichMessage" })).toHaveLength(3);
  });

  test("that is refused goes as HTML; a server that has none is not asked again", async () => {
    await using world = await outgoingWorld({ format: "rich" });
    const { out, to, said } = world;
    const refused = world.refuse("sendRichMessage", 404, "Not Found: method not found");
    await out.send(to, text("**one**"), options);
    await out.send(to, text("**two**"), options);
    expect(said()).toEqual(["one", "two"]);
    expect(refused).toHaveLength(1);
  });

  test("that is refused although it is longer than other messages is shown without its markup, and whole", async () => {
    await using world = await outgoingWorld({ format: "rich" });
    const { out, to, said } = world;
    const long = `**All** of ${"it and ".repeat(1000)}`;
    await out.send(to, text("short"), options);
    world.refuse("sendRichMessage", 400, "Bad Request: RICH_MESSAGE_INVALID", '"markdown"');
    await out.send(to, text(long), options);
    await out.send(to, text("**short**"), options);
    const [, shown = "", last] = said();
    expect(shown).toContain(`All of ${"it and ".repeat(1000).trim()}`);
    expect(shown).not.toContain("**");
    expect(last).toBe("short");
  });
});

test("Telegram's own parser, where it is there, takes every text that goes out", async () => {
  await using world = await outgoingWorld();
  const markdown = [
    "**bold** _it_ ~~no~~ ||spoiler||",
    "```ts\na < b && c\n```",
    "- a\n  - b\n\n> q",
    "[l](http://x.y?a=1&b=2)",
  ];
  for (const each of markdown) await world.out.send(world.to, text(each), options);
  for (const { text: html } of world.telegram.world.texts) {
    expect(tdlib?.parse(html, "HTML") ?? {}).not.toHaveProperty("error");
  }
  expect(formatter.lengthOf("**x**")).toBe(1);
});
