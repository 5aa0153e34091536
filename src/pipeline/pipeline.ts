import { Budgets } from "../core/budget.ts";
import type { AgentPool } from "../core/agent.ts";
import type { Channel } from "../core/channel.ts";
import type { CommandDesk } from "../core/command.ts";
import type { Config } from "../core/config-schema.ts";
import { type Errand, type ErrandDesk, errandOf } from "../core/errand.ts";
import type { FetchBytes } from "../core/fetch.ts";
import type { HookRunner } from "../core/hooks.ts";
import type { Address, InboundMessage } from "../core/message.ts";
import { MessageQueue } from "../core/message-queue.ts";
import type { Outlet } from "../core/outlet.ts";
import type { QuestionDesk } from "../core/question.ts";
import { agentOfKey, type SessionKey } from "../core/session-key.ts";
import type { Session } from "../core/session.ts";
import type { Route, SessionRouter } from "../core/session-router.ts";
import type { Store, Turn, TurnId, WorkerId } from "../core/store.ts";
import type { TurnEvents } from "../core/turn-events.ts";
import { Pacer } from "../delivery/pacer.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { redactText } from "../lib/redact-text.ts";
import type { AccessControl } from "../security/access-control.ts";
import { actOnEvent, type EventDeps, isAnswer } from "./act-on-event.ts";
import { admit } from "./admit.ts";
import { openErrandSession } from "./admit-errand.ts";
import { answerCommand, type CommandAnswer } from "./answer-command.ts";
import { Deliverer } from "./deliver.ts";
import { CutOffCalls } from "./cut-off-calls.ts";
import { replyToErrand } from "./errand-answer.ts";
import { Errands } from "./errands.ts";
import { endSession } from "./end-session.ts";
import { withIds } from "./message-ids.ts";
import { openView } from "./open-view.ts";
import { nowhere } from "./nowhere.ts";
import { beginEmpty, openSession, type OpenSessionDeps } from "./open-session.ts";
import { ToolOutlet } from "./outlet.ts";
import { post, type Posting } from "./post.ts";
import { promptsWith, whileWatched } from "./prompts.ts";
import { Receiver } from "./receive.ts";
import { RunningTurn } from "./running-turn.ts";
import { speechIn } from "./sentences.ts";
import { Settlements } from "./settlements.ts";
import { Steering, type SteeringDeps } from "./steering.ts";
import { type Stopped, stopSession } from "./stop-session.ts";
import { OverBudget } from "./turn-failure.ts";
import { accountOf } from "./turn-spending.ts";
import { addressOf, runTurn, type TurnDeps } from "./turn.ts";
import { TurnSigns } from "./turn-signs.ts";
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
  readonly config: () => Config;
  /** Takes secrets out of what people are shown of the agent's work; see `redactText`. */
  readonly redact?: (text: string) => string;
  /** True: models have tools that act on messages, so prompts tell the ids of theirs. */
  readonly namesMessages?: boolean;
  /** The folders of pi's transcripts and of files that were fetched, and the working directory of an agent's pi. */
  readonly folders: {
    readonly sessions: string;
    readonly media: string;
    readonly workspace: (agent: string) => string;
  };
  /** Told of each chat that has another address from now on; perhaps twice. */
  readonly onMoved?: (from: Address, to: Address) => Promise<void>;
  /** How the gateway itself fetches; see `FetchBytes`. */
  readonly fetch: FetchBytes;
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
  /** What a command says; see `answer-command.ts`. */
  answerCommand(answer: CommandAnswer): ReturnType<typeof answerCommand>;
  /** The record of a session; see `open-session.ts`. */
  openSession(route: Pick<Route, "session" | "agent" | "role">, address: Address): Promise<Session>;
  /** For whoever waits for what comes of a delivery. */
  readonly settlements: Settlements;
  /** The way out for tools. */
  readonly outlet: Outlet;
  /** Ends a session; see `end-session.ts`. */
  endSession(key: SessionKey): Promise<{ readonly cancelled: number } | undefined>;
  /** Stops what was asked for in a session; see `stop-session.ts`. */
  stopSession(key: SessionKey, only?: TurnId): Promise<Stopped>;
  /** Whether a turn of the session is unfinished, or messages wait for one. */
  isBusy(key: SessionKey): Promise<boolean>;
  readonly queue: MessageQueue;
  /** Where the gateway itself asks for something. */
  readonly errands: ErrandDesk;
}

export function assemblePipeline(given: PipelineParts): Pipeline {
  const { store, clock, log, config } = given;
  const { turns, outbox, sessions } = store;
  const errands = new Errands({ inbox: store.inbox, receiver: () => receiver, clock });
  const parts = { ...given, events: errands.watching(given.events) };
  const sentences = speechIn(() => config().gateway.language);
  const { open, openErrand, sessionOf } = opener(parts);
  const queue = new MessageQueue(turns, () => config().queue);
  const admitDeps = {
    ...parts,
    inbox: store.inbox,
    chats: store.chats,
    outbox,
    queue,
    openSession: open,
    openErrand,
    onQueued: (session: SessionKey) => workers.running(session)?.considerWaiting(),
    sentences,
  };
  const receiver = new Receiver({
    inbox: store.inbox,
    queue,
    admit: (entry) => admit(entry, admitDeps),
    act: (entry) => actOnEvent(entry, eventDeps),
    isUrgent: isAnswer,
    clock,
    log,
  });
  // One pacer for previews and deliveries: they share the platform's limits.
  const pacer = new Pacer(clock);
  const settlements = new Settlements(outbox, clock);
  const shared = { pacer, settlements, queue };
  const workers = new Workers({
    ...parts,
    turns,
    mergeLimit: () => config().queue.mergeLimit,
    running: runningTurns(parts, sessionOf, shared),
  });
  const { deliverer, outlet } = waysOut(parts, workers, shared);
  const chatDeps = { ...parts, sessions, turns, outbox, workers, sentences, folder: parts.folders.sessions };
  const stop: Pipeline["stopSession"] = (key, only) => stopSession(key, chatDeps, only);
  const ways = { sentences, stop, receiver, workers };
  const eventDeps: EventDeps = eventDepsOf(parts, ways, (posting) => post(posting, chatDeps));
  wakeOnWork(store, { workers, deliverer });
  return {
    receiver,
    workers,
    deliverer,
    settlements,
    outlet,
    post: (posting) => post(posting, chatDeps),
    answerCommand: (answer) => answerCommand(answer, chatDeps),
    openSession: open,
    endSession: (key) => endSession(key, chatDeps),
    stopSession: stop,
    isBusy: async (key) => (await turns.unfinished(key)) !== undefined || (await turns.depth(key)) > 0,
    queue,
    errands,
  };
}

/** Whoever looks for work is told where there may be some. */
function wakeOnWork(store: Store, { workers, deliverer }: Pick<Pipeline, "workers" | "deliverer">): void {
  store.onWork((kind) => {
    if (kind === "turn") workers.wake();
    if (kind === "delivery") deliverer.wake();
  });
}

/** What acting on events needs of the path. */
function eventDepsOf(
  parts: PipelineParts,
  ways: Pick<EventDeps, "sentences" | "stop"> & Pick<Pipeline, "receiver" | "workers">,
  postIt: EventDeps["post"],
): EventDeps {
  const { receiver, workers, ...rest } = ways;
  return {
    ...parts,
    ...rest,
    post: postIt,
    take: async (message) => void (await receiver.take(message)),
    alone: (chat, work) => receiver.alone(chat, work),
    running: (session) => workers.running(session),
    forget: (session) => parts.pool.forget(session),
    folder: parts.folders.sessions,
  };
}

/** How a session's record is made, or begun anew. */
function opener({ store, hooks, clock, folders, config, router }: PipelineParts) {
  const { sessions } = store;
  const deps: OpenSessionDeps = {
    sessions,
    hooks,
    clock,
    folder: folders.sessions,
    rules: () => config().session,
  };
  const open: Pipeline["openSession"] = (route, address) => openSession(route, address, deps);
  const openErrand = (errand: Errand) =>
    openErrandSession(errand, {
      sessions,
      router,
      open: (route, address, parent) => openSession(route, address, deps, parent),
    });
  /** A session that was removed while messages waited in it begins again with them. */
  const sessionOf: TurnDeps["session"] = async (turn) => {
    const errand = errandOf(turn);
    if (errand) return errandRecord(turn, errand, await openErrand(errand), deps);
    const known = await sessions.get(turn.session);
    if (known && !known.hasEnded) return known;
    const agent = agentOfKey(turn.session);
    const latest = turn.messages.at(-1);
    const role = latest && router.route(latest, agent).role;
    return open({ session: turn.session, agent, ...(role === undefined ? {} : { role }) }, addressOf(turn));
  };
  return { open, openErrand, sessionOf };
}

/** As the errand wants its session, once: another try goes on where the first one was. */
async function errandRecord(
  turn: Turn,
  { isFresh, model, thinkingLevel }: Errand,
  record: Session,
  deps: OpenSessionDeps,
): Promise<Session> {
  const session = isFresh && !turn.prompted ? await beginEmpty(record, deps) : record;
  return {
    ...session,
    ...(model === undefined ? {} : { model }),
    ...(thinkingLevel === undefined ? {} : { thinkingLevel }),
  };
}

/** What goes out, and what waits for it. */
function waysOut(parts: PipelineParts, workers: Workers, { pacer, settlements }: Shared) {
  const { store, config } = parts;
  const { outbox } = store;
  const cutOff = new CutOffCalls({
    outbox,
    turn: (session) => workers.running(session)?.turn,
    agent: (session) => parts.pool.running(session),
  });
  const shared = { ...parts, outbox, pacer, settlements };
  return {
    deliverer: new Deliverer({ ...shared, policy: () => config().delivery }),
    outlet: new ToolOutlet({
      ...shared,
      adopt: (session, said) => cutOff.adopt(session, said),
      sentences: speechIn(() => config().gateway.language),
    }),
  };
}

/** What previews, deliveries and turns have in common. */
interface Shared {
  readonly pacer: Pacer;
  readonly settlements: Settlements;
  readonly queue: MessageQueue;
}

/** How a claimed turn becomes a running one. */
function runningTurns(
  parts: PipelineParts,
  session: TurnDeps["session"],
  { pacer, settlements, queue }: Shared,
): (turn: Turn) => RunningTurn {
  const { store, config, clock } = parts;
  const sentences = speechIn(() => config().gateway.language);
  const named = (text: string, messages: readonly InboundMessage[]) =>
    parts.namesMessages ? withIds(text, messages) : text;
  const deps: TurnDeps = {
    ...parts,
    named,
    sentences,
    turns: store.turns,
    outbox: store.outbox,
    session,
    channel: (address) => channelOf(parts, address),
    openView: (request) =>
      openView(request, {
        ...parts,
        outbox: store.outbox,
        pacer,
        sentences,
        canStop: () => !config().commands.disabled.includes("stop"),
        redact: parts.redact ?? hideKeys,
      }),
    compose: promptsWith({ ...parts, outbox: store.outbox, sentences }),
    reply: (...asked) =>
      replyToErrand(...asked, { ...parts, outbox: store.outbox, channelAt: parts.channel, sentences }),
  };
  const signs = new TurnSigns({ ...parts, outbox: store.outbox, pacer, settlements });
  const budgets = new Budgets({ settings: () => config().agent.budget, usage: store.usage, clock });
  return (turn) =>
    new RunningTurn(turn, {
      ...parts,
      turns: store.turns,
      outbox: store.outbox,
      channel: () => channelOf(parts, addressOf(turn)),
      limits: (one) => ({
        ...config().queue,
        timeoutMs: errandOf(one)?.timeoutMs ?? config().agent.timeoutMs,
      }),
      sentences,
      signs,
      clock,
      steering: (one, interrupt, turnLog) =>
        new Steering(one, { ...steeringWays(parts, queue, deps), interrupt, log: turnLog }),
      work: async (one, slot, progress, signal) => {
        if (one.attempt > 1) await parts.questions.closeLeft(one);
        // What was begun is brought to its end.
        const over = one.prompted ? undefined : await budgets.exceededBy(accountOf(one));
        if (over) throw new OverBudget(over);
        const compose = whileWatched(deps.compose, progress);
        return runTurn(one, slot, progress, { ...deps, compose }, signal);
      },
    });
}

/** What is a credential by its form. */
const hideKeys = (text: string) => redactText(text, []);

/** What a running turn needs to take in what comes meanwhile. */
function steeringWays(
  { store, worker, events, channel }: PipelineParts,
  queue: MessageQueue,
  { compose, named }: Pick<TurnDeps, "compose" | "named">,
): Omit<SteeringDeps, "interrupt" | "log"> {
  return {
    turns: store.turns,
    worker,
    events,
    rules: async (turn, { address }) =>
      queue.rules(address.channel, (await store.sessions.get(turn.session))?.queue),
    compose: async (turn, message) => {
      const to = channel(message.address);
      if (!to) throw new Error(`there is no channel ${message.address.channel}`);
      const alone = { ...turn, messages: [message], collapsed: 0 };
      return named((await compose(alone, to, NEVER)).text, [message]);
    },
  };
}

/** Files are not steered, so nothing is fetched that would have to be given up. */
const NEVER = new AbortController().signal;

function channelOf(parts: PipelineParts, address: Address): Channel {
  if (address.scope === "job") return nowhere(address.channel);
  const channel = parts.channel(address);
  if (!channel) throw new Error(`there is no channel ${address.channel} with account ${address.account}`);
  return channel;
}
