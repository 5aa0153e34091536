import type { Agent, AgentEvent, Prompt } from "../core/agent.ts";
import { isSamePlace, type QueueRules } from "../core/message-queue.ts";
import type { InboundMessage } from "../core/message.ts";
import type { InboxEntry, SteeredMessage, Turn, TurnLedger, WorkerId } from "../core/store.ts";
import type { TurnEvents } from "../core/turn-events.ts";
import { failpoint } from "../lib/failpoint.ts";
import type { Logger } from "../lib/logger.ts";

export interface SteeringDeps {
  readonly turns: Pick<TurnLedger, "waiting" | "attach">;
  readonly worker: WorkerId;
  readonly events: TurnEvents;
  /** What becomes, in the turn's session, of a message like this one. */
  readonly rules: (turn: Turn, message: InboundMessage) => Promise<QueueRules>;
  /** A message as pi is to read it. */
  readonly compose: (turn: Turn, message: InboundMessage) => Promise<string>;
  /** Stops the turn, for what waits. */
  readonly interrupt: () => void;
  readonly log: Logger;
}

/**
 * What becomes of messages that come while a turn runs. In `steer` mode they join it: in the ledger first, with a
 * note of what pi is handed, then in pi. A later one never overtakes an earlier one: where one cannot join, those
 * behind it wait, too. What pi has not taken by the end of its run goes back to where it waited.
 */
export class Steering {
  readonly #turn: Turn;
  readonly #deps: SteeringDeps;
  #messageIds: readonly string[];
  readonly #joined: InboundMessage[] = [];
  /** In the ledger part of the turn, and by all we know not taken by pi; in order. */
  #untaken: SteeredMessage[];
  /** Set while pi runs and takes what it is handed. */
  #agent: Agent | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(turn: Turn, deps: SteeringDeps) {
    this.#turn = turn;
    this.#deps = deps;
    this.#untaken = [...turn.steered];
    this.#messageIds = turn.messages.map((message) => message.id);
  }

  /** The messages that the turn answers by now, by their ids. */
  get messageIds(): readonly string[] {
    return this.#messageIds;
  }

  /** The messages that joined since the turn was claimed. */
  get joined(): readonly InboundMessage[] {
    return this.#joined;
  }

  /** What joined the turn and pi has not taken. */
  get untaken(): readonly SteeredMessage[] {
    return this.#untaken;
  }

  /** An earlier attempt is gone on with, or begun anew: so many of its messages did not get as far as pi. */
  resume(untaken: readonly SteeredMessage[]): void {
    this.#untaken = [...untaken];
  }

  /** There may be something waiting in the turn's session. */
  consider(): void {
    if (this.#agent) this.#do((agent) => this.#takeIn(agent));
  }

  /** Runs `agent`; what comes meanwhile joins. Ends when nothing more can, and all that joined is known as taken or not. */
  async *run(agent: Agent, prompt: Prompt, signal: AbortSignal): AsyncIterable<AgentEvent> {
    this.#agent = signal.aborted ? undefined : agent;
    // What comes after a stop has nothing to do with the turn.
    signal.addEventListener("abort", () => (this.#agent = undefined), { once: true });
    // Done behind this: by then the run below has begun.
    this.#do((running) => this.#handAgain(running));
    this.consider();
    try {
      for await (const event of agent.run(prompt, signal)) {
        if (event.type === "steered") this.#noteTaken(event.text);
        if (event.type === "end") await this.#close();
        yield event;
      }
    } finally {
      await this.#close();
    }
  }

  async #close(): Promise<void> {
    this.#agent = undefined;
    await this.#work;
  }

  #noteTaken(text: string): void {
    const at = this.#untaken.findIndex(({ note }) => note.text === text);
    if (at >= 0) this.#untaken.splice(at, 1);
  }

  /** One thing after the other, as long as the run takes anything. Never rejects. */
  #do(step: (agent: Agent) => Promise<void>): void {
    this.#work = this.#after(this.#work, step);
  }

  async #after(before: Promise<void>, step: (agent: Agent) => Promise<void>): Promise<void> {
    await before;
    try {
      if (this.#agent) await step(this.#agent);
    } catch (error) {
      this.#deps.log.error({ error }, "a message could not join the turn, it follows up");
    }
  }

  /** What an earlier attempt was handed too late. */
  async #handAgain(agent: Agent): Promise<void> {
    const again = this.#untaken.map(({ note }) => note.text);
    for (const text of again) if (!(await this.#hand(text, agent))) return;
  }

  /** False if the run takes nothing more: then nothing else may join it either, it would overtake this one. */
  async #hand(text: string, agent: Agent): Promise<boolean> {
    const isHanded = await agent.steer(text);
    if (!isHanded) this.#agent = undefined;
    return isHanded;
  }

  async #takeIn(agent: Agent): Promise<void> {
    const { turns, rules } = this.#deps;
    while (this.#agent) {
      const all = await turns.waiting(this.#turn.session, MOST_WAITING);
      // What the gateway itself asks is a turn of its own, and no part of the talk.
      const waiting = all.filter(({ message }) => message.errand === undefined);
      const next = waiting.find((entry) => this.#isSamePlace(entry));
      if (!next) return;
      const { mode } = await rules(this.#turn, next.message);
      if (mode === "interrupt") return this.#deps.interrupt();
      const mayJoin = mode === "steer" && next === waiting[0] && isPlain(next);
      if (!mayJoin || !(await this.#join(next, agent))) return;
    }
  }

  /** An answer goes to one chat. */
  #isSamePlace({ message }: InboxEntry): boolean {
    const [first] = this.#turn.messages;
    return first !== undefined && isSamePlace(first.address, message.address);
  }

  /** False once nothing more can join this run. */
  async #join({ id, message }: InboxEntry, agent: Agent): Promise<boolean> {
    const { turns, worker, compose } = this.#deps;
    const text = await compose(this.#turn, message);
    const position = await agent.position();
    const note = { text, ...(position === undefined ? {} : { position }) };
    failpoint("steer.before-attach");
    if (!this.#agent) return false;
    const attached = await turns.attach(this.#turn.id, worker, [{ id, note, text: message.text }]);
    if (!attached) return false;
    // Cancelled or edited meanwhile: the next look tells.
    if (attached.length === 0) return true;
    failpoint("steer.after-attach");
    this.#untaken.push({ id, message, note });
    this.#joined.push(message);
    this.#messageIds = [...this.#messageIds, message.id];
    this.#tell();
    const isHanded = await this.#hand(text, agent);
    failpoint("steer.after-command");
    return isHanded;
  }

  #tell(): void {
    const { id, session } = this.#turn;
    this.#deps.events.publish(session, { kind: "joined", turn: id, messageIds: this.messageIds });
  }
}

/** Looked through for one of the turn's own chat. */
const MOST_WAITING = 50;

/** Files have to be fetched, commands are for a pi that is idle, and of pieces more may come. */
const isPlain = ({ message: { attachments, isPiCommand, part } }: InboxEntry) =>
  attachments.length === 0 && isPiCommand !== true && part === undefined;
