import { expect, test } from "bun:test";
import { messageNumber, MessageNames } from "../../../../src/plugins/builtin/telegram/message-names.ts";
import { TelegramWorld } from "./telegram-world.ts";

test("a message is called by its number, and by its bot where that is not the first of its account", () => {
  const names = new MessageNames();
  expect(names.nameOf("42", 7)).toBe("7");
  names.distinguish(900);
  expect(names.nameOf("42", 7)).toBe("7~900");
  expect(names.nameOf(-55, 7)).toBe("7~900");
  // Supergroups count their messages themselves, for every bot alike.
  expect(names.nameOf("-10055", 7)).toBe("7");
  expect(["7", "7~900", "press/7", "", "7~"].map(messageNumber)).toEqual([7, 7, NaN, NaN, NaN]);
});

test("what is written to another bot in the same account is new, though its numbers are old ones", async () => {
  await using world = await TelegramWorld.open();
  const { telegram, host, bot } = world;
  const anna = telegram.addPerson({ firstName: "Anna" });
  const first = await world.start();
  anna.say(anna.dm(bot), "to the first");
  await host.texts(1);
  await first.stop();
  const [old] = host.received;

  const second = telegram.addBot({ username: "second_bot" });
  const channel = world.channel({}, second.token);
  await channel.start(host);
  const chat = anna.dm(second);
  const post = anna.say(chat, "to the second");
  await host.texts(2);
  const [, next] = host.received;
  expect(next?.id).toBe(`${post.message.message_id}~${second.id}`);
  expect(next?.id).not.toBe(old?.id);

  // What is said and done about it finds it.
  const options = { nonce: "n", style: "rich", signal: new AbortController().signal } as const;
  const to = channel.addressOf(String(chat.id));
  const ref = await channel.send(to, { kind: "text", markdown: "one", replyTo: next!.id }, options);
  await channel.edit(ref, "two", options);
  await channel.react({ address: to, id: next!.id }, "👍");
  expect(telegram.transcript(chat, { hasMarks: true }).join("\n")).toContain("two");
  anna.edit(post, "changed");
  const edited = await host.until(() => host.reported.find(({ event }) => event.kind === "edited")?.event);
  expect(edited).toMatchObject({ message: { id: next!.id } });
});
