import { expect, test } from "bun:test";
import { startTelegram } from "../../emulators/telegram/index.ts";
import { CliWorld } from "../cli-world.ts";

test("doctor looks at the bots also while no gateway runs, and takes nothing away from the one that will", async () => {
  await using telegram = await startTelegram();
  const bot = telegram.addBot({ username: "my_bot" });
  const anna = telegram.addPerson({ firstName: "Anna" });
  anna.say(anna.dm(bot), "for later");
  await using world = await CliWorld.make();
  await world.configure({
    channels: {
      telegram: {
        botToken: bot.token,
        apiRoot: telegram.url,
        groups: { "-1001": {} },
        accounts: { wrong: { botToken: "1:wrong" }, bare: {}, unset: { botToken: "${NO_SUCH_TOKEN}" } },
      },
    },
  });
  const { out, code } = await world.run("doctor");
  expect(out).toMatch(/ok +telegram +@my_bot answers/);
  expect(out).toMatch(/warning +telegram +the group -1001: Telegram does not know this chat/);
  expect(out).toMatch(/error +telegram\/wrong +Telegram does not know the bot's token/);
  expect(out).toMatch(/warning +telegram\/bare +does not run: it has no token/);
  expect(out).toMatch(/NO_SUCH_TOKEN is not set, so channels\.telegram\.accounts\.unset is switched off/);
  expect(code).not.toBe(0);
  expect(telegram.calls.of({ method: "getUpdates" })).toEqual([]);
  expect(bot.updates.pendingCount).toBe(1);
});
