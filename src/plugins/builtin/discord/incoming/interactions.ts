import {
  type APIInteraction,
  ApplicationCommandType,
  InteractionResponseType,
  InteractionType,
  MessageFlags,
} from "discord-api-types/v10";
import type { InboundMessage } from "../../../types.ts";
import { type HeardEvent, refTo } from "./heard.ts";
import { type Reader, withinOf } from "./message.ts";
import { senderOf } from "./people.ts";
import type { AnyChannel, Place } from "./places.ts";
import { timeOf } from "./snowflake.ts";

/** A command that was chosen, a button that was pressed, or a choice that was made. */
export type HeardInteraction =
  | { readonly kind: "command"; readonly message: InboundMessage }
  /** `data` is what the button was given. */
  | { readonly kind: "press"; readonly data: string; readonly event: (button: string) => HeardEvent };

/** The chat that an interaction comes from, as far as Discord describes it. */
export function channelOf({ channel }: APIInteraction): AnyChannel | undefined {
  return channel;
}

/** Undefined for what the gateway offers nothing for, such as commands of a person's menu. */
export function readInteraction(
  interaction: APIInteraction,
  place: Place,
  reader: Reader,
  nameOf: (typed: string) => string,
): HeardInteraction | undefined {
  const { id, type, member } = interaction;
  const user = member?.user ?? interaction.user;
  if (!user) return undefined;
  const language = "locale" in interaction ? { language: interaction.locale.toLowerCase() } : {};
  const sender = { ...senderOf(user, member), ...language };
  const within = withinOf(member ? { member } : {}, place);
  const about = { sender, ...(within ? { within } : {}) };
  if (
    type === InteractionType.ApplicationCommand &&
    interaction.data.type === ApplicationCommandType.ChatInput
  ) {
    const { name, options = [] } = interaction.data;
    const text = [`/${nameOf(name)}`, ...wordsIn(options)].join(" ").trim();
    const address = reader.places.addressIn(place);
    const { role } = reader.settings.of(address);
    const message: InboundMessage = {
      id,
      address,
      text,
      attachments: [],
      isForBot: true,
      // No message of the platform has this id: nothing can be quoted.
      pressedOn: id,
      sentAtMs: timeOf(id),
      ...about,
      ...(role === undefined ? {} : { role }),
    };
    return { kind: "command", message };
  }
  if (type !== InteractionType.MessageComponent) return undefined;
  const { data, message } = interaction;
  const [chosen] = "values" in data ? data.values : [];
  const { sender: by, ...more } = about;
  return {
    kind: "press",
    data: chosen ?? data.custom_id,
    event: (button) => ({
      id: `press/${id}`,
      event: { kind: "button", message: refTo(message.id, place, reader), by, button, ...more },
    }),
  };
}

interface Option {
  readonly name: string;
  readonly value?: string | number | boolean;
  readonly options?: readonly Option[];
}

/** What was filled in, in order; names of subcommands are words as well. */
function wordsIn(options: readonly Option[]): readonly string[] {
  return options.flatMap(({ name, value, options: inner }) =>
    inner || value === undefined ? [name, ...wordsIn(inner ?? [])] : [String(value)],
  );
}

/** What became of a command, as far as it is known in time. */
export type Acknowledged = keyof typeof SENTENCES;

/** Acknowledges a command to the person alone: Discord wants an answer within three seconds, the work takes longer. */
export function acknowledgement({ locale }: { readonly locale?: string }, state: Acknowledged) {
  const content = SENTENCES[state][locale?.toLowerCase().startsWith("zh") ? "zh" : "en"];
  const data = { content, flags: MessageFlags.Ephemeral, allowed_mentions: { parse: [] } };
  return { type: InteractionResponseType.ChannelMessageWithSource, data };
}

/** Acknowledges whatever else Discord wants an answer to: nothing changes by it. */
export function silentAnswer({ type }: Pick<APIInteraction, "type">): object {
  if (type !== InteractionType.ApplicationCommandAutocomplete) {
    return { type: InteractionResponseType.DeferredMessageUpdate };
  }
  return { type: InteractionResponseType.ApplicationCommandAutocompleteResult, data: { choices: [] } };
}

export function isCommand({ type }: Pick<APIInteraction, "type">): boolean {
  return type === InteractionType.ApplicationCommand;
}

const SENTENCES = {
  taken: { en: "I have got it; the answer comes here.", zh: "已收到，答复会发在这里。" },
  busy: {
    en: "I am very busy right now; the answer comes here as soon as it can.",
    zh: "现在很忙，答复会尽快发在这里。",
  },
  refused: {
    en: "I am too busy to take it; please send it again in a moment.",
    zh: "现在太忙，未能收下，请稍后重新发送。",
  },
  stopping: {
    en: "I am being restarted and have not taken it; please send it again in a moment.",
    zh: "正在重启，未能收下，请稍后重新发送。",
  },
  elsewhere: { en: "I cannot answer in this chat.", zh: "我无法在此会话中答复。" },
} as const;
