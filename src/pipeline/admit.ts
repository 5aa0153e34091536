import type { CommandDesk } from "../core/command.ts";
import type { HookContext, HookRunner } from "../core/hooks.ts";
import type { Address, InboundMessage } from "../core/message.ts";
import type { MessageQueue } from "../core/message-queue.ts";
import type { QuestionDesk } from "../core/question.ts";
import type { Session } from "../core/session.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { Route, SessionRouter } from "../core/session-router.ts";
import type { Admission, InboxEntry, InboxLedger, OutboxLedger } from "../core/store.ts";
import type { TurnEvents } from "../core/turn-events.ts";
import { noticeKey } from "../delivery/keys.ts";
import { failpoint } from "../lib/failpoint.ts";
import type { AccessControl } from "../security/access-control.ts";
import { dropEvent, isRefused, queuedAs } from "./queue-rules.ts";
import type { Sentences } from "./sentences.ts";

export interface AdmitDeps {
  readonly inbox: InboxLedger;
  readonly outbox: OutboxLedger;
  readonly access: AccessControl;
  readonly hooks: HookRunner;
  readonly router: SessionRouter;
  readonly queue: MessageQueue;
  readonly events: TurnEvents;
  readonly questions: QuestionDesk;
  readonly commands: CommandDesk;
  readonly openSession: (route: Route, address: Address) => Promise<Session>;
  /** Told of each message that waits in a session now: a turn that runs there may take it in. */
  readonly onQueued: (session: SessionKey) => void;
  readonly sentences: () => Sentences;
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

async function decide({ id, message }: InboxEntry, deps: AdmitDeps): Promise<Decision> {
  const access = await deps.access.check(message);
  if (!access.allowed) {
    if (access.reply) await tell(access.reply, id, message, undefined, deps);
    return { fate: { fate: "refused" } };
  }

  const heard: HookContext<"message_received"> = {
    sessionKey: deps.router.route(message).session,
    message,
    channel: message.address.channel,
  };
  const block = await deps.hooks.run("message_received", heard);
  if (block) {
    return { fate: { fate: "blocked", session: heard.sessionKey }, said: { text: block.block } };
  }
  return direct(id, heard.message, deps.router.route(heard.message, heard.agent), deps);
}

/** Whoever may talk has spoken: an answer, a command, or something for pi. */
async function direct(id: string, message: InboundMessage, route: Route, deps: AdmitDeps): Promise<Decision> {
  const { session, priority } = route;
  const command = await deps.commands.take(id, message, route);
  if (command?.kind === "done") {
    const { said, key } = command;
    const told = { ...(said === undefined ? {} : { text: said }), ...(key === undefined ? {} : { key }) };
    return { fate: { fate: "command", session }, said: told };
  }
  // What only may be a command of pi's own may as well be an answer.
  const isSure = command !== undefined && !command.message.isPiCommand;
  if (!isSure && (await deps.questions.take(message, session))) {
    return { fate: { fate: "command", session } };
  }
  const record = (await deps.queue.isSaturated())
    ? undefined
    : await deps.openSession(route, message.address);
  const rules = record && deps.queue.rules(message.address.channel, record.queue);
  if (!rules || (await isRefused(session, rules, deps.queue))) {
    const said = deps.sentences().queueFull;
    await tell(said, id, message, session, deps);
    return { fate: { fate: "full", session }, said: { text: said } };
  }
  const heard = command?.message ?? message;
  return { fate: queuedAs({ id, message: heard }, { session, priority, rules }, deps.sentences()) };
}

/** Keyed by the message it answers, so an admission that runs twice still says it once. */
function tell(
  markdown: string,
  id: string,
  message: InboundMessage,
  session: SessionKey | undefined,
  deps: AdmitDeps,
): Promise<void> {
  return deps.outbox.post([
    {
      key: noticeKey(id),
      to: message.address,
      message: { kind: "text", markdown, replyTo: message.id },
      ...(session === undefined ? {} : { session }),
    },
  ]);
}
