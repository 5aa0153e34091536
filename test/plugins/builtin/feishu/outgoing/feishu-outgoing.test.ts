import { describe, expect, test } from "bun:test";
import { chunkMarkdown } from "../../../../../src/delivery/chunk.ts";
import { nonceOf } from "../../../../../src/delivery/keys.ts";
import { FakeClock } from "../../../../fakes/fake-clock.ts";
import { addressOf, errorOf, fresh, options, outgoingWorld, text } from "./outgoing-world.ts";

const HOUR_MS = 3_600_000;

test("a message is pinned, and taken back; both may be done twice", async () => {
  await using world = await outgoingWorld();
  const { out, to, said, chat } = world;
  const ref = await out.send(to, text("keep this"), options);
  await out.pin(ref);
  await out.pin(ref);
  expect(said(chat, { hasMarks: true })).toEqual(["(card) keep this (pinned)"]);
  await out.remove(ref);
  await out.remove(ref);
  expect(said()).toEqual([]);
});

test("somebody else's message is not taken back, and that is said", async () => {
  await using world = await outgoingWorld();
  const { out, to, anna, chat } = world;
  const ref = { address: to, id: anna.say(chat, "mine").id };
  expect(await errorOf(out.remove(ref))).toMatchObject({ code: "not-found", retry: "never" });
});

test("who may not be written to, and where, is said in plain words", async () => {
  await using world = await outgoingWorld();
  const { out, to, anna, app, feishu } = world;
  const failed = async (chat: string) =>
    ((await errorOf(out.send(addressOf(chat), text("x"), fresh()))) as Error).message;
  anna.stop(app);
  expect(await failed(to.chat)).toBe("The person has stopped the bot from sending messages.");
  const other = feishu.addGroup({ name: "Other", members: [anna] });
  expect(await failed(other.id)).toBe("The bot is no member of this chat.");
  expect(await failed("oc_nothing")).toStartWith("Feishu does not understand the call: ");
  app.scopes.clear();
  expect(await failed(to.chat)).toContain("im:message or im:message:send_as_bot (grant it");
});

describe("what others have to know about Feishu", () => {
  test("a nonce is dropped a second time for nearly as long as Feishu remembers it", async () => {
    const clock = new FakeClock();
    await using world = await outgoingWorld(clock);
    const { out, to, said } = world;
    const { nonceWindowMs } = out.capabilities;
    const nonce = nonceOf("turn/0");
    await out.send(to, text("one"), { ...options, nonce });
    await clock.advance(nonceWindowMs);
    await out.send(to, text("one"), { ...options, nonce });
    expect(said()).toEqual(["one"]);
    await clock.advance(HOUR_MS - nonceWindowMs);
    await out.send(to, text("one"), { ...options, nonce });
    expect(said()).toHaveLength(2);
    expect(nonceWindowMs).toBeGreaterThan(HOUR_MS * 0.9);
  });

  test("at the pace that it names, nothing is refused: messages, and an answer that grows", async () => {
    const clock = new FakeClock();
    await using world = await outgoingWorld(clock);
    const { out, to, feishu } = world;
    feishu.enforceRates(400);
    const { perChatMs, perPreviewMs, burst = 2 } = out.capabilities.pace(to);
    for (let count = 0; count < 20; count += 1) {
      if (count >= burst) await clock.advance(perChatMs);
      await out.send(to, text(String(count)), fresh());
    }
    await clock.advance(1000);
    const stream = (await out.openStream(to, { ...fresh(), mode: "partial" }))!;
    for (let count = 1; count < 60; count += 1) {
      await stream.show("word ".repeat(count));
      await clock.advance(perPreviewMs);
    }
    await stream.close();
    await out.edit(stream.ref!, "the end", options);
    expect(feishu.calls.maxRate({ method: "cardkit.cardElement.content" }, 1000)).toBeLessThanOrEqual(8);
    expect(world.said().at(-1)).toBe("the end");
  });

  test("a long answer is cut into messages that Feishu takes, of which each is well formed", async () => {
    await using world = await outgoingWorld();
    const { out, to } = world;
    const code = `\`\`\`ts\n${'const text = "a < b && c";\n'.repeat(1500)}\`\`\``;
    const prose = "这是**重点：**请看 `code` and [a link](https://example.com/a_b).\n\n".repeat(300);
    const parts = chunkMarkdown(`${prose}\n\n${code}\n\n${prose}`, out.capabilities.text);
    expect(parts.length).toBeGreaterThan(3);
    for (const part of parts) await out.send(to, text(part), fresh());
    const fences = world.said().map((line) => line.split("```").length - 1);
    for (const count of fences) expect(count % 2).toBe(0);
  });

  test("there are buttons, and no sign of somebody typing", async () => {
    await using world = await outgoingWorld();
    expect(world.out.capabilities).toMatchObject({ buttons: true });
    expect(world.out.capabilities).not.toHaveProperty("typingLastsMs");
    expect("typing" in world.out).toBe(false);
  });
});
