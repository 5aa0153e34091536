import type { Message } from "grammy/types";
import type { Address, Attachment, InboundMessage } from "../../../types.ts";
import type { MessageNames } from "../message-names.ts";
import { type Addressed, answered, readAddressing, readCommand } from "./addressing.ts";
import { attachmentsOf } from "./attachments.ts";
import { saidIn } from "./content.ts";
import { markdownOf } from "./entities.ts";
import type { Pastes } from "./pastes.ts";
import { authorOf, originName } from "./people.ts";
import { type BotIdentity, placeOf } from "./places.ts";

/** What is needed to read updates. */
export interface Reader {
  readonly bot: BotIdentity;
  readonly names: MessageNames;
  readonly pastes: Pastes;
  /** The role that the configuration gives to the agent there. */
  readonly roleAt: (place: Address) => string | undefined;
  /** The gateway's own name of a command that somebody picked from Telegram's menu, which has no hyphens. */
  readonly commandNameOf: (typed: string) => string;
}

/** The pictures of an album come one by one, this close to each other. */
const ALBUM_WAIT_MS = 800;

/** What a person wrote. Undefined for what bots wrote, what the platform itself says, and what is not listened to. */
export function readMessage(whole: Message, reader: Reader): InboundMessage | undefined {
  const { bot, names, pastes, roleAt } = reader;
  const address = placeOf(whole, bot);
  const sender = authorOf(whole);
  if (!address || !sender || sender.isBot || isForOneOnly(whole)) return undefined;
  const { isForBot, message } = addressed(whole, reader);
  const text = saidIn(message);
  if (text === undefined) return undefined;
  const role = roleAt(address);
  const piece = pastes.pieceOf(whole);
  const part = whole.media_group_id === undefined ? piece?.part : albumOf(whole.media_group_id);
  const { forward_origin: origin } = whole;
  const replyTo = replyOf(whole, names);
  return {
    id: names.nameOf(address.chat, whole.message_id),
    address,
    sender,
    text: `${piece?.gap ?? ""}${text}`,
    attachments: [...attachmentsOf(whole), ...(isForBot ? shownBy(whole) : [])],
    isForBot,
    ...(replyTo ? { replyTo } : {}),
    ...(origin ? { forwardedFrom: originName(origin) } : {}),
    ...(part ? { part } : {}),
    ...(role === undefined ? {} : { role }),
    sentAtMs: whole.date * 1000,
  };
}

/**
 * In a group, only the bot was shown it. It has no number, so it could not be told from the next one, and an answer
 * for everybody would give it away.
 */
export function isForOneOnly({ message_id }: Message): boolean {
  return message_id === 0;
}

/** A private chat is with the bot; in a group it depends. */
export function addressed(message: Message, { bot, commandNameOf }: Reader): Addressed {
  if (message.chat.type !== "private") return readAddressing(message, bot, commandNameOf);
  return { isForBot: true, message: readCommand(message, bot, commandNameOf)?.message ?? message };
}

function albumOf(group: string): InboundMessage["part"] {
  return { of: `album/${group}`, waitMs: ALBUM_WAIT_MS };
}

/** “What is this?” is about the file of the message that it answers. In a private chat the agent was given it. */
function shownBy(message: Message): readonly Attachment[] {
  const to = message.chat.type === "private" ? undefined : answered(message);
  return to === undefined || to.from?.is_bot ? [] : attachmentsOf(to);
}

function replyOf(message: Message, names: MessageNames): InboundMessage["replyTo"] {
  const to = answered(message);
  const quote = message.quote && markdownOf(message.quote.text, message.quote.entities);
  if (to) {
    const from = authorOf(to)?.name;
    const text = quote ?? describe(to);
    return {
      id: names.nameOf(message.chat.id, to.message_id),
      text,
      ...(from === undefined ? {} : { from }),
    };
  }
  const { external_reply: elsewhere } = message;
  if (!elsewhere) return undefined;
  // In a chat of another number this message id means another message: only the words count here.
  return {
    id: `elsewhere/${elsewhere.message_id ?? 0}`,
    text: quote ?? "",
    from: originName(elsewhere.origin),
  };
}

/** The words of a message, or what it is if it has none. */
function describe(message: Message): string {
  const said = saidIn(message);
  if (said) return said;
  const [file] = attachmentsOf(message);
  return file ? `[${file.isVoice ? "voice message" : file.kind}${file.name ? `: ${file.name}` : ""}]` : "";
}
