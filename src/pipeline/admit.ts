import type { CommandDesk } from "../core/command.ts";
import type { Channel } from "../core/channel.ts";
import type { HookRunner } from "../core/hooks.ts";
import type { Address, InboundMessage } from "../core/message.ts";
import type { MessageQueue } from "../core/message-queue.ts";
import type { QuestionDesk } from "../core/question.ts";
import type { Session } from "../core/session.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { Route, SessionRouter } from "../core/session-router.ts";
import type {
  Admission,
  ChatLedger,
  InboxEntry,
  InboxLedger,
  KnownMessage,
  LineId,
  OutboxLedger,
} from "../core/store.ts";
import type { TurnEvents } from "../core/turn-events.ts";
import { failpoint } from "../lib/failpoint.ts";
import type { AccessControl } from "../security/access-control.ts";
import { admitErrand, type AdmitErrandDeps } from "./admit-errand.ts";
import { historyLimitOf, overheardLine, unreadContext } from "./chat-context.ts";
import { hear } from "./hear.ts";
import { noticeKeyOf, quotedIn } from "./notice.ts";
import { dropEvent, isRefused, queuedAs } from "./queue-rules.ts";
import type { Speech } from "./sentences.ts";

export interface AdmitDeps {
  readonly inbox: Pick<InboxLedger, "settle" | "pieces">;
  readonly chats: Pick<ChatLedger, "unread">;
  readonly outbox: Pick<OutboxLedger, "post">;
  readonly channel: (to: Address) => Channel | undefined;
  readonly access: AccessControl;
  readonly hooks: HookRunner;
  readonly router: SessionRouter;
  readonly queue: MessageQueue;
  readonly events: TurnEvents;
  readonly questions: QuestionDesk;
  readonly commands: CommandDesk;
  readonly openSession: (route: Route, address: Address) => Promise<Session>;
  readonly openErrand: AdmitErrandDeps["openErrand"];
  /** Told of each message that waits in a session now: a turn that runs there may take it in. */
  readonly onQueued: (session: SessionKey) => void;
  readonly sentences: Speech;
}

/** Takes a recorded message to its session's queue, or wherever else it ends, and tells who watches. */
export async function admit(entry: InboxEntry, deps: AdmitDeps): Promise<void> {
  const { fate, said } = await decide(entry, deps);
  failpoint("inbox.before-settle");
  const dropped = await deps.inbox.settle(entry.id, fate);
  const { session } = fate;
  if (session === undefined) return;
  const messageIds = [entry.message.id];
  if (fate.fate === "queued") {
    for (const one of dropped) deps.events.publish(session, dropEvent(one, fate, deps.sentences()));
    const place = await deps.queue.depth(session);
    if (place > 0) deps.events.publish(session, { kind: "queued", messageIds, place });
    deps.onQueued(session);
  } else if (fate.fate === "command") {
    deps.events.publish(session, { kind: "end", state: "final", messageIds, text: "", ...said });
  } else if (said?.text !== undefined) {
    const error = {
      code: fate.fate.toUpperCase(),
      message: said.text,
      retryable: fate.fate === "full",
      ref: entry.id,
    };
    deps.events.publish(session, { kind: "end", state: "error", messageIds, text: "", error });
  }
}

interface Decision {
  readonly fate: Admission;
  /** What the person was told instead of an answer, and the delivery that carries it. */
  readonly said?: { readonly text?: string; readonly key?: string };
}

async function decide({ id, message: written }: InboxEntry, deps: AdmitDeps): Promise<Decision> {
  if (written.errand) return admitErrand({ id, message: written }, written.errand, deps);
  const pieces = await deps.inbox.pieces(written);
  const message = isPieceForBot(written, pieces) ? { ...written, isForBot: true } : written;
  const access = await deps.access.check(message);
  const { session } = deps.router.route(message);
  if (!access.allowed) {
    if (access.isOverheard) return overhear(message, session, deps);
    if (access.reply) await tell(access.reply, { id, message }, undefined, deps);
    return { fate: { fate: "refused" } };
  }

  const context = await unreadContext(message.address, session, pieces, deps);
  const isContext = context && context.lines.length > 0;
  const told = isContext ? { ...message, context: context.lines } : message;
  const hearing = await hear(told, session, deps.hooks);
  const { heard } = hearing;
  if ("blocked" in hearing) {
    return { fate: { fate: "blocked", session: heard.sessionKey }, said: { text: hearing.blocked } };
  }
  const route = deps.router.route(heard.message, heard.agent);
  return direct({ id, message: heard.message, route, pieces, readUpTo: context?.upTo }, deps);
}

/** Whoever sends an album to the bot says so once. */
function isPieceForBot({ isForBot }: InboundMessage, pieces: readonly KnownMessage[]): boolean {
  return !isForBot && pieces.some(({ state }) => state === "waiting" || state === "taken");
}

/** Said among people: it may answer a question of ours, and is context at most. */
async function overhear(message: InboundMessage, session: SessionKey, deps: AdmitDeps): Promise<Decision> {
  if (await deps.questions.take(message, session)) return { fate: { fate: "command", session } };
  const isKept = historyLimitOf(deps.channel(message.address), message.address) > 0;
  return { fate: { fate: "overheard", ...(isKept ? { line: overheardLine(message) } : {}) } };
}

/** A message that may be heard, and what else belongs to it. */
interface Heard extends InboxEntry {
  readonly route: Route;
  /** The others of its pieces, if it is one itself. */
  readonly pieces: readonly KnownMessage[];
  /** Where its context ends. */
  readonly readUpTo: LineId | undefined;
}

/** Whoever may talk has spoken: an answer, a command, or something for pi. */
async function direct(heard: Heard, deps: AdmitDeps): Promise<Decision> {
  const { id, message, route, pieces } = heard;
  const { session } = route;
  // What stands at the beginning of a later piece stands in the middle of the message.
  const isBeginning = pieces.every(({ state }) => state === "unsettled");
  const command = isBeginning ? await deps.commands.take(id, message, route) : undefined;
  if (command?.kind === "done") {
    const { said, key } = command;
    const told = { ...(said === undefined ? {} : { text: said }), ...(key === undefined ? {} : { key }) };
    return { fate: { fate: "command", session }, said: told };
  }
  // What only may be a command of pi's own may as well be an answer.
  const isSure = command !== undefined && !command.message.isPiCommand;
  if (isBeginning && !isSure && (await deps.questions.take(message, session))) {
    return { fate: { fate: "command", session } };
  }
  return queue({ ...heard, message: command?.message ?? message }, deps);
}

async function queue(heard: Heard, deps: AdmitDeps): Promise<Decision> {
  const { id, message, route, pieces } = heard;
  const { session, priority } = route;
  const record = (await deps.queue.isSaturated())
    ? undefined
    : await deps.openSession(route, message.address);
  const rules = record && deps.queue.rules(message.address.channel, record.queue);
  const isBegun = pieces.some(({ state }) => state === "waiting");
  if (!rules || (!isBegun && (await isRefused(session, rules, deps.queue)))) {
    const said = deps.sentences(message).queueFull;
    await tell(said, { id, message }, session, deps);
    return { fate: { fate: "full", session }, said: { text: said } };
  }
  const entry = { id, message: withoutContextOf(message) };
  const fate = queuedAs(entry, { session, priority, rules }, deps.sentences(message));
  const earlier = pieces.filter(({ state }) => state === "overheard");
  const isRead = heard.readUpTo !== undefined && !message.isPiCommand;
  return {
    fate: {
      ...fate,
      ...(isRead ? { readUpTo: heard.readUpTo } : {}),
      ...(earlier.length > 0 ? { earlier } : {}),
    },
  };
}

/** A command of pi's own has to stand at the beginning: what was said before it waits for the next message. */
function withoutContextOf(message: InboundMessage): InboundMessage {
  if (!message.isPiCommand) return message;
  const { context: _, ...rest } = message;
  return rest;
}

/** Keyed by the message it answers, so an admission that runs twice still says it once. */
function tell(
  markdown: string,
  entry: InboxEntry,
  session: SessionKey | undefined,
  deps: AdmitDeps,
): Promise<void> {
  const { message } = entry;
  return deps.outbox.post([
    {
      key: noticeKeyOf(entry),
      to: message.address,
      message: { kind: "text", markdown, replyTo: quotedIn(message) },
      ...(session === undefined ? {} : { session }),
    },
  ]);
}
