import type { Agent, AgentEvent, ModelUsage, Prompt, Slot } from "../core/agent.ts";
import type { Channel } from "../core/channel.ts";
import type { Config } from "../core/config-schema.ts";
import { type Errand, errandOf } from "../core/errand.ts";
import { AgentError, ModelError } from "../core/errors.ts";
import type { HookRunner } from "../core/hooks.ts";
import type { Address, InboundMessage, MessageRef } from "../core/message.ts";
import type { Session } from "../core/session.ts";
import { isSilence } from "../core/silence.ts";
import type {
  Delivery,
  OutboxLedger,
  PlacedNote,
  Turn,
  TurnId,
  TurnLedger,
  WorkerId,
} from "../core/store.ts";
import type { TurnEvents } from "../core/turn-events.ts";
import type { AnswerView, ShownAnswer } from "../delivery/answer-view.ts";
import { deliveriesOf, withdrawals } from "../delivery/deliveries-of.ts";
import { replyKey, withdrawalKey } from "../delivery/keys.ts";
import { type Quote, quoteOf, replyStyleOf } from "../delivery/reply-style.ts";
import { ReplyText } from "../delivery/reply-text.ts";
import { failpoint } from "../lib/failpoint.ts";
import type { ErrandReply } from "./errand-answer.ts";
import { answeredIn } from "./notice.ts";
import type { ViewRequest } from "./open-view.ts";
import { checkOutgoing } from "./outgoing.ts";
import { compact, isCompaction, piCommandOf, runnableText } from "./pi-command.ts";
import { alreadyRead, goOn, messagesOf, resumePoint } from "./resume.ts";
import { beforeRun, RunRecord } from "./run-hooks.ts";
import type { Speech } from "./sentences.ts";
import type { Steering } from "./steering.ts";
import { TurnView } from "./turn-view.ts";

export interface TurnDeps {
  readonly turns: TurnLedger;
  readonly outbox: OutboxLedger;
  readonly worker: WorkerId;
  readonly hooks: HookRunner;
  readonly events: TurnEvents;
  readonly config: () => Config;
  readonly sentences: Speech;
  /** The record of a turn's session, as its admission left it. */
  readonly session: (turn: Turn) => Promise<Session>;
  readonly channel: (address: Address) => Channel;
  readonly openView: (request: ViewRequest) => Promise<AnswerView>;
  /** With `command` the message is that command of pi's own. */
  readonly compose: (turn: Turn, channel: Channel, signal: AbortSignal, command?: string) => Promise<Prompt>;
  /** What people get to see of the answer to something that the gateway itself asked. */
  readonly reply: (
    turn: TurnId,
    message: InboundMessage,
    errand: Errand,
    answer: string,
  ) => Promise<ErrandReply>;
  /** A prompt with the names of its messages, for a model that can do something to them. */
  readonly named: (text: string, messages: readonly InboundMessage[]) => string;
}

/** What the work reports on its way to whoever watches over it, and what it is handed on the way. */
export interface TurnProgress {
  readonly steering: Steering;
  see(event: AgentEvent): void;
  /** What earlier attempts have used, as the transcript tells. */
  spent(earlier: readonly ModelUsage[]): void;
  /** A preview became visible: from now on it has to become the answer, or go. */
  notePreview(page: number, ref: MessageRef): Promise<void>;
}

/** What a turn came to, ready to be finished in one step. */
export interface TurnOutcome {
  /** `aborted` when pi was stopped on the way: then `text` is what it had said so far. */
  readonly state: "final" | "aborted";
  /** What `replies` say: the answer, or the rest of one that went out piece by piece. */
  readonly text: string;
  readonly replies: readonly Delivery[];
  /** What chats are to know of it. */
  readonly notes?: readonly PlacedNote[];
}

/** How pi's run ended. */
interface Answer {
  readonly text: string;
  readonly aborted: boolean;
}

/**
 * One turn, from its messages to the replies it leaves for the outbox. Rejects if there is no answer
 * yet: the worker then decides whether the turn is tried again or the person is told. `signal`
 * aborts pi.
 */
export async function runTurn(
  turn: Turn,
  slot: Slot,
  progress: TurnProgress,
  deps: TurnDeps,
  signal: AbortSignal,
): Promise<TurnOutcome> {
  const address = addressOf(turn);
  const channel = deps.channel(address);
  const session = await deps.session(turn);
  const { steering } = progress;
  const style = replyStyleOf(channel, address);
  const quote = () => quoteOf(style, answeredIn([...turn.messages, ...steering.joined]));
  const onPage = (page: number, ref: MessageRef) => progress.notePreview(page, ref);
  const inChat = await deps.openView({ turn, to: address, channel, style, quote, onPage, signal });
  const view = new TurnView(turn, () => steering.messageIds, deps.events, inChat, deps.hooks);
  const onEvent = (event: AgentEvent, text: ReplyText) => {
    progress.see(event);
    view.show(event, text);
  };
  try {
    const answer = await slot.use(session, signal, (agent) => {
      view.started();
      const spent = (earlier: readonly ModelUsage[]) => progress.spent(earlier);
      return ask(agent, { turn, channel, steering, spent, inChat, onEvent }, deps, signal);
    });
    const shown = await inChat.close(answer.text);
    const errand = errandOf(turn);
    if (errand) return await outcomeOfErrand(turn, errand, answer, deps);
    return await outcomeOf(turn, answer, shown, quote(), deps);
  } finally {
    await inChat.close("");
  }
}

/** Where the answer of a turn goes: the chat of its latest message. */
export function addressOf(turn: Turn): Address {
  const latest = turn.messages.at(-1);
  if (!latest) throw new Error(`turn ${turn.id} has no messages`);
  return latest.address;
}

/** One prompt of a turn and what comes of it. */
interface Asking {
  readonly turn: Turn;
  readonly channel: Channel;
  readonly steering: Steering;
  readonly spent: TurnProgress["spent"];
  readonly inChat: AnswerView;
  readonly onEvent: (event: AgentEvent, text: ReplyText) => void;
}

async function ask(agent: Agent, asking: Asking, deps: TurnDeps, signal: AbortSignal): Promise<Answer> {
  const { turn, steering, onEvent } = asking;
  const command = piCommandOf(turn, deps.config().commands);
  if (command && isCompaction(command)) {
    onEvent({ type: "compacting", done: false }, new ReplyText());
    return {
      text: await compact(agent, command, turn, deps.sentences(turn.messages.at(-1)), signal),
      aborted: false,
    };
  }
  const opening = await openingOf(agent, asking, deps, signal);
  if ("answered" in opening) return { text: opening.answered, aborted: false };
  failpoint("turn.before-prompt");

  const text = new ReplyText(opening.said);
  const record = new RunRecord(opening, turn.session, deps.hooks);
  for await (const event of steering.run(agent, opening, signal)) {
    onEvent(event, text);
    failpoint(`turn.${event.type}`);
    record.see(event);
    if (event.type !== "end") continue;
    if (event.reason === "error") throw failureOf(event);
    return { text: text.final, aborted: event.reason === "aborted" };
  }
  throw new AgentError("process-died", "pi's run ended without an end", { retry: "now" });
}

/** A prompt, and what an earlier attempt has answered for good. */
interface Opening extends Prompt {
  readonly said?: string;
}

/** What pi is asked, or the answer an earlier attempt already got. Written down before pi sees it. */
async function openingOf(
  agent: Agent,
  { turn, channel, steering, spent, inChat }: Asking,
  deps: TurnDeps,
  signal: AbortSignal,
): Promise<Opening | { answered: string }> {
  const behind = turn.prompted ? await agent.transcriptAfter(turn.prompted.position) : [];
  spent(behind.flatMap((entry) => entry.spent ?? []));
  const resume = resumePoint(turn, behind);
  if (resume.at !== "start") steering.resume(resume.untaken);
  const begun = inChat.resume(resume.at === "start" ? [] : messagesOf(behind));
  if (resume.at === "answered") return { answered: resume.text };
  if (resume.at === "interrupted") {
    const reminder = {
      text: goOn(
        (await deps.outbox.saidByTools(turn.id)).map(({ message }) => message),
        begun,
      ),
      images: [],
    };
    return { ...(await beforeRun(reminder, turn.session, deps)), said: resume.text };
  }

  const { commands } = deps.config();
  const command = piCommandOf(turn, commands);
  const text = command && (await runnableText(command, agent, commands));
  const prompt = await beforeRun(await deps.compose(turn, channel, signal, text), turn.session, deps);
  if ("answered" in prompt) return prompt;
  // Behind a command everything would be its arguments.
  const whole = command || begun === "" ? prompt.text : `${prompt.text}\n\n${alreadyRead(begun)}`;
  const asked = { ...prompt, text: deps.named(whole, turn.messages) };
  const position = await agent.position();
  const note = { text: asked.text, ...(position === undefined ? {} : { position }) };
  if (!(await deps.turns.notePrompt(turn.id, deps.worker, note))) throw new LeaseLost(turn.id);
  // The prompt holds whatever had joined an earlier attempt.
  steering.resume([]);
  failpoint("turn.after-note");
  return asked;
}

/** Somebody else has the turn now: whatever we have of it is void. */
export class LeaseLost extends Error {
  constructor(turn: string) {
    super(`the lease of turn ${turn} was lost`);
    this.name = "LeaseLost";
  }
}

function failureOf(event: AgentEvent & { type: "end" }): AgentError {
  const said = event.error ?? "pi gave no reason";
  return event.died ? new AgentError("process-died", said, { retry: "now" }) : new ModelError(said, event);
}

/** What the gateway itself asked: its answer goes where that says, and what was stopped goes nowhere. */
async function outcomeOfErrand(
  turn: Turn,
  errand: Errand,
  { text, aborted }: Answer,
  deps: TurnDeps,
): Promise<TurnOutcome> {
  const message = turn.messages.at(-1);
  if (aborted || !message) return { state: "aborted", text, replies: [] };
  return { state: "final", text, ...(await deps.reply(turn.id, message, errand, text)) };
}

async function outcomeOf(
  turn: Turn,
  answer: Answer,
  { previews, sealed, unsaid, hasSpoken }: ShownAnswer,
  quote: Quote | undefined,
  deps: TurnDeps,
): Promise<TurnOutcome> {
  const state = answer.aborted ? "aborted" : "final";
  const text = isSilence(unsaid) ? "" : unsaid;
  const to = addressOf(turn);
  const channel = deps.channel(to);
  const takeBack = (from: number) => withdrawals(previews, (page) => withdrawalKey(turn.id, page), from);
  if (text === "") return { state, text, replies: takeBack(0) };

  const checked = await checkOutgoing(
    { kind: "text", markdown: text },
    turn.session,
    channel,
    deps.hooks,
    deps.sentences(turn.messages.at(-1)).withheld,
  );
  if (!checked.allowed) return { state, text: "", replies: takeBack(0) };
  const said = deliveriesOf(checked.message, {
    to,
    channel,
    session: turn.session,
    turn: turn.id,
    keyOf: (part) => replyKey(turn.id, part),
    previews,
    sealed,
    quote: hasSpoken && quote?.parts === "first" ? undefined : quote,
  });
  const shown = checked.message.kind === "text" ? checked.message.markdown : text;
  const taken = takeBack(checked.message.kind === "text" ? said.length : 0);
  return { state, text: shown, replies: [...said, ...taken] };
}
