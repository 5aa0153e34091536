import { describe, expect, test } from "bun:test";
import { reactionNameOf } from "../../../../../src/plugins/builtin/feishu/outgoing/reaction-names.ts";
import { EMOJI_TYPES } from "../../../../emulators/feishu/emoji-types.ts";
import { errorOf, outgoingWorld } from "./outgoing-world.ts";

describe("a reaction", () => {
  test("is the nearest that Feishu has, and a name of Feishu's stays what it is", () => {
    const near = [
      "👀",
      "👍🏽",
      "✅",
      "❤️",
      "🤔",
      "🎉",
      "👎",
      "🙏",
      "🐛",
      "☕",
      ":DONE:",
      "OnIt",
      "🦖",
      "no such name",
    ];
    expect(near.map(reactionNameOf)).toEqual([
      "GLANCE",
      "THUMBSUP",
      "CheckMark",
      "HEART",
      "THINKING",
      "PARTY",
      "ThumbsDown",
      "THANKS",
      "OnIt",
      "Coffee",
      "DONE",
      "OnIt",
      "THUMBSUP",
      "THUMBSUP",
    ]);
  });

  test("is one that Feishu knows, whatever emoji is asked for", () => {
    for (let code = 0x2600; code < 0x1fb00; code += 1) {
      const sign = String.fromCodePoint(code);
      if (!/\p{Extended_Pictographic}/u.test(sign)) continue;
      expect(EMOJI_TYPES.has(reactionNameOf(sign))).toBe(true);
    }
  });

  test("takes the place of the one before, and is taken away", async () => {
    await using world = await outgoingWorld();
    const { out, anna, chat, feishu } = world;
    const ref = { address: world.to, id: anna.say(chat, "hello").id };
    const seen = () => feishu.transcript(chat);
    await out.react(ref, "👀");
    await out.react(ref, "👀");
    expect(seen()).toEqual(["Anna: hello {GLANCE}"]);
    await out.react(ref, "✅");
    expect(seen()).toEqual(["Anna: hello {CheckMark}"]);
    await out.react(ref, "");
    await out.react(ref, "");
    expect(seen()).toEqual(["Anna: hello"]);
  });

  test("that another process gave is taken away as well, and nobody else's is", async () => {
    await using world = await outgoingWorld();
    const { out, anna, chat, feishu } = world;
    const post = anna.say(chat, "hello");
    anna.react(post, "HEART");
    const ref = { address: world.to, id: post.id };
    await out.react(ref, "👀");
    await world.make().react(ref, " ");
    expect(feishu.transcript(chat)).toEqual(["Anna: hello {HEART}"]);
    expect(feishu.calls.of({ method: "im.messageReaction.delete" })).toHaveLength(1);
  });

  test("to a message that is gone says so; taking one away from it is no failure of the chat", async () => {
    await using world = await outgoingWorld();
    const { out, anna, chat } = world;
    const post = anna.say(chat, "hello");
    const ref = { address: world.to, id: post.id };
    await out.react(ref, "👀");
    anna.recall(post);
    expect(await errorOf(out.react(ref, "✅"))).toMatchObject({ code: "not-found", retry: "never" });
    await out.react(ref, "");
  });
});
