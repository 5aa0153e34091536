import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Rest } from "../../../../../src/plugins/builtin/discord/outgoing/api.ts";
import {
  DiscordOutgoing,
  type OutgoingOptions,
} from "../../../../../src/plugins/builtin/discord/outgoing/discord-outgoing.ts";
import type { OutgoingStyle } from "../../../../../src/plugins/builtin/discord/outgoing/wishes.ts";
import { type Clock, systemClock } from "../../../../../src/lib/clock.ts";
import type { Address, SendOptions } from "../../../../../src/plugins/types.ts";
import { startDiscord, type Room } from "../../../../emulators/discord/index.ts";

/** A bot that speaks to the stand-in as the channel does, a person who reads it, and a folder for files. */
export async function outgoingWorld(
  style: Partial<OutgoingStyle> & Pick<OutgoingOptions, "mostBytesAt"> = {},
  clock: Clock = systemClock,
) {
  const discord = await startDiscord({ clock });
  const bot = discord.addBot({ username: "my_bot", name: "bot" });
  const anna = discord.addPerson({ name: "Anna" });
  const guild = discord.addGuild({
    name: "Club",
    members: [anna],
    bots: [bot],
    channels: ["general", { name: "ideas", kind: "forum" }],
  });
  const chat = guild.channel("general");
  const folder = await mkdtemp(join(tmpdir(), "discord-out-"));
  const rest = new Rest({ token: bot.token, apiRoot: discord.url, clock });
  const { mostBytesAt, ...look } = style;
  const make = () =>
    new DiscordOutgoing({
      rest,
      style: { linkPreview: false, silent: false, ...look },
      ...(mostBytesAt ? { mostBytesAt } : {}),
    });
  return {
    discord,
    rest,
    bot,
    anna,
    guild,
    chat,
    folder,
    /** Another one with the same token, as after a restart. */
    make,
    out: make(),
    to: addressOf(chat),
    /** What the bot has said, a line for each message. */
    said: (room = chat, hasMarks = false) =>
      discord.transcript(room, { hasMarks }).flatMap((line) => /^bot: (.*)$/s.exec(line)?.[1] ?? []),
    file: async (name: string, content: string | Uint8Array = "content") => {
      const path = join(folder, name);
      await Bun.write(path, content);
      return path;
    },
    [Symbol.asyncDispose]: async () => {
      await rm(folder, { recursive: true, force: true });
      await discord[Symbol.asyncDispose]();
    },
  };
}

/** How the channel names a place: a thread is a channel of its own, a direct chat is the person. */
export function addressOf(room: Room): Address {
  const place = { channel: "discord", account: "default" } as const;
  if (room.dm) return { ...place, scope: "dm", chat: room.dm.person.id };
  return { ...place, scope: room.kind === "thread" ? "thread" : "channel", chat: room.id };
}

let count = 0;
const signal = new AbortController().signal;

/** For another message each time. */
export function options(style: SendOptions["style"] = "rich"): SendOptions {
  count += 1;
  return { nonce: `n${count}`, style, signal };
}

export const text = (markdown: string) => ({ kind: "text", markdown }) as const;
