import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lengthOf, toHtml, toPlain } from "../../../../../src/plugins/builtin/telegram/format/format.ts";
import { richLengthOf, richOf } from "../../../../../src/plugins/builtin/telegram/format/rich.ts";
import { createApi } from "../../../../../src/plugins/builtin/telegram/outgoing/api.ts";
import {
  type OutgoingStyle,
  TelegramOutgoing,
} from "../../../../../src/plugins/builtin/telegram/outgoing/telegram-outgoing.ts";
import type { Address } from "../../../../../src/plugins/types.ts";
import { startTelegram } from "../../../../emulators/telegram/index.ts";
import type { Room } from "../../../../emulators/telegram/index.ts";

export const formatter = { toHtml, toPlain, lengthOf, richOf, richLengthOf };

/** A bot that speaks to the stand-in as the channel does, a person who reads it, and a folder for files. */
export async function outgoingWorld(style: Partial<OutgoingStyle> & { isOwnServer?: boolean } = {}) {
  const telegram = await startTelegram();
  const bot = telegram.addBot({ username: "my_bot", name: "bot" });
  const anna = telegram.addPerson({ firstName: "Anna" });
  const chat = anna.dm(bot);
  anna.say(chat, "hi");
  const folder = await mkdtemp(join(tmpdir(), "telegram-out-"));
  const moves: string[] = [];
  const api = createApi({ token: bot.token, apiRoot: telegram.url });
  const { isOwnServer = false, ...look } = style;
  const make = () =>
    new TelegramOutgoing({
      api,
      style: { format: "html", linkPreview: true, silent: false, ...look },
      formatter,
      isOwnServer,
      onMoved: (from, to) => moves.push(`${from} → ${to}`),
    });
  return {
    telegram,
    api,
    bot,
    anna,
    chat,
    folder,
    moves,
    /** Another one with the same token, as after a restart. */
    make,
    /** From now on a method is refused, as by a server that is older or a chat that is stricter; what was refused. */
    refuse: (refused: string, error_code: number, description: string, what = "") => {
      const payloads: unknown[] = [];
      api.config.use((call, method, payload, signal) => {
        if (method !== refused || !JSON.stringify(payload).includes(what))
          return call(method, payload, signal);
        payloads.push(payload);
        return Promise.resolve({ ok: false, error_code, description });
      });
      return payloads;
    },
    group: (kind: "group" | "supergroup" = "supergroup", isForum = false) =>
      telegram.addGroup({ title: "Group", kind, isForum, members: [anna], bots: [bot] }),
    out: make(),
    to: addressOf(chat),
    /** What the bot has said, a line for each message. */
    said: (room = chat, hasMarks = false) =>
      telegram.transcript(room, { hasMarks }).flatMap((line) => /^bot: (.*)$/s.exec(line)?.[1] ?? []),
    file: async (name: string, content: string | Uint8Array = "content") => {
      const path = join(folder, name);
      await Bun.write(path, content);
      return path;
    },
    [Symbol.asyncDispose]: async () => {
      await rm(folder, { recursive: true, force: true });
      await telegram[Symbol.asyncDispose]();
    },
  };
}

export function addressOf(room: Room, thread?: string): Address {
  const scope = thread === undefined ? (room.kind === "private" ? "dm" : "group") : "topic";
  const place = { channel: "telegram", account: "default", scope, chat: String(room.id) } as const;
  return thread === undefined ? place : { ...place, thread };
}

export { options, text } from "../../../../fakes/outgoing.ts";
