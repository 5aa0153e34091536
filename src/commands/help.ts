import type { Command, CommandCall, ListedCommand } from "../core/command.ts";
import { builtin } from "./conversation.ts";
import type { CommandWords } from "./words.ts";

/** `/help`: every command that the sender may use, and nothing else. */
export function helpCommand(
  offered: (call: CommandCall) => Promise<readonly ListedCommand[]>,
  prefix: () => string,
  words: () => CommandWords,
): Command {
  return builtin("help", words, async (call) => {
    await call.reply(helpText(await offered(call), prefix(), words()));
  });
}

function helpText(commands: readonly ListedCommand[], prefix: string, { help: said }: CommandWords): string {
  const groups = [
    { title: said.title, from: "gateway" },
    { title: said.plugins, from: "plugin" },
    { title: said.skills, from: "skill" },
    { title: said.templates, from: "template" },
    { title: said.extensions, from: "extension" },
  ] as const;
  const parts = groups.flatMap(({ title, from }) => {
    const lines = commands.filter((command) => command.from === from).map((command) => line(command, prefix));
    return lines.length === 0 ? [] : [`**${title}**\n\n${lines.join("\n")}`];
  });
  return [...parts, said.plainText(prefix)].join("\n\n");
}

/** Longer descriptions, as skills have them for the model, would hide the list. */
const MAX_SUMMARY = 120;

function line({ name, summary, parameters = "" }: ListedCommand, prefix: string): string {
  const behind = parameters === "" ? "" : ` ${parameters}`;
  const flat = summary.replaceAll(/\s+/g, " ").trim();
  const short = flat.length > MAX_SUMMARY ? `${flat.slice(0, MAX_SUMMARY - 1)}…` : flat;
  return `- \`${prefix}${name}${behind}\`${short === "" ? "" : ` – ${short}`}`;
}
