import type { Channel } from "../core/channel.ts";
import type { Config } from "../core/config-schema.ts";
import type { HookRunner } from "../core/hooks.ts";
import type { Address, InboundEvent, InboundMessage, Sender } from "../core/message.ts";
import type { QuestionDesk } from "../core/question.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { SessionRouter } from "../core/session-router.ts";
import type { EventEntry, EventId, Store } from "../core/store.ts";
import type { TurnEvents } from "../core/turn-events.ts";
import { eventPlace } from "../core/event-place.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { AccessControl } from "../security/access-control.ts";
import { noteComing, noteReaction } from "./chat-notes.ts";
import { takeEdit, takeRemoval } from "./edited-message.ts";
import { cancelOfChat, introduce } from "./in-and-out.ts";
import { carryOn } from "./moved-chat.ts";
import type { Posting } from "./post.ts";
import type { RunningTurn } from "./running-turn.ts";
import type { Sentences } from "./sentences.ts";

export interface EventDeps {
  readonly store: Pick<Store, "inbox" | "chats" | "outbox" | "sessions">;
  readonly access: AccessControl;
  readonly hooks: HookRunner;
  readonly router: SessionRouter;
  readonly events: TurnEvents;
  readonly questions: Pick<QuestionDesk, "press">;
  readonly channel: (to: Address) => Channel | undefined;
  readonly config: () => Config;
  readonly sentences: () => Sentences;
  /** Stops what was asked for in a session; see `stop-session.ts`. */
  readonly stop: (session: SessionKey) => Promise<unknown>;
  readonly post: (posting: Posting) => Promise<unknown>;
  /** Takes a message that was made of an event, once. */
  readonly take: (message: InboundMessage) => Promise<void>;
  /** Lets nothing of a chat begin meanwhile. */
  readonly alone: <T>(chat: Address, work: () => Promise<T>) => Promise<T>;
  readonly running: (session: SessionKey) => RunningTurn | undefined;
  /** Lets go of the process that has a session open. */
  readonly forget: (session: SessionKey) => Promise<void>;
  /** Told of each chat that has another address from now on; perhaps twice. */
  readonly onMoved?: (from: Address, to: Address) => Promise<void>;
  /** The folder of pi's transcripts. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** True for a button that is an answer: whoever asked may be what the chat waits for. */
export function isAnswer(event: InboundEvent): boolean {
  return event.kind === "button" && !event.button.startsWith("/");
}

/**
 * Acts on what happened in a chat. Nothing comes of what somebody did who may not talk there. A second run, after a
 * crash, changes nothing more.
 */
export async function actOnEvent({ id, event }: EventEntry, deps: EventDeps): Promise<void> {
  const actor = actorOf(event);
  if (actor && !(await deps.access.mayAct({ address: eventPlace(event), sender: actor, ...withinOf(event) })))
    return;
  switch (event.kind) {
    case "edited":
      return takeEdit(event, deps);
    case "removed":
      return takeRemoval(event, deps);
    case "reaction":
      return noteReaction(event, deps);
    case "button":
      return press(id, event, deps);
    case "joined":
      return event.isUs ? introduce(id, event.address, deps) : noteComing(event, deps);
    case "left":
      return event.isUs ? cancelOfChat(event.address, deps) : noteComing(event, deps);
    case "migrated":
      return carryOn(event, deps);
    default:
      await deps.stop(deps.router.route({ address: event.address, sender: event.by }).session);
  }
}

/** Whose doing it is; undefined where that does not matter. */
function actorOf(event: InboundEvent): Sender | undefined {
  if (!("by" in event)) return undefined;
  return (event.kind === "joined" || event.kind === "left") && event.isUs ? undefined : event.by;
}

function withinOf(event: InboundEvent): Pick<InboundMessage, "within"> {
  return "within" in event && event.within ? { within: event.within } : {};
}

async function press(
  id: EventId,
  event: InboundEvent & { readonly kind: "button" },
  { questions, take, config, clock }: EventDeps,
): Promise<void> {
  const { message, by, button } = event;
  if (isAnswer(event)) return questions.press(event);
  await take({
    id: `press/${id}`,
    address: message.address,
    sender: by,
    text: `${config().commands.prefix}${button.slice(1)}`,
    attachments: [],
    isForBot: true,
    pressedOn: message.id,
    ...withinOf(event),
    sentAtMs: clock.now(),
  });
}
