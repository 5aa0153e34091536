import { cutText } from "../../../../lib/cut-text.ts";
import type { PlacedSettings } from "../../../chat-rules.ts";
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
  /** How the configuration wants that place to be treated. */
  readonly settingsOf: (place: Address) => PlacedSettings;
  readonly now: () => number;
  /** The gateway's own id of a pressed button, by what Feishu was given with it; undefined for one that is long forgotten. */
  readonly buttonOf: (data: string) => Promise<string | undefined>;
}

/** More of what was forwarded is not told. */
const MOST_FORWARDED = 20_000;
/**
 * Feishu brings again what was not taken after 15 s, then after 5 minutes. What is nothing without an answer of
 * Feishu's comes that often, what is only poorer without comes once more; and then it is taken as it is.
 */
const NOTHING_WITHOUT_MS = 120_000;
const POORER_WITHOUT_MS = 10_000;

/**
 * What a person wrote. Undefined for what bots wrote, and what the platform itself says. What has to be asked about
 * is waited for until `signal` aborts. Rejects where a young message matters only with an answer that there may be
 * when it comes again.
 */
export async function readMessage(
  { sender, message }: ReceivedEvent,
  reader: Reader,
  signal: AbortSignal,
): Promise<InboundMessage | undefined> {
  const author = openIdOf(sender.sender_id);
  const content = readContent(message.message_type, message.content);
  if (sender.sender_type !== "user" || author === undefined || content === undefined) return undefined;
  const { directory, account, scopeIn } = reader;
  const mentions = new Mentions(message.mentions ?? [], reader.bot);
  for (const { id, name } of message.mentions ?? []) directory.learnName(openIdOf(id), name);
  const spot = await spotOf(message, author, directory);
  const address = placeOf(spot, { account, sender: author, scope: scopeIn(spot.chat) });
  const settings = reader.settingsOf(address);
  const asking = { reader, signal };
  const [by, answered, text] = await Promise.all([
    senderOf(author, directory, signal),
    answeredBy(message, patienceFor(settings, mentions.isOfBot), asking),
    wordsOf(message, content, mentions, asking),
  ]);
  const isForBot = spot.person !== undefined || mentions.isOfBot || answered?.known?.isOurs === true;
  const known = { spot, author, isOurs: false, text, files: content.files, address };
  directory.learnMessage(message.message_id, known);
  const { role } = settings;
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

async function wordsOf(
  message: WireMessage,
  content: Content,
  mentions: Mentions,
  { reader, signal }: Asking,
): Promise<string> {
  if (message.message_type !== "merge_forward") return mentions.resolve(content.text);
  try {
    const lines = await reader.directory.forwarded(message.message_id, signal);
    return cutText(["[forwarded messages]", ...lines].join("\n"), MOST_FORWARDED);
  } catch (error) {
    if (mayComeAgain(error, message, NOTHING_WITHOUT_MS, reader)) throw error;
    // Whoever forwarded them should hear that they were not seen; the log has the call that failed.
    return "[forwarded messages, which could not be fetched]";
  }
}

interface Asking {
  readonly reader: Reader;
  readonly signal: AbortSignal;
}

interface Answered {
  readonly id: string;
  readonly known: KnownMessage | undefined;
}

/** The message that another one answers; the first of a topic, which all in it seem to answer, is none. */
async function answeredBy(
  message: WireMessage,
  patienceMs: number,
  { reader, signal }: Asking,
): Promise<Answered | undefined> {
  const { parent_id: id, root_id: root, thread_id: topic } = message;
  if (!id || (topic !== undefined && id === root)) return undefined;
  try {
    return { id, known: await reader.directory.message(id, signal) };
  } catch (error) {
    if (mayComeAgain(error, message, patienceMs, reader)) throw error;
    // That it answers something is worth telling without the words of it.
    return { id, known: undefined };
  }
}

/** How long it is worth waiting for the message that one answers: it may be the bot's, or what a question is about. */
function patienceFor({ access: { group } }: PlacedSettings, isOfBot: boolean): number {
  if (group?.isOpen !== true) return 0;
  if (isOfBot) return POORER_WITHOUT_MS;
  return group.requireMention ? NOTHING_WITHOUT_MS : 0;
}

/** Where our clock and Feishu's disagree by more than the span, nothing is waited for. */
function mayComeAgain(
  error: unknown,
  { create_time }: WireMessage,
  patienceMs: number,
  { now }: Reader,
): boolean {
  const isYoung = Math.abs(now() - Number(create_time)) < patienceMs;
  return isYoung && toChannelError(error, "message").retry !== "never";
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
