import type { AgentPool } from "../core/agent.ts";
import type { Channel, StreamingMode } from "../core/channel.ts";
import type { CommandDesk } from "../core/command.ts";
import type { Config } from "../core/config-schema.ts";
import type { HookRunner } from "../core/hooks.ts";
import type { Address } from "../core/message.ts";
import { MessageQueue } from "../core/message-queue.ts";
import type { QuestionDesk } from "../core/question.ts";
import { parseSessionKey, type SessionKey } from "../core/session-key.ts";
import type { Session } from "../core/session.ts";
import type { Route, SessionRouter } from "../core/session-router.ts";
import type { Store, Turn, WorkerId } from "../core/store.ts";
import type { TurnEvents } from "../core/turn-events.ts";
import { openLiveReply } from "../delivery/open-live-reply.ts";
import { Pacer } from "../delivery/pacer.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { AccessControl } from "../security/access-control.ts";
import { admit } from "./admit.ts";
import { composePrompt } from "./compose-prompt.ts";
import { Deliverer } from "./deliver.ts";
import { endSession } from "./end-session.ts";
import { openSession } from "./open-session.ts";
import { post, type Posting } from "./post.ts";
import { Receiver } from "./receive.ts";
import { RunningTurn } from "./running-turn.ts";
import { sentencesIn } from "./sentences.ts";
import { addressOf, runTurn, type TurnDeps } from "./turn.ts";
import { Workers } from "./work.ts";

/** What the path of a message is made of. */
export interface PipelineParts {
  readonly store: Store;
  readonly pool: AgentPool;
  readonly hooks: HookRunner;
  readonly events: TurnEvents;
  readonly access: AccessControl;
  readonly router: SessionRouter;
  readonly commands: CommandDesk;
  readonly questions: QuestionDesk;
  /** The channel that can reach an address; undefined if it is not there any more. */
  readonly channel: (to: Address) => Channel | undefined;
  readonly streamingMode: (to: Address) => StreamingMode;
  readonly config: () => Config;
  /** The folder of pi's transcripts, and pi's working directory. */
  readonly folders: { readonly sessions: string; readonly workspace: () => string };
  readonly worker: WorkerId;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The path of a message, assembled: three services, and what may be asked of them. */
export interface Pipeline {
  readonly receiver: Receiver;
  readonly workers: Workers;
  readonly deliverer: Deliverer;
  /** Sends something that is no answer; see `post.ts`. */
  post(posting: Posting): Promise<boolean>;
  /** Ends a session; see `end-session.ts`. */
  endSession(key: SessionKey): Promise<{ readonly cancelled: number } | undefined>;
}

export function assemblePipeline(parts: PipelineParts): Pipeline {
  const { store, hooks, clock, log, config } = parts;
  const { turns, outbox, sessions } = store;
  const sentences = () => sentencesIn(config().gateway.language);
  const open = (route: Pick<Route, "session" | "agent" | "role">, address: Address) =>
    openSession(route, address, { sessions, hooks, clock, folder: parts.folders.sessions });
  const queue = new MessageQueue(turns, () => config().queue);
  const admitDeps = {
    ...parts,
    inbox: store.inbox,
    outbox,
    queue,
    openSession: open,
    onQueued: () => {},
    sentences,
  };
  const receiver = new Receiver({
    inbox: store.inbox,
    queue,
    admit: (entry) => admit(entry, admitDeps),
    onEvent: (event) => {
      if (event.kind === "button") parts.questions.press(event);
    },
    clock,
    log,
  });
  // One pacer for previews and deliveries: they share the platform's limits.
  const pacer = new Pacer(clock);
  const workers = new Workers({
    ...parts,
    turns,
    mergeLimit: () => (config().queue.mode === "followup" ? 1 : config().queue.mergeLimit),
    running: runningTurns(parts, (turn) => sessionOf(turn, parts, open), pacer),
  });
  const deliverer = new Deliverer({ ...parts, outbox, pacer, policy: () => config().delivery });
  const endDeps = { ...parts, sessions, turns, outbox, workers, sentences, folder: parts.folders.sessions };
  store.onWork((kind) => {
    if (kind === "turn") workers.wake();
    if (kind === "delivery") deliverer.wake();
  });
  return {
    receiver,
    workers,
    deliverer,
    post: (posting) => post(posting, { ...parts, outbox, sentences }),
    endSession: (key) => endSession(key, endDeps),
  };
}

/** How a claimed turn becomes a running one. */
function runningTurns(
  parts: PipelineParts,
  session: TurnDeps["session"],
  pacer: Pacer,
): (turn: Turn) => RunningTurn {
  const { store, config, clock, log } = parts;
  const sentences = () => sentencesIn(config().gateway.language);
  const deps: TurnDeps = {
    ...parts,
    sentences,
    turns: store.turns,
    outbox: store.outbox,
    session,
    channel: (address) => channelOf(parts, address),
    openLive: ({ turn, channel, mode, progress, signal }) =>
      openLiveReply({
        channel,
        to: addressOf(turn),
        turn: turn.id,
        mode,
        previews: turn.previews,
        onPage: (page, ref) => progress.notePreview(page, ref),
        pacer,
        signal,
        log,
      }),
    compose: (turn, channel, signal) =>
      composePrompt(turn, { channel, workspace: parts.folders.workspace(), signal }),
  };
  return (turn) =>
    new RunningTurn(turn, {
      ...parts,
      turns: store.turns,
      outbox: store.outbox,
      channel: () => channelOf(parts, addressOf(turn)),
      limits: () => ({ ...config().queue, timeoutMs: config().agent.timeoutMs }),
      sentences,
      clock,
      work: async (one, slot, progress, signal) => {
        if (one.attempt > 1) await parts.questions.closeLeft(one);
        return runTurn(one, slot, progress, deps, signal);
      },
    });
}

/** A session that was removed while messages waited in it begins again with them. */
async function sessionOf(
  turn: Turn,
  { store }: PipelineParts,
  open: (route: Pick<Route, "session" | "agent">, address: Address) => Promise<Session>,
): Promise<Session> {
  const known = await store.sessions.get(turn.session);
  if (known && !known.hasEnded) return known;
  const agent = known?.agent ?? parseSessionKey(turn.session)?.agent ?? "main";
  return open({ session: turn.session, agent }, addressOf(turn));
}

function channelOf(parts: PipelineParts, address: Address): Channel {
  const channel = parts.channel(address);
  if (!channel) throw new Error(`there is no channel ${address.channel} with account ${address.account}`);
  return channel;
}
