import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  InteractionContextType,
  type APIApplicationCommand,
  type APIApplicationCommandOption,
} from "discord-api-types/v10";
import type { BotAccount } from "./bot-account.ts";
import type { Room } from "./room.ts";
import type { World } from "./world.ts";

/** What somebody fills in, by the names of the options. */
export type Values = Readonly<Record<string, string | number | boolean>>;

/** The slash commands that an app offers in a chat. */
export function commandsIn(room: Room, bot: BotAccount): APIApplicationCommand[] {
  const own = room.guild ? (bot.commands.get(room.guild.id) ?? []) : [];
  const everywhere = (bot.commands.get("") ?? []).filter(
    ({ name }) => !own.some((each) => each.name === name),
  );
  const context = room.guild ? InteractionContextType.Guild : InteractionContextType.BotDM;
  return [...own, ...everywhere].filter(
    ({ type, contexts }) =>
      type === ApplicationCommandType.ChatInput && (!contexts || contexts.includes(context)),
  );
}

/** The command of that name with its options as an app sends them; `leaf` is what the last subcommand takes. */
export function fillIn(room: Room, bot: BotAccount, name: string, values: Values, focused?: string) {
  const [first = "", ...inner] = name.replace(/^\//, "").split(" ");
  const command = commandsIn(room, bot).find((each) => each.name === first);
  if (!command) throw new Error(`${bot.name} has no command /${first} here`);
  let leaf: readonly APIApplicationCommandOption[] = command.options ?? [];
  const path: APIApplicationCommandOption[] = [];
  for (const part of inner) {
    const next = leaf.find((each) => each.name === part);
    if (!next || !("options" in next)) throw new Error(`/${first} has no ${part}`);
    path.push(next);
    leaf = next.options ?? [];
  }
  let options: object[] = Object.entries(values).map(([option, value]) => {
    const known = leaf.find((each) => each.name === option);
    if (!known) throw new Error(`/${name} has no option ${option}`);
    return { name: option, type: known.type, value, ...(option === focused ? { focused: true } : {}) };
  });
  for (const { name: part, type } of path.toReversed()) options = [{ name: part, type, options }];
  return { command, options, leaf };
}

/** What a bot is told of a command that was used. */
export function commandData(
  world: World,
  room: Room,
  command: APIApplicationCommand,
  options: readonly object[],
): object {
  const users = namedBy(options).flatMap((id) => {
    const user = world.users.get(id);
    return user ? [[id, user] as const] : [];
  });
  return {
    id: command.id,
    name: command.name,
    type: command.type,
    ...(options.length > 0 ? { options } : {}),
    ...(command.guild_id === undefined ? {} : { guild_id: room.guild?.id }),
    ...(users.length > 0 ? { resolved: { users: Object.fromEntries(users) } } : {}),
  };
}

interface Filled {
  readonly type: ApplicationCommandOptionType;
  readonly value?: unknown;
  readonly options?: readonly object[];
}

/** The people whom the options of a command name, those of its subcommands too. */
function namedBy(options: readonly object[]): string[] {
  return options.flatMap((option) => {
    const { type, value, options: inner = [] } = option as Filled;
    return type === ApplicationCommandOptionType.User ? [String(value)] : namedBy(inner);
  });
}
