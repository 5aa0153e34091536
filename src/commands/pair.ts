import type { Pairing } from "../core/access.ts";
import type { Command } from "../core/command.ts";
import { RequestError } from "../core/errors.ts";
import { nameInMarkdown } from "../lib/shown-name.ts";
import { builtin } from "./conversation.ts";
import type { CommandWords } from "./words.ts";

type Subject = Pick<Pairing, "channel" | "account" | "senderId" | "senderName">;

/** Strangers who wait to be let in. What takes a code rejects with `RequestError` "NOT_FOUND" for one that is none. */
export interface PairingBook {
  waiting(): Promise<readonly Pairing[]>;
  approve(named: { readonly code: string }): Promise<Subject>;
  deny(named: { readonly code: string }): Promise<Subject>;
}

/** `/pair`: owners see who asks, and let them in or refuse them. */
export function pairCommand(book: PairingBook, prefix: () => string, words: () => CommandWords): Command {
  const run = builtin("pair", words, async ({ args, reply }) => {
    const said = words().pair;
    const [verb = "", code = ""] = args.split(/\s+/);
    try {
      if (/^approve$/i.test(verb)) return await reply(said.approved(whoIs(await book.approve({ code }))));
      if (/^(deny|refuse)$/i.test(verb)) return await reply(said.denied(whoIs(await book.deny({ code }))));
    } catch (error) {
      if (error instanceof RequestError && error.code === "NOT_FOUND") return reply(said.unknown);
      throw error;
    }
    await reply(listOf(await book.waiting(), prefix(), words()));
  });
  // Its getters are in the language of the moment: a copy would not be.
  return Object.defineProperty(run, "who", { value: "owner", enumerable: true });
}

function listOf(waiting: readonly Pairing[], prefix: string, { pair: said }: CommandWords): string {
  if (waiting.length === 0) return said.none;
  const lines = waiting.map((one) => `- ${whoIs(one)}: \`${one.code}\``);
  return [said.title, lines.join("\n"), said.howTo(prefix)].join("\n\n");
}

function whoIs({ channel, account, senderId, senderName }: Subject): string {
  const bot = account === "default" ? "" : `${account}:`;
  return `${nameInMarkdown(senderName, senderId)} (${nameInMarkdown(`${channel}:${bot}${senderId}`, senderId)})`;
}
