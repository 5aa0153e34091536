import { isWithin } from "../../../../lib/clock.ts";
import { cutText } from "../../../../lib/cut-text.ts";
import type { Address, Attachment, InboundMessage, Sender } from "../../../types.ts";
import { toChannelError } from "../outgoing/errors.ts";
import { type GroupSessionScope, placeOf, type Spot } from "../places.ts";
import { type Content, type FileIn, readContent } from "./content.ts";
import type { Directory, KnownMessage } from "./directory.ts";
import { Mentions, openIdOf } from "./mentions.ts";
import type { ReceivedEvent, WireMessage } from "./wire.ts";

/** What is needed to read what Feishu tells. */
export interface Reader {
  readonly account: string;
  /** The `open_id` of our bot. */
  readonly bot: string;
  readonly directory: Directory;
  /** What is one conversation in a group. */
  readonly scopeIn: (chat: string) => GroupSessionScope;
  /** The role that the configuration gives to the agent there. */
  readonly roleAt: (place: Address) => string | undefined;
  /** The gateway's own id of a pressed button, by what Feishu was given with it; undefined for one that is long forgotten. */
  readonly buttonOf: (data: string) => Promise<string | undefined>;
}

/** How what a message does not say itself is asked about. */
export interface Asking {
  /** Answers are waited for until it aborts. */
  readonly signal: AbortSignal;
  readonly nowMs: number;
}

/** More of what was forwarded is not told. */
const MOST_FORWARDED = 20_000;
/**
 * Feishu brings what was not taken again after 15 s and after 5 minutes. Once for what explains a message; twice for
 * what decides whether it is for the bot.
 */
const EXPLAINED_WITHIN_MS = 10_000;
const DECIDED_WITHIN_MS = 120_000;
/** Feishu's clock and ours may differ by so much. */
const SKEW_MS = 60_000;

/**
 * What a person wrote. Undefined for what bots wrote, and what the platform itself says. Rejects where Feishu has to be
 * asked about it and gives no answer now, as long as it will bring the message again; later it is read without.
 */
export async function readMessage(
  { sender, message }: ReceivedEvent,
  reader: Reader,
  { signal, nowMs }: Asking,
): Promise<InboundMessage | undefined> {
  const author = openIdOf(sender.sender_id);
  const content = readContent(message.message_type, message.content);
  if (sender.sender_type !== "user" || author === undefined || content === undefined) return undefined;
  const { directory, account, roleAt, scopeIn } = reader;
  const mentions = new Mentions(message.mentions ?? [], reader.bot);
  for (const { id, name } of message.mentions ?? []) directory.learnName(openIdOf(id), name);
  const spot = await spotOf(message, author, directory);
  const address = placeOf(spot, { account, sender: author, scope: scopeIn(spot.chat) });
  const isCalled = spot.person !== undefined || mentions.isOfBot;
  const comesAgain = (spanMs: number) =>
    isWithin(spanMs + SKEW_MS, Number(message.create_time) - SKEW_MS, nowMs);
  const explained = { directory, signal, comesAgain: comesAgain(EXPLAINED_WITHIN_MS) };
  const decided = { directory, signal, comesAgain: comesAgain(DECIDED_WITHIN_MS) };
  const [by, answered, text] = await Promise.all([
    senderOf(author, directory, signal),
    answeredBy(message, isCalled ? explained : decided),
    wordsOf(message, content, mentions, explained),
  ]);
  const isForBot = isCalled || answered?.known?.isOurs === true;
  const known = { spot, author, isOurs: false, text, files: content.files, address };
  directory.learnMessage(message.message_id, known);
  const role = roleAt(address);
  const shown = isForBot && spot.person === undefined ? shownBy(answered) : [];
  return {
    id: message.message_id,
    address,
    sender: by,
    text,
    attachments: [...content.files.map((file) => attachmentOf(message.message_id, file)), ...shown],
    isForBot,
    ...(answered ? { replyTo: await quoted(answered, directory, signal) } : {}),
    ...(role === undefined ? {} : { role }),
    sentAtMs: Number(message.create_time),
  };
}

/** Somebody, as the gateway speaks of people. */
export async function senderOf(openId: string, directory: Directory, signal: AbortSignal): Promise<Sender> {
  return { id: openId, name: await directory.nameOf(openId, signal), isBot: false };
}

async function spotOf(message: WireMessage, author: string, directory: Directory): Promise<Spot> {
  const { chat_id: chat, chat_type, thread_id: topic } = message;
  if (chat_type === "p2p") {
    await directory.learnPrivateChat(chat, author);
    return { chat, person: author, topic };
  }
  directory.learnGroup(chat);
  return { chat, topic };
}

/** Whom to ask, how long, and whether there will be another time. */
interface Lookup {
  readonly directory: Directory;
  readonly signal: AbortSignal;
  readonly comesAgain: boolean;
}

/** Throws what may be otherwise the next time. */
function assertFinal(error: unknown, comesAgain: boolean): void {
  if (comesAgain && toChannelError(error, "message").retry !== "never") throw error;
}

async function wordsOf(
  message: WireMessage,
  content: Content,
  mentions: Mentions,
  { directory, signal, comesAgain }: Lookup,
): Promise<string> {
  if (message.message_type !== "merge_forward") return mentions.resolve(content.text);
  try {
    const lines = await directory.forwarded(message.message_id, signal);
    return cutText(["[forwarded messages]", ...lines].join("\n"), MOST_FORWARDED);
  } catch (error) {
    assertFinal(error, comesAgain);
    // Whoever forwarded them should hear that they were not seen; the log has the call that failed.
    return "[forwarded messages, which could not be fetched]";
  }
}

interface Answered {
  readonly id: string;
  readonly known: KnownMessage | undefined;
}

/** The message that another one answers; the first of a topic, which all in it seem to answer, is none. */
async function answeredBy(
  { parent_id: id, root_id: root, thread_id: topic }: WireMessage,
  { directory, signal, comesAgain }: Lookup,
): Promise<Answered | undefined> {
  if (!id || (topic !== undefined && id === root)) return undefined;
  try {
    return { id, known: await directory.message(id, signal) };
  } catch (error) {
    assertFinal(error, comesAgain);
    // That it answers something is worth telling without the words of it.
    return { id, known: undefined };
  }
}

async function quoted(
  { id, known }: Answered,
  directory: Directory,
  signal: AbortSignal,
): Promise<NonNullable<InboundMessage["replyTo"]>> {
  if (!known) return { id, text: "" };
  const { author, text, files } = known;
  const what = files.map(({ kind, name, isVoice }) =>
    name ? `[${kind}: ${name}]` : `[${isVoice ? "voice message" : kind}]`,
  );
  const from = author === undefined ? undefined : await directory.nameOf(author, signal);
  return { id, text: text || what.join(" "), ...(from === undefined ? {} : { from }) };
}

/** “What is this?” is about the files of the message that it answers. In a private chat the agent was given them. */
function shownBy(answered: Answered | undefined): readonly Attachment[] {
  const { id, known } = answered ?? {};
  if (id === undefined || !known || known.isOurs) return [];
  return known.files.map((file) => attachmentOf(id, file));
}

/** A file of a message, named and not fetched. Its source is what `readSource` reads. */
function attachmentOf(message: string, { kind, key, resource, mimeType, name, isVoice }: FileIn): Attachment {
  return {
    kind,
    mimeType,
    ...(name === undefined ? {} : { name }),
    source: `${message}/${resource}/${key}`,
    cacheKey: `feishu/${key}`,
    ...(isVoice ? { isVoice } : {}),
  };
}
