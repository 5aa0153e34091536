import type { Command } from "../core/command.ts";
import { builtin } from "./conversation.ts";
import type { CommandWords } from "./words.ts";

/** `/whoami`: what a person, or a chat, is called in the configuration. */
export function whoamiCommand(words: () => CommandWords): Command {
  return builtin("whoami", words, async ({ message, sender, sessionKey, agent, role, isOwner, reply }) => {
    const said = words().whoami;
    const { channel, account, chat, scope, thread } = message.address;
    const bot = account === "default" ? "" : `${account}:`;
    const person = `${channel}:${bot}${sender.id}`;
    const place = `${channel}:${bot}${chat}${thread === undefined ? "" : `:${scope === "topic" ? "topic" : "thread"}:${thread}`}`;
    const lines = [
      `- ${said.you}: ${plain(sender.name)}`,
      `- ${said.id}: \`${person}\``,
      ...(place === person ? [] : [`- ${said.place}: \`${place}\` (${scope})`]),
      `- ${said.session}: \`${sessionKey}\``,
      `- ${said.agent}: \`${agent}\``,
      ...(role === undefined ? [] : [`- ${said.role}: \`${role}\``]),
      `- ${said.owner}: ${isOwner ? said.yes : said.no(person)}`,
    ];
    await reply(lines.join("\n"));
  });
}

/** A name as people chose it, without power over our Markdown. */
const plain = (name: string) =>
  name
    .replaceAll(/[\\`*_[\]<>#|~\n]/g, " ")
    .trim()
    .slice(0, 80);
