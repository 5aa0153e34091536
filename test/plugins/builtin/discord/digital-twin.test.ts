import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DISCORD_TWIN_PATH } from "../../../../scripts/fetch-discord-twin.mjs";
import { systemClock } from "../../../../src/lib/clock.ts";
import { DiscordChannel } from "../../../../src/plugins/builtin/discord/channel.ts";
import type { Address } from "../../../../src/plugins/types.ts";
import { KeepingHost } from "../../../fakes/keeping-host.ts";
import { DigitalTwin } from "./digital-twin.ts";
import { accountOf } from "./discord-world.ts";

const IS_THERE = existsSync(DISCORD_TWIN_PATH);
const LONG_MS = 60_000;
const OPTIONS = { style: "rich", signal: new AbortController().signal } as const;

test(
  IS_THERE
    ? "a stand-in of Discord that others wrote is heard, answered, and shown all that it knows"
    : "a stand-in of Discord that others wrote is not met: npm did not serve it, or it does not run on this system",
  async () => {
    if (!IS_THERE) return;
    await using twin = await DigitalTwin.start(DISCORD_TWIN_PATH);
    const folder = await mkdtemp(join(tmpdir(), "discord-twin-"));
    const host = new KeepingHost(folder);
    const channel = channelTo(twin);
    try {
      await channel.start(host);
      await host.until(() => channel.status().state === "connected");
      await talk(twin, channel, host);
      await commands(twin, channel, host);
      await thread(twin, channel, host);
      expect(host.lines.filter(({ level }) => level === "warn" || level === "error")).toEqual([]);
    } finally {
      await channel.stop();
      await rm(folder, { recursive: true, force: true });
    }
    expect(channel.status().state).toBe("stopped");
  },
  LONG_MS,
);

function channelTo(twin: DigitalTwin): DiscordChannel {
  const { url, token, guild, rooms } = twin.there;
  const channels = { [rooms.general]: {}, [rooms.plans]: { autoThread: true } };
  const account = accountOf({ apiRoot: url, guilds: { [guild]: { channels } } });
  return new DiscordChannel({ name: "default", account, token, clock: systemClock });
}

/** A mention, and what is done about it: a reaction, typing, an answer that is edited, buttons of which one is pressed. */
async function talk(twin: DigitalTwin, channel: DiscordChannel, host: KeepingHost): Promise<void> {
  const { bot, anna, guild, rooms } = twin.there;
  const chat = rooms.general;
  await twin.ask("say", { chat, content: `<@${bot}> look at **this**` });
  await host.texts(1);
  const [question] = host.received;
  if (!question) throw new Error("there is a question");
  const address: Address = { channel: "discord", account: "default", scope: "channel", chat };
  expect(question).toMatchObject({
    address,
    sender: { id: anna, isBot: false },
    text: "look at **this**",
    isForBot: true,
    within: { guild },
  });

  await channel.react({ address, id: question.id }, "👀");
  expect(await twin.ask("reactions", { messageId: question.id })).toMatchObject([
    { userId: bot, emoji: "👀" },
  ]);
  await channel.typing(address);
  expect(await twin.ask("typing", { chat })).toMatchObject([{ channelId: chat }]);

  const buttons = [[{ id: "tea/yes", label: "Yes" }], [{ id: "tea/no", label: "No" }]];
  const answer = { kind: "text", markdown: "# One\n\n**more**", replyTo: question.id } as const;
  const first = await channel.send(address, answer, { ...OPTIONS, nonce: "1" });
  await channel.edit(first, "**done**, at last", OPTIONS);
  const tea = await channel.send(
    address,
    { kind: "text", markdown: "Tea?", buttons },
    { ...OPTIONS, nonce: "2" },
  );
  expect(await twin.ask("messages", { chat })).toMatchObject([
    { id: question.id },
    {
      id: first.id,
      author: { id: bot },
      content: "**done**, at last",
      message_reference: { message_id: question.id },
      edited_timestamp: expect.any(String),
    },
    { id: tea.id, content: "Tea?", components: [rowOf("Yes"), rowOf("No")] },
  ]);

  const shown = (await twin.ask("messages", { chat })) as { components: ReturnType<typeof rowOf>[] }[];
  const customId = shown.at(-1)?.components[1]?.components[0]?.custom_id;
  // 6: nothing changes by it.
  expect(await twin.ask("press", { chat, messageId: tea.id, customId })).toMatchObject({ type: 6 });
  const press = await host.until(() => host.reported.find(({ event }) => event.kind === "button")?.event);
  expect(press).toMatchObject({ button: "tea/no", by: { id: anna }, message: { address, id: tea.id } });

  await channel.remove(tea);
  expect(await twin.ask("messages", { chat })).toHaveLength(2);
}

function rowOf(label: string) {
  return { type: 1, components: [{ type: 2, label, custom_id: expect.any(String) as string }] };
}

/** The menu, and a command that is chosen from it. */
async function commands(twin: DigitalTwin, channel: DiscordChannel, host: KeepingHost): Promise<void> {
  await channel.setCommands([
    { name: "model", summary: "Choose a model.", parameters: "a model" },
    { name: "new", summary: "Begin anew." },
  ]);
  expect(await twin.ask("commands")).toMatchObject([
    { name: "model", description: "Choose a model.", guildId: null },
    { name: "new", description: "Begin anew.", guildId: null },
  ]);
  const chat = twin.there.rooms.general;
  const options = [{ name: "text", type: 3, value: "fast" }];
  // 4: a message, for the person alone.
  expect(await twin.ask("choose", { chat, name: "model", options })).toMatchObject({ type: 4 });
  await host.until(() => host.received.some(({ text }) => text === "/model fast"));
}

/** A mention where threads are wished: one is opened from it, and the answer is in there. */
async function thread(twin: DigitalTwin, channel: DiscordChannel, host: KeepingHost): Promise<void> {
  const { bot, rooms } = twin.there;
  const chat = rooms.plans;
  await twin.ask("say", { chat, content: `<@${bot}> shall we plan?` });
  const question = await host.until(() => host.received.find(({ text }) => text === "shall we plan?"));
  expect(question).toMatchObject({ address: { scope: "thread" }, within: { parent: chat } });
  const inside = question.address.thread ?? question.address.chat;
  expect(await twin.ask("threads", { chat })).toMatchObject([{ id: inside, name: "shall we plan?" }]);

  await channel.send(question.address, { kind: "text", markdown: "here" }, { ...OPTIONS, nonce: "3" });
  await twin.ask("say", { chat: inside, content: "yes" });
  const more = await host.until(() => host.received.find(({ text }) => text === "yes"));
  expect(more).toMatchObject({ address: question.address, isForBot: true });
  const said = (await twin.ask("messages", { chat: inside })) as { content: string }[];
  expect(said.map(({ content }) => content).slice(-2)).toEqual(["here", "yes"]);
}
