import { expect, test } from "bun:test";
import { TelegramWorld } from "./telegram-world.ts";

test("what people write comes in, with who wrote it where", async () => {
  await using world = await TelegramWorld.open();
  const anna = world.telegram.addPerson({ firstName: "Anna" });
  const chat = anna.dm(world.bot);
  await world.start();
  anna.say(chat, "Hello, 世界 👋");
  expect(await world.host.texts(1)).toEqual(["Hello, 世界 👋"]);
  expect(world.host.received[0]).toMatchObject({
    address: { channel: "telegram", account: "default", scope: "dm", chat: String(anna.id) },
    sender: { id: String(anna.id), name: "Anna", isBot: false },
    isForBot: true,
  });
});
