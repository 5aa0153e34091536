import type { Config } from "../core/config-schema.ts";
import type { Channel } from "../core/channel.ts";
import type { HookRunner } from "../core/hooks.ts";
import type { Address, InboundEvent, InboundMessage, Sender } from "../core/message.ts";
import type { Owners } from "../core/owners.ts";
import type {
  Approval,
  Given,
  GivenAnswer,
  Question,
  QuestionAnswer,
  QuestionDesk,
} from "../core/question.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { OutboxLedger, StateLedger, Turn } from "../core/store.ts";
import { isInChat } from "../core/target.ts";
import type { TurnEvents } from "../core/turn-events.ts";
import { questionKey } from "../delivery/keys.ts";
import type { Clock } from "../lib/clock.ts";
import { KeyedMutex } from "../lib/keyed-mutex.ts";
import type { Logger } from "../lib/logger.ts";
import type { Service } from "../lib/service.ts";
import { type AskingTurn, OpenQuestion, type Outcome, type WhyClosed } from "./open-question.ts";
import { placeForOwner, placeOfTurn } from "./question-place.ts";
import { QuestionChat, type QuestionChatDeps } from "./question-chat.ts";
import { QuestionRecords } from "./question-records.ts";
import {
  type Chosen,
  chosenByButton,
  chosenByClient,
  chosenByText,
  readButton,
  whatIsPossible,
} from "./question-text.ts";
import type { Sentences } from "./sentences.ts";

export interface QuestionsDeps {
  readonly outbox: OutboxLedger;
  readonly state: StateLedger;
  readonly hooks: HookRunner;
  readonly events: TurnEvents;
  readonly channel: (to: Pick<Address, "channel" | "account">) => Channel | undefined;
  /** The turn that runs in a session. */
  readonly running: (session: SessionKey) => AskingTurn | undefined;
  /** How a delivery stands once it is sent or dead; see `QuestionChat`. */
  readonly settled: QuestionChatDeps["settled"];
  readonly config: () => Config;
  readonly owners: Pick<Owners, "isOwner" | "chats">;
  readonly sentences: () => Sentences;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Questions of one session that may be open at once, those that wait for an earlier one included. */
const MOST_OPEN = 8;
/** So many answers that are none close a question. */
const MOST_WRONG = 3;
const LONGEST_MS = 2_147_483_647;

interface Wish {
  readonly question: Question;
  readonly isForOwner: boolean;
}

/** Asks people in their chats. One question at a time is shown in a chat; see {@link QuestionDesk}. */
export class Questions implements QuestionDesk, Service {
  readonly name = "questions";
  readonly #deps: QuestionsDeps;
  readonly #records: QuestionRecords;
  readonly #chat: QuestionChat;
  readonly #oneByOne = new KeyedMutex();
  /** Oldest first, until people see that they are over. */
  readonly #open = new Map<string, OpenQuestion>();
  readonly #chores = new Set<Promise<void>>();
  #hard = new AbortController();

  constructor(deps: QuestionsDeps) {
    this.#deps = deps;
    this.#records = new QuestionRecords(deps.state);
    this.#chat = new QuestionChat({ ...deps, records: this.#records });
  }

  async start(): Promise<void> {
    this.#hard = new AbortController();
  }

  /** The turns are over by now: what is left is to let people see it. */
  async stop(hard: AbortSignal): Promise<void> {
    const abandon = () => this.#hard.abort();
    if (hard.aborted) abandon();
    hard.addEventListener("abort", abandon, { once: true });
    for (const open of this.#open.values()) open.close("restart");
    await Promise.all(this.#chores);
    hard.removeEventListener("abort", abandon);
  }

  async ask(
    session: SessionKey,
    question: Question,
    signal: AbortSignal,
  ): Promise<QuestionAnswer | undefined> {
    return answerIn(await this.#ask(session, { question, isForOwner: false }, signal));
  }

  async askOwner(
    session: SessionKey,
    question: Question,
    signal: AbortSignal,
  ): Promise<QuestionAnswer | undefined> {
    return answerIn(await this.#ask(session, { question, isForOwner: true }, signal));
  }

  async approve(session: SessionKey, approval: Approval, signal: AbortSignal): Promise<string | undefined> {
    const { title, description, timeoutMs } = approval;
    const question: Question = {
      kind: "confirm",
      title,
      ...(description === undefined ? {} : { message: description }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    };
    const outcome = await this.#ask(session, { question, isForOwner: true }, signal);
    const say = this.#say;
    if ("why" in outcome) return outcome.why === "nobody" ? say.noOwner : say.notAnswered;
    return outcome.answer === true ? undefined : say.refused;
  }

  async take(message: InboundMessage, session: SessionKey): Promise<boolean> {
    const { text, attachments, address, sender } = message;
    if (this.#open.size === 0 || attachments.length > 0 || text.trim() === "") return false;
    const open = this.#waitingFor(address, sender, session);
    if (!open) return false;
    const { question } = open;
    const isFreeText = question.kind === "input" || question.kind === "editor";
    // What people in a group say to each other is no answer, unless it can be nothing else.
    if (!message.isForBot && isFreeText) return false;
    const chosen = chosenByText(question, text, this.#say);
    if (chosen) return this.#settle(open, chosen);
    // In an owner's own chat the talk goes on, whatever somebody else's turn wants to know.
    if (!message.isForBot || open.place.isAnySession) return false;
    await this.#refuse(open, message, session);
    return true;
  }

  press({ message, by, button }: InboundEvent & { readonly kind: "button" }): void {
    const { id, choice } = readButton(button) ?? {};
    const open = id === undefined ? undefined : this.#open.get(id);
    if (!open?.isShown || choice === undefined || !isInChat(open.place.to, message.address)) return;
    if (!this.#mayAnswer(open, by)) return;
    const chosen = chosenByButton(open.question, choice, this.#say);
    if (chosen) this.#settle(open, chosen);
  }

  answer(session: SessionKey, id: string, given: GivenAnswer, by: Sender): Given {
    const open = this.#open.get(id);
    if (!open?.isShown || open.isOver || open.place.shownIn !== session) return "closed";
    if (!this.#mayAnswer(open, by)) return "closed";
    const chosen = chosenByClient(open.question, given, this.#say);
    if (!chosen) return "wrong";
    this.#settle(open, chosen);
    return "taken";
  }

  async closeLeft({ session }: Turn): Promise<void> {
    try {
      const isOurs = (key: string) => [...this.#open.values()].some((open) => open.key === key);
      const left = (await this.#records.of(session)).filter(({ key }) => !isOurs(key));
      const outcome = this.#say.restarted;
      for (const record of left) {
        await this.#chat.close({ asker: session, record, isAnswered: false, outcome }, this.#hard.signal);
      }
    } catch (error) {
      this.#deps.log.error({ error, session }, "an old question could not be closed");
    }
  }

  get #say() {
    return this.#deps.sentences().question;
  }

  async #ask(session: SessionKey, { question, isForOwner }: Wish, signal: AbortSignal): Promise<Outcome> {
    const { running: runningIn, owners, config, channel, log } = this.#deps;
    const running = runningIn(session);
    const rules = { owners, config: config(), channelOf: channel };
    const place = running && (isForOwner ? placeForOwner : placeOfTurn)(running, rules);
    if (!running || !place || signal.aborted || running.stopping.aborted) return { why: "nobody" };
    if ([...this.#open.values()].filter((open) => open.asker === session).length >= MOST_OPEN) {
      log.warn({ session, title: question.title }, "too many questions are open, this one is not asked");
      return { why: "nobody" };
    }
    const id = newId();
    const key = questionKey(running.turn.id, id);
    const open = new OpenQuestion({ id, key, running, asker: session, place, question });
    this.#open.set(id, open);
    running.noteQuestion(true);
    this.#closeWith(open, running, signal);
    if (question.timeoutMs !== undefined) void this.#expire(open, question.timeoutMs);
    this.#follow(open);
    const outcome = await open.outcome;
    running.noteQuestion(false);
    return outcome;
  }

  #closeWith(open: OpenQuestion, running: AskingTurn, signal: AbortSignal): void {
    const options = { once: true, signal: open.over };
    const { stopping } = running;
    signal.addEventListener("abort", () => open.close("over"), options);
    stopping.addEventListener("abort", () => open.close(whyStopped(stopping)), options);
    // Whoever waits only so long may have given up a moment before our own clock says so, and ended its turn.
    void running.ended.then(() => open.close(open.question.timeoutMs === undefined ? "over" : "late"));
  }

  /** Never rejects; ends with its question. */
  async #expire(open: OpenQuestion, afterMs: number): Promise<void> {
    await this.#deps.clock.sleep(Math.min(Math.max(afterMs, 0), LONGEST_MS), open.over);
    open.close("late");
  }

  /** Sees a question through, from its turn in the chat until people see how it ended. */
  #follow(open: OpenQuestion): void {
    const { to, shownIn, isAnySession } = open.place;
    const chat = [to.channel, to.account, to.chat, to.thread, isAnySession ? undefined : shownIn];
    const chore = this.#oneByOne
      .run(JSON.stringify(chat), () => this.#hold(open))
      .catch((error: unknown) => {
        this.#deps.log.error({ error, session: open.asker }, "a question could not be asked or closed");
        open.close("nobody");
      })
      .finally(() => {
        this.#open.delete(open.id);
        this.#chores.delete(chore);
      });
    this.#chores.add(chore);
  }

  async #hold(open: OpenQuestion): Promise<void> {
    if (open.isOver) return;
    const { id, key, asker, place, question } = open;
    const seen = await this.#chat.show({ id, key, asker, question, ...place });
    if (!seen) return open.close("nobody");
    this.#tell(open, seen, "open");
    open.isShown = true;
    if (question.timeoutMs === undefined)
      void this.#expire(open, this.#deps.config().agent.questionTimeoutMs);
    const outcome = await open.outcome;
    const isAnswered = !("why" in outcome);
    const words = isAnswered ? labelOf(outcome, question, seen) : this.#sentenceFor(outcome.why);
    this.#tell(open, seen, isAnswered ? "answered" : "closed", words);
    const { to, shownIn } = place;
    const record = { key, to, shownIn, title: seen.title };
    await this.#chat.close({ asker, record, isAnswered, outcome: words }, this.#hard.signal);
  }

  #tell(
    open: OpenQuestion,
    question: Question,
    state: "open" | "answered" | "closed",
    answer?: string,
  ): void {
    const { id, key, running, place } = open;
    this.#deps.events.publish(place.shownIn, {
      kind: "question",
      turn: running.turn.id,
      id,
      key,
      question,
      state,
      ...(answer === undefined ? {} : { answer }),
    });
  }

  #sentenceFor(why: WhyClosed): string {
    const say = this.#say;
    const sentences = {
      skipped: say.skipped,
      late: say.nobodyAnswered,
      wrong: say.notUnderstood,
      over: say.noLongerNeeded,
      restart: say.restarted,
      nobody: say.noLongerNeeded,
    };
    return sentences[why];
  }

  #settle(open: OpenQuestion, chosen: Chosen | "skip"): true {
    if (chosen === "skip") open.close("skipped");
    else open.answer(chosen);
    return true;
  }

  async #refuse(open: OpenQuestion, message: InboundMessage, session: SessionKey): Promise<void> {
    open.wrongAnswers += 1;
    if (open.wrongAnswers >= MOST_WRONG) return open.close("wrong");
    const markdown = whatIsPossible(open.question, this.#say);
    await this.#deps.outbox.post([
      {
        key: `${open.key}/wrong/${open.wrongAnswers}`,
        to: message.address,
        message: { kind: "text", markdown, replyTo: message.id },
        session,
      },
    ]);
  }

  /** The question that a message from `sender` in this chat would answer. */
  #waitingFor(address: Address, sender: Sender, session: SessionKey): OpenQuestion | undefined {
    return [...this.#open.values()].find(
      (open) =>
        open.isShown &&
        !open.isOver &&
        isInChat(open.place.to, address) &&
        open.place.to.thread === address.thread &&
        (open.place.isAnySession || open.place.shownIn === session) &&
        this.#mayAnswer(open, sender),
    );
  }

  /** An owner, or somebody whose message the turn answers: nobody else who happens to be in the chat. */
  #mayAnswer({ place, running }: OpenQuestion, sender: Sender): boolean {
    if (this.#deps.owners.isOwner({ address: place.to, sender })) return true;
    if (place.isForOwner) return false;
    return running.messages.some(
      (message) => message.sender.id === sender.id && isInChat(message.address, place.to),
    );
  }
}

function answerIn(outcome: Outcome): QuestionAnswer | undefined {
  return "why" in outcome ? undefined : outcome.answer;
}

/** The chosen option in the words that people saw: a hook may have replaced them. */
function labelOf({ label }: Chosen, asked: Question, seen: Question): string {
  if (asked === seen || asked.kind !== "select" || seen.kind !== "select") return label;
  return seen.options[asked.options.indexOf(label)] ?? label;
}

function whyStopped(stopping: AbortSignal): WhyClosed {
  return stopping.reason === "shutdown" || stopping.reason === "lease-lost" ? "restart" : "over";
}

/** Short enough for the id of a button, and hard to guess. */
function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => (byte % 36).toString(36)).join("");
}
