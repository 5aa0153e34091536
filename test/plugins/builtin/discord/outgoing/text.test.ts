import { describe, expect, test } from "bun:test";
import { errorOf } from "../../../../fakes/error-of.ts";
import { addressOf, options, outgoingWorld, text } from "./outgoing-world.ts";

describe("a text", () => {
  test("is shown with Discord's own marks, or without any", async () => {
    await using world = await outgoingWorld();
    const { out, to, said } = world;
    const ref = await out.send(to, text("**hello** [there](https://example.org) <u>you</u>"), options());
    await out.send(to, text("**hello** `x_y`"), options("plain"));
    expect(said()).toEqual(["**hello** [there](<https://example.org>) \\<u>you\\</u>", "hello x\\_y"]);
    expect(ref).toEqual({ address: to, id: world.chat.posts[0]!.message.id });
  });

  test("of which nothing would be seen is shown as dots: a code block that has only begun", async () => {
    await using world = await outgoingWorld();
    const { out, to, said } = world;
    const ref = await out.send(to, text("```ts"), options());
    expect(said()).toEqual(["…"]);
    await out.edit(ref, "# ", options());
    await out.edit(ref, "```ts\nlet x", options());
    expect(said()).toEqual(["```ts\nlet x\n```"]);
    await out.send(to, text("# "), options("plain"));
    expect(said()[1]).toBe("…");
  });

  test("calls nobody, whatever a model writes, in an edit neither", async () => {
    await using world = await outgoingWorld();
    const { out, to, chat, anna } = world;
    const asked = anna.say(chat, "who is there?");
    const loud = `@everyone @here <@${anna.id}> <@&${world.guild.id}>`;
    const ref = await out.send(to, { ...text(loud), replyTo: asked.message.id }, options());
    const nobody = { users: [], roles: [], isEveryone: false };
    const post = chat.posts.at(-1)!;
    expect(post.pings).toEqual(nobody);
    await out.edit(ref, `again ${loud}`, options());
    expect(post.pings).toEqual(nobody);
    expect(post.message.content).toStartWith("again \\@everyone \\@here \\<@");
  });

  test("quotes what it answers, and comes all the same if that is gone", async () => {
    await using world = await outgoingWorld();
    const { out, to, said, anna, chat } = world;
    const asked = anna.say(chat, "how are you?");
    await out.send(to, { ...text("fine"), replyTo: asked.message.id }, options());
    anna.remove(asked);
    await out.send(to, { ...text("and you?"), replyTo: asked.message.id }, options());
    await out.send(to, { ...text("well?"), replyTo: "no number" }, options());
    expect(said(chat, true)).toEqual(["(re deleted) fine", "and you?", "well?"]);
  });

  test("comes without a quote where the bot may not read what was said before", async () => {
    await using world = await outgoingWorld();
    const { out, to, said, anna, chat, discord, bot } = world;
    const asked = anna.say(chat, "how are you?");
    discord.deny(chat, "ReadMessageHistory", bot);
    await out.send(to, { ...text("fine"), replyTo: asked.message.id }, options());
    expect(said(chat, true)).toEqual(["fine"]);
  });

  test("makes no sound if the message or the configuration wants it so", async () => {
    await using world = await outgoingWorld();
    await world.out.send(world.to, { ...text("one"), silent: true }, options());
    await world.out.send(world.to, text("two"), options());
    expect(world.said(world.chat, true)).toEqual(["one (silent)", "two"]);
    await using quiet = await outgoingWorld({ silent: true });
    await quiet.out.send(quiet.to, text("one"), options());
    await quiet.out.send(quiet.to, { ...text("two"), silent: false }, options());
    expect(quiet.said(quiet.chat, true)).toEqual(["one (silent)", "two"]);
  });

  test("has no previews of its links unless they are wanted, after edits neither", async () => {
    await using world = await outgoingWorld();
    const ref = await world.out.send(world.to, text("https://example.org"), options());
    await world.out.edit(ref, "see https://example.com", options());
    expect(world.said(world.chat, true)[0]).not.toContain("(preview)");
    expect(world.chat.posts[0]!.message.embeds).toEqual([]);
    await using open = await outgoingWorld({ linkPreview: true });
    await open.out.send(open.to, text("https://example.org"), options());
    expect(open.said(open.chat, true)).toEqual(["https://example.org (preview)"]);
  });

  test("goes into its thread, and wakes one that sleeps", async () => {
    await using world = await outgoingWorld();
    const { out, anna, chat, said } = world;
    const thread = anna.openThread(chat, "news");
    anna.archive(thread);
    await out.send(addressOf(thread), text("in the thread"), options());
    expect(said(thread)).toEqual(["in the thread"]);
    expect(thread.thread?.isArchived).toBe(false);
    const named = { ...addressOf(chat), scope: "thread", thread: thread.id } as const;
    await out.send(named, text("by its parent"), options());
    expect(said(thread)).toHaveLength(2);
  });

  test("opens the direct chat with a person once, and again should Discord not know it any more", async () => {
    await using world = await outgoingWorld();
    const { out, anna, bot, discord, said } = world;
    const to = { ...world.to, scope: "dm", chat: anna.id } as const;
    await out.send(to, text("one"), options());
    await out.send(to, text("two"), options());
    expect(said(anna.dm(bot))).toEqual(["one", "two"]);
    expect(discord.calls.of({ method: "createDM" })).toHaveLength(1);
    const other = world.make();
    await other.noteDirect(anna.id, "100000000000000001");
    const ref = await other.send(to, text("three"), options());
    expect(ref.address).toEqual(to);
    await other.edit(ref, "four", options());
    expect(said(anna.dm(bot))).toEqual(["one", "two", "four"]);
    expect(discord.calls.of({ method: "createDM" })).toHaveLength(2);
  });

  test("goes into the bot's own direct chat where another bot had the account before", async () => {
    await using world = await outgoingWorld();
    const { out, anna, discord, guild, bot, said } = world;
    const before = discord.addBot({ username: "old_bot" });
    discord.invite(guild, before);
    anna.say(anna.dm(before), "hello, old one");
    await out.noteDirect(anna.id, anna.dm(before).id);
    await out.send({ ...world.to, scope: "dm", chat: anna.id }, text("from the new one"), options());
    expect(said(anna.dm(bot))).toEqual(["from the new one"]);
  });

  test("sent twice with the same nonce is there once, however long the nonce", async () => {
    await using world = await outgoingWorld();
    const { out, to, said, discord } = world;
    const again = options();
    discord.faults.add({ kind: "drop-after", match: { method: "createMessage" } });
    expect(await errorOf(out.send(to, text("once"), again))).toMatchObject({ outcome: "unknown" });
    const second = await out.send(to, text("once"), again);
    expect(await out.send(to, text("once"), again)).toEqual(second);
    const long = { ...options(), nonce: "a nonce of more than twenty-five letters" };
    expect(await out.send(to, text("long"), long)).toEqual(await out.send(to, text("long"), long));
    expect(said()).toEqual(["once", "long"]);
  });

  test("sent again with the same nonce after it has grown shows what it says now, with its buttons", async () => {
    await using world = await outgoingWorld();
    const { out, to, said, discord } = world;
    const again = options();
    const first = await out.send(to, text("It begins"), again);
    const whole = { ...text("It begins, **and ends**"), buttons: [[{ id: "y", label: "Yes" }]] };
    expect(await out.send(to, whole, again)).toEqual(first);
    expect(said()).toEqual(["It begins, **and ends** [Yes]"]);
    // The same once more needs no edit.
    await out.send(to, whole, again);
    expect(discord.calls.of({ method: "editMessage" })).toHaveLength(1);
  });

  test("that is there with an older text and cannot be brought up to date is in doubt: another would be a second one", async () => {
    await using world = await outgoingWorld();
    const { out, to, said, discord } = world;
    const again = options();
    await out.send(to, text("It begins"), again);
    discord.faults.add({ kind: "5xx", match: { method: "editMessage" } });
    const whole = text("It begins, and ends");
    const error = await errorOf(out.send(to, whole, again));
    expect(error).toMatchObject({ outcome: "unknown", retry: "now" });
    await out.send(to, whole, again);
    expect(said()).toEqual(["It begins, and ends"]);
  });

  test("to a chat that is none is refused in a sentence, without a call", async () => {
    await using world = await outgoingWorld();
    for (const chat of ["general", "../users/@me", "1"]) {
      const error = await errorOf(world.out.send({ ...world.to, chat }, text("x"), options()));
      expect(error).toMatchObject({
        code: "not-found",
        message: expect.stringContaining("ids are long numbers"),
      });
    }
    expect(world.discord.calls.of({})).toEqual([]);
  });
});

describe("an edit", () => {
  test("puts the text in the place of the other, takes buttons away, and may be made twice", async () => {
    await using world = await outgoingWorld();
    const { out, to, said } = world;
    const asked = await out.send(
      to,
      { ...text("really?"), buttons: [[{ id: "y", label: "Yes" }]] },
      options(),
    );
    expect(said()).toEqual(["really? [Yes]"]);
    await out.edit(asked, "**Yes**, really", options());
    await out.edit(asked, "**Yes**, really", options());
    expect(said()).toEqual(["**Yes**, really"]);
  });

  test("that Discord took otherwise is no success, and is made again after a while", async () => {
    await using world = await outgoingWorld();
    const { out, to, discord, chat } = world;
    const ref = await out.send(to, text("draft"), options());
    // Somebody in between answers with an older state of the message.
    const post = chat.posts[0]!;
    const old = structuredClone(post.message);
    discord.world.onChange(() => {
      if (post.message.content === "final") post.message = old;
    });
    expect(await errorOf(out.edit(ref, "final", options()))).toMatchObject({
      retry: { afterMs: 1000 },
      outcome: "did-not-happen",
    });
  });

  test("does not mind what Discord trims", async () => {
    await using world = await outgoingWorld();
    const { out, to, said } = world;
    const ref = await out.send(to, text("x"), options());
    await out.edit(ref, "a &amp; b  \n\n```\n  code  \n```\n", options());
    await out.edit(ref, "- one\n- two\n\n> “quote” — 你好", options());
    expect(said()[0]).toContain("two");
  });

  test("of a message that is gone says so, and of one with a file keeps the file", async () => {
    await using world = await outgoingWorld();
    const { out, to, said, file } = world;
    const ref = await out.send(to, text("x"), options());
    await out.remove(ref);
    expect(await errorOf(out.edit(ref, "y", options()))).toMatchObject({ code: "not-found", retry: "never" });
    const path = await file("a.txt");
    const sent = await out.send(to, { kind: "media", media: "document", path, caption: "one" }, options());
    await out.edit(sent, "**two**", options());
    expect(said()).toEqual(["**two** (file a.txt)"]);
  });

  test("in a thread that sleeps wakes it; in one that is locked it is said why not", async () => {
    await using world = await outgoingWorld();
    const { out, anna, chat, said } = world;
    const thread = anna.openThread(chat, "news");
    const ref = await out.send(addressOf(thread), text("draft"), options());
    anna.archive(thread);
    await out.edit(ref, "final", options());
    expect(said(thread)).toEqual(["final"]);
    world.discord.deny(chat, "ManageThreads", world.bot);
    anna.archive(thread, { isLocked: true });
    expect(await errorOf(out.edit(ref, "later", options()))).toMatchObject({
      code: "forbidden",
      message: expect.stringContaining("archived or locked"),
    });
  });
});
