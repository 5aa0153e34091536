import { describe, expect, test } from "bun:test";
import { addressOf, errorOf, fresh, options, outgoingWorld, text } from "./outgoing-world.ts";

const EVERYBODY =
  '<at id=all></at> <at user_id="all">x</at> `<at id=all></at>`\n\n```\n<at id=all></at>\n```';

test.each([0, 1])("the summary of a card has no half of a character (%d)", async (before) => {
  await using world = await outgoingWorld();
  // Much that is nothing in the list of chats, and then a character on the edge of what is looked at.
  const markdown = `\`\`\`\na${" ".repeat(234 + before)}${"😀".repeat(20)}\n\`\`\``;
  await world.out.send(world.to, text(markdown), options);
  const config = world.chat.last(world.app)?.card?.card["config"] as { summary: { content: string } };
  expect(config.summary.content.isWellFormed()).toBe(true);
});

describe("a text", () => {
  test("is a card that people read as Markdown means it, and its message can be addressed", async () => {
    await using world = await outgoingWorld();
    const { out, to, said, chat, app } = world;
    const ref = await out.send(to, text("**hello** <world> & `x < y`"), options);
    expect(said()).toEqual(["**hello** <world> & `x < y`"]);
    expect(ref).toEqual({ address: to, id: chat.last(app)!.id });
    expect(chat.last(app)!.card!.card).toMatchObject({
      schema: "2.0",
      config: { update_multi: true, streaming_mode: false, summary: { content: "hello <world> & x < y" } },
    });
  });

  test("has no markup after a refusal, and keeps its buttons", async () => {
    await using world = await outgoingWorld();
    const { out, to, said, chat, app } = world;
    const asked = { ...text("**really** `x`?"), buttons: [[{ id: "y", label: "Yes" }]] };
    await out.send(to, asked, { ...options, style: "plain" });
    expect(said()).toEqual(["really x? [Yes]"]);
    expect(JSON.stringify(chat.last(app)!.card!.card)).not.toContain('"markdown"');
  });

  test.each(["rich", "plain"] as const)("mentions nobody, whatever a model writes (%s)", async (style) => {
    await using world = await outgoingWorld();
    const { out, anna, app, feishu } = world;
    const group = world.group();
    const names = `<at id=${anna.openIdIn(app)}></at> <at ids=${anna.openIdIn(app)},all></at> @Anna @_all`;
    await out.send(addressOf(group.id), text(`${EVERYBODY}\n\n${names}`), { ...options, style });
    world.refuse('"interactive"', 230054, "This type of message is unavailable in the connection group.");
    await out.send(addressOf(group.id), text(`${EVERYBODY}\n\n${names}`), fresh({ style }));
    const [card, plain] = group.posts;
    expect([card?.msgType, plain?.msgType]).toEqual(["interactive", "text"]);
    for (const { mentions, mentionsAll } of [card!, plain!]) {
      expect({ mentions, mentionsAll }).toEqual({ mentions: [], mentionsAll: false });
    }
    expect(feishu.transcript(group).join("\n")).toContain("at id=all");
  });

  test("comes once, however often its sending is tried", async () => {
    await using world = await outgoingWorld();
    const { out, to, said, feishu } = world;
    feishu.faults.add({ kind: "truncated", match: { method: "im.message.create" } });
    expect(await errorOf(out.send(to, text("one"), options))).toMatchObject({
      outcome: "unknown",
      retry: "now",
    });
    await out.send(to, text("one"), options);
    await out.send(to, text("two"), { ...options, nonce: "n".repeat(80) });
    await out.send(to, text("two"), { ...options, nonce: "n".repeat(80) });
    expect(said()).toEqual(["one", "two"]);
    expect(world.params("im.message.create")[0]).toMatchObject({ uuid: options.nonce });
  });

  test("of which nothing would be seen is shown as dots", async () => {
    await using world = await outgoingWorld();
    await world.out.send(world.to, text("```ts"), options);
    await world.out.send(world.to, text("# "), fresh({ style: "plain" }));
    expect(world.said()).toEqual(["…", "…"]);
  });

  test("quotes what it answers, and comes all the same if that is gone", async () => {
    await using world = await outgoingWorld();
    const { out, to, said, anna, chat } = world;
    const asked = anna.say(chat, "how are you?");
    const other = anna.say(chat, "never mind");
    anna.recall(other);
    await out.send(to, { ...text("fine"), replyTo: asked.id }, options);
    await out.send(to, { ...text("and you?"), replyTo: other.id }, fresh());
    await out.send(to, { ...text("well?"), replyTo: "no message" }, fresh());
    expect(said(chat, { hasMarks: true })).toEqual([
      "(re “how are you?”) (card) fine",
      "(card) and you?",
      "(card) well?",
    ]);
  });

  test("goes into its topic, also where it answers nothing", async () => {
    await using world = await outgoingWorld();
    const { out, anna, said } = world;
    const group = world.group();
    const opened = anna.replyInThread(anna.say(group, "news?"), "here");
    const topic = addressOf(group.id, opened.threadId);
    const first = await out.send(topic, text("one"), fresh());
    await world.make().send(topic, text("two"), fresh());
    const people = {
      ...topic,
      scope: "thread",
      thread: `${opened.threadId}/${anna.openIdIn(world.app)}`,
    } as const;
    await out.send(people, text("three"), fresh());
    expect(said(group, { thread: opened.threadId! })).toEqual(["one", "two", "three"]);
    expect(world.feishu.calls.of({ method: "im.message.list" })).toHaveLength(1);
    // The message that led there is taken back: another one leads there, too.
    await out.remove(first);
    for (const post of group.posts.filter(({ from }) => from === anna.user)) anna.recall(post);
    await out.send(topic, text("four"), fresh());
    expect(said(group, { thread: opened.threadId! })).toEqual(["two", "three", "four"]);
  });

  test("for a topic that there is not goes nowhere else", async () => {
    await using world = await outgoingWorld();
    const group = world.group();
    const nowhere = addressOf(group.id, "omt_nothing");
    expect(await errorOf(world.out.send(nowhere, text("x"), options))).toMatchObject({ code: "not-found" });
    expect(world.said(group)).toEqual([]);
  });

  test("goes to a group or a person by the id that people write", async () => {
    await using world = await outgoingWorld();
    const { out, anna, app, said } = world;
    const group = world.group();
    await out.send(addressOf(group.id), text("to the group"), fresh());
    await out.send(addressOf(anna.openIdIn(app)), text("to Anna"), fresh());
    await out.send(addressOf(anna.user.unionId), text("by another id"), fresh());
    expect(said(group)).toEqual(["to the group"]);
    expect(said()).toEqual(["to Anna", "by another id"]);
  });
});

test("as much as the capabilities let through is taken, in any script", async () => {
  await using world = await outgoingWorld();
  const { out, to } = world;
  const { limit } = out.capabilities.text;
  const length = (markdown: string) => out.capabilities.text.length?.(markdown) ?? 0;
  for (const unit of ["word ", "漢字。", '"q"\n\n', "a*b<c ", "- item `x`\n"]) {
    let count = 1;
    while (length(unit.repeat(count * 2)) <= limit) count *= 2;
    for (let step = count / 2; step >= 16; step /= 2) {
      if (length(unit.repeat(count + step)) <= limit) count += step;
    }
    const longest = unit.repeat(count);
    expect(length(longest)).toBeGreaterThan(limit * 0.9);
    await out.send(to, text(longest), fresh());
    await out.send(to, text(longest), fresh({ style: "plain" }));
    const stream = (await out.openStream(to, { ...fresh(), mode: "partial" }))!;
    await stream.show("x");
    await stream.show(longest);
    await out.edit(stream.ref!, longest, options);
  }
  // Feishu says 30 KB, and does not say which.
  for (const { params } of world.feishu.calls.all) {
    expect(Buffer.byteLength(JSON.stringify(params))).toBeLessThan(30_000);
  }
});

describe("an edit", () => {
  test("puts the text in the place of the other, takes buttons away, and may be made often", async () => {
    await using world = await outgoingWorld();
    const { out, to, said } = world;
    const asked = await out.send(to, { ...text("really?"), buttons: [[{ id: "y", label: "Yes" }]] }, options);
    expect(said()).toEqual(["really? [Yes]"]);
    for (let time = 0; time < 25; time += 1) await out.edit(asked, `**Yes**, really ${time}`, options);
    expect(said()).toEqual(["**Yes**, really 24"]);
    await world.make().edit(asked, "**No**", { ...options, style: "plain" });
    expect(said()).toEqual(["No"]);
  });

  test("changes a message of text as such, by whichever process", async () => {
    await using world = await outgoingWorld();
    const { out, to, said, chat, app } = world;
    world.refuse('"interactive"', 230054, "This type of message is unavailable in the connection group.");
    const ref = await out.send(to, text("**one**"), options);
    await out.edit(ref, "**two**", options);
    expect(said()).toEqual(["two"]);
    await world.make().edit(ref, "**three**", options);
    expect(world.methods()).toEqual(["im.message.create", "im.message.update", "im.message.update"]);
    world.kept.clear();
    await world.make().edit(ref, "**four**", options);
    expect(said()).toEqual(["four"]);
    expect(chat.last(app)!.earlier).toHaveLength(3);
    for (let time = 3; time < 20; time += 1) await out.edit(ref, String(time), options);
    expect(await errorOf(out.edit(ref, "too often", options))).toMatchObject({
      code: "not-found",
      retry: "never",
    });
  });

  test("of a message that is gone, of another bot, or that holds no text, says so", async () => {
    await using world = await outgoingWorld();
    const { out, to, anna, chat, file } = world;
    const ref = await out.send(to, text("x"), options);
    await out.remove(ref);
    await out.remove(ref);
    expect(await errorOf(out.edit(ref, "y", options))).toMatchObject({ code: "not-found", retry: "never" });
    const hers = { address: to, id: anna.say(chat, "mine").id };
    expect(await errorOf(out.edit(hers, "y", options))).toMatchObject({ code: "not-found" });
    const media = { kind: "media", media: "document", path: await file("a.txt") } as const;
    const sent = await out.send(to, media, fresh());
    expect(await errorOf(out.edit(sent, "y", options))).toMatchObject({ code: "not-found" });
  });
});

test("a card that Feishu refuses is tried without markup by the gateway, and as mere text if that is refused, too", async () => {
  await using world = await outgoingWorld();
  const { out, to, said } = world;
  const refused = world.refuse(
    '"interactive"',
    230099,
    "Failed to create card content, ext=ErrCode: 200621; ErrMsg: x; ",
  );
  expect(await errorOf(out.send(to, text("**one**"), options))).toMatchObject({ code: "format-refused" });
  await out.send(to, text("**one**"), { ...options, style: "plain" });
  expect(said()).toEqual(["one"]);
  expect(refused).toHaveLength(2);
});
