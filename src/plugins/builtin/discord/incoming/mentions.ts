import type { APIMessage, APIUser } from "discord-api-types/v10";
import { nameOf } from "./people.ts";
import type { BotIdentity, Places } from "./places.ts";

type Message = Pick<APIMessage, "content"> & Partial<Pick<APIMessage, "mentions">>;
type Mentioned = APIUser & { readonly member?: { readonly nick?: string | null } };

/** Discord's ways to write what a client shows otherwise. */
const TOKEN =
  /<(?:@!?(?<user>\d+)|@&(?<role>\d+)|#(?<channel>\d+)|\/(?<command>[^:>]+):\d+|a?:(?<emoji>\w+):\d+|t:(?<time>-?\d+)(?::\w)?|id:(?<page>\w+))>/g;

/** What a text says with people, roles, channels, emoji and times by their names. What is unknown stays as it is. */
export function textOf(message: Message, places: Places, guild: string | undefined): string {
  const people = (message.mentions ?? []) as readonly Mentioned[];
  return message.content.replaceAll(TOKEN, (token: string, ...rest: unknown[]) => {
    const found = rest.at(-1) as Readonly<Record<string, string | undefined>>;
    return nameFor(found, { people, places, guild }) ?? token;
  });
}

interface Known {
  readonly people: readonly Mentioned[];
  readonly places: Places;
  readonly guild: string | undefined;
}

function nameFor(found: Readonly<Record<string, string | undefined>>, known: Known): string | undefined {
  const { user, role, channel, command, emoji, time, page } = found;
  if (user !== undefined) {
    const person = known.people.find(({ id }) => id === user);
    return person && `@${nameOf(person, person.member)}`;
  }
  if (role !== undefined) return prefixed("@", known.places.guild(known.guild)?.roles.get(role));
  if (channel !== undefined) return prefixed("#", known.places.of(channel)?.name);
  if (command !== undefined) return `/${command}`;
  if (emoji !== undefined) return `:${emoji}:`;
  return time === undefined ? prefixed("#", page) : timeIn(Number(time));
}

function prefixed(prefix: string, name: string | undefined): string | undefined {
  return name === undefined ? undefined : `${prefix}${name}`;
}

function timeIn(seconds: number): string | undefined {
  const time = new Date(seconds * 1000);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString().replace(".000Z", "Z");
}

/** Whether a text calls the bot by a mention of it or of the role that is its own. `@everyone` calls nobody. */
export function namesBot({ content }: Message, bot: BotIdentity, botRole: string | undefined): boolean {
  const said = withoutCode(content);
  return mentionsOf(bot, botRole).some((mention) => said.includes(mention));
}

/** “@bot, look” says “look”; a mention that is all there is stays. */
export function withoutAddress<M extends Message>(
  message: M,
  bot: BotIdentity,
  botRole: string | undefined,
): M {
  const { content } = message;
  const trimmed = content.trimStart();
  const mention = mentionsOf(bot, botRole).find((one) => trimmed.startsWith(one));
  if (mention === undefined) return message;
  const rest = trimmed.slice(mention.length).replace(/^[\s,:]+/, "");
  return rest === "" ? message : { ...message, content: rest };
}

function mentionsOf({ id }: BotIdentity, botRole: string | undefined): readonly string[] {
  return [`<@${id}>`, `<@!${id}>`, ...(botRole === undefined ? [] : [`<@&${botRole}>`])];
}

function withoutCode(text: string): string {
  return text.replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, " ");
}
