import { batch, type Signal, signal } from "@preact/signals";
import { type Connection, RefusedRequest } from "../wire/connection.ts";
import type { ChatEvent, EventFrame, WireError } from "../wire/frames.ts";
import { fieldsOf, numberOf, readChatEvent, readHistory, readToolEvent, stringOf } from "../wire/read.ts";
import { readNotice, readQuestion, readQuestions } from "../wire/read-question.ts";
import { applyChat, applyTool } from "./apply-events.ts";
import { addSent, type Conversation, emptyConversation, knowsMessages, type Row } from "./conversation.ts";
import { mergeNewest, mergeOlder } from "./merge-history.ts";
import { applyNotice, applyQuestion, withOpenQuestions } from "./questions.ts";

const PAGE_ROWS = 60;
const KNOWN_EVENTS: ReadonlySet<string> = new Set(["chat", "tool", "question", "notice"]);

/** How far we have followed one conversation, and how. */
interface Follow {
  readonly conversation: Signal<Conversation>;
  /** The last event taken; undefined accepts whatever comes next as the beginning. */
  seq: number | undefined;
  isResuming: boolean;
  /** A read of the history that is under way, and whether another is wanted after it. */
  reading: Promise<void> | undefined;
  readsAgain: boolean;
}

export interface FeedWishes {
  readonly connection: Pick<Connection, "request">;
  /** Resolves when no message of this conversation is on its way. */
  readonly sent: (sessionKey: string) => Promise<void>;
  readonly onEnd: (sessionKey: string, event: ChatEvent) => void;
  /** Somebody is asked something there. */
  readonly onAsked: (sessionKey: string) => void;
  readonly onProblem: (sessionKey: string, error: WireError) => void;
  readonly now: () => number;
  /** Runs `work` soon, once per frame where there is one. */
  readonly soon: (work: () => void) => void;
}

/** After these something new stands there to be read. */
const ENDS: ReadonlySet<ChatEvent["state"]> = new Set(["final", "aborted", "error"]);

/** The conversations that are open in this page, kept true by events and by reading the history. */
export class Feed {
  readonly #wishes: FeedWishes;
  readonly #follows = new Map<string, Follow>();
  #epoch: string | undefined;
  #frames: EventFrame[] = [];

  constructor(wishes: FeedWishes) {
    this.#wishes = wishes;
  }

  conversation(key: string): Signal<Conversation> {
    return this.#follow(key).conversation;
  }

  /** A conversation that begins here and now: empty at once, and followed like any other. */
  begin(key: string): void {
    this.#follow(key).conversation.value = { ...emptyConversation, loading: "done" };
    this.#catchUp(key);
  }

  /** Reads again what is open here: something happened to it elsewhere. */
  refresh(key: string): void {
    if (this.#follow(key).conversation.value.loading !== "not-yet") this.#catchUp(key);
  }

  /** Reads a conversation and follows it, unless that is done already. */
  open(key: string): void {
    const { conversation } = this.#follow(key);
    if (conversation.value.loading === "not-yet" || conversation.value.loading === "failed")
      this.#catchUp(key);
  }

  /** After a connection was made: goes on where we were, or begins anew after a restart of the gateway. */
  resume(epoch: string | undefined): void {
    this.#apply();
    if (epoch !== this.#epoch || epoch === undefined) {
      for (const follow of this.#follows.values()) {
        follow.seq = undefined;
        const { turn } = follow.conversation.value;
        if (turn)
          follow.conversation.value = { ...follow.conversation.value, turn: { ...turn, isStale: true } };
      }
    }
    this.#epoch = epoch;
    for (const key of this.#follows.keys()) this.refresh(key);
  }

  /** Puts an acknowledged message where it belongs. */
  addSent(key: string, row: Row): void {
    this.#apply();
    const { conversation } = this.#follow(key);
    conversation.value = addSent(conversation.value, row);
  }

  /** What a subscription asks for: also a cheap question to see whether anybody is there. */
  subscription(key: string): { sessionKey: string; sinceSeq?: number; epoch?: string } {
    const { seq } = this.#follow(key);
    return {
      sessionKey: key,
      ...(seq === undefined ? {} : { sinceSeq: seq }),
      ...(this.#epoch === undefined ? {} : { epoch: this.#epoch }),
    };
  }

  take(frame: EventFrame): void {
    this.#frames.push(frame);
    if (this.#frames.length === 1) this.#wishes.soon(() => this.#apply());
  }

  async loadOlder(key: string): Promise<void> {
    const { conversation } = this.#follow(key);
    const { cursor, loading } = conversation.value;
    if (cursor === undefined || loading !== "done") return;
    conversation.value = { ...conversation.value, loading: "older" };
    try {
      const params = { sessionKey: key, limit: PAGE_ROWS, before: cursor };
      const page = readHistory(await this.#wishes.connection.request("chat.history", params));
      conversation.value = mergeOlder(conversation.value, page);
    } catch {
      // The rows stay where they are; scrolling there once more asks again.
      conversation.value = { ...conversation.value, loading: "done" };
    }
  }

  #follow(key: string): Follow {
    let follow = this.#follows.get(key);
    if (!follow) {
      const conversation = signal(emptyConversation);
      follow = { conversation, seq: undefined, isResuming: false, reading: undefined, readsAgain: false };
      this.#follows.set(key, follow);
    }
    return follow;
  }

  /** Takes what came since the last frame, in order. */
  #apply(): void {
    const frames = this.#frames;
    this.#frames = [];
    if (frames.length === 0) return;
    batch(() => {
      for (const frame of frames) this.#applyFrame(frame);
    });
  }

  #applyFrame({ event, payload, seq }: EventFrame): void {
    const key = stringOf(fieldsOf(payload)["sessionKey"]);
    if (!key || !KNOWN_EVENTS.has(event)) return;
    const chat = event === "chat" ? readChatEvent(payload) : undefined;
    if (event === "chat" && !chat) return;
    const follow = this.#follow(key);
    if (!this.#isNext(key, follow, seq, chat?.replace === true)) return;
    const { conversation } = follow;
    if (!chat) {
      conversation.value = this.#afterOther(conversation.value, event, payload);
      return;
    }
    conversation.value = applyChat(conversation.value, chat, this.#wishes.now());
    if (!knowsMessages(conversation.value, chat.messageIds)) void this.#readUnknown(key, chat.messageIds);
    if (ENDS.has(chat.state)) this.#wishes.onEnd(key, chat);
  }

  /** After an event that is no `chat`; one that cannot be read changes nothing. */
  #afterOther(conversation: Conversation, event: string, payload: unknown): Conversation {
    if (event === "tool") {
      const tool = readToolEvent(payload);
      return tool ? applyTool(conversation, tool) : conversation;
    }
    if (event === "notice") {
      const notice = readNotice(payload);
      return notice ? applyNotice(conversation, notice) : conversation;
    }
    const question = readQuestion(payload);
    if (!question) return conversation;
    if (question.state === "open") this.#wishes.onAsked(question.sessionKey);
    return applyQuestion(conversation, question, this.#wishes.now());
  }

  #isNext(key: string, follow: Follow, seq: number | undefined, isSnapshot: boolean): boolean {
    if (seq === undefined) return true;
    const { seq: last } = follow;
    if (last !== undefined && (seq < last || (seq === last && !isSnapshot))) return false;
    const isInOrder = last === undefined || seq - last <= 1;
    if (isInOrder || isSnapshot) follow.seq = seq;
    // A snapshot says where the text is, but something before it was missed.
    if (!isInOrder && isSnapshot) void this.#read(key);
    if (!isInOrder && !isSnapshot && !follow.isResuming) this.#catchUp(key);
    return isInOrder || isSnapshot;
  }

  /** Messages from another tab, or from one that was closed: the history has them. Never rejects. */
  async #readUnknown(key: string, ids: readonly string[]): Promise<void> {
    // Our own message may be known to the gateway before its acknowledgement is here.
    await this.#wishes.sent(key);
    if (!knowsMessages(this.#follow(key).conversation.value, ids)) await this.#read(key);
  }

  /** Never rejects; a lost connection comes back through `resume`. */
  #catchUp(key: string): void {
    const follow = this.#follow(key);
    if (follow.isResuming) return;
    follow.isResuming = true;
    if (follow.conversation.value.loading !== "done") this.#set(follow, { loading: "first" });
    void this.#subscribe(key, follow).finally(() => {
      follow.isResuming = false;
    });
  }

  async #subscribe(key: string, follow: Follow): Promise<void> {
    try {
      const answer = fieldsOf(
        await this.#wishes.connection.request("chat.subscribe", this.subscription(key)),
      );
      this.#apply();
      // Whatever was missed and is not sent again comes with the history.
      if (answer["resumed"] !== true) {
        follow.seq = numberOf(answer["seq"]);
        follow.conversation.value = withOpenQuestions(follow.conversation.value, readQuestions(answer));
      }
    } catch (reason) {
      if (!(reason instanceof RefusedRequest)) return this.#failFirst(follow);
      // A conversation that nobody has written in yet cannot be followed, but can be read.
      if (reason.error.code !== "NOT_FOUND") this.#wishes.onProblem(key, reason.error);
    }
    await this.#wishes.sent(key);
    await this.#read(key);
  }

  #read(key: string): Promise<void> {
    const follow = this.#follow(key);
    if (follow.reading) {
      follow.readsAgain = true;
      return follow.reading;
    }
    follow.reading = this.#readNewest(key, follow).finally(() => {
      follow.reading = undefined;
      if (!follow.readsAgain) return;
      follow.readsAgain = false;
      void this.#read(key);
    });
    return follow.reading;
  }

  async #readNewest(key: string, follow: Follow): Promise<void> {
    try {
      const params = { sessionKey: key, limit: PAGE_ROWS };
      const page = readHistory(await this.#wishes.connection.request("chat.history", params));
      this.#apply();
      follow.conversation.value = mergeNewest(follow.conversation.value, page, this.#wishes.now());
    } catch (reason) {
      if (reason instanceof RefusedRequest && reason.error.code === "NOT_FOUND") {
        return this.#set(follow, { loading: "done" });
      }
      if (reason instanceof RefusedRequest) this.#wishes.onProblem(key, reason.error);
      this.#failFirst(follow);
    }
  }

  #failFirst(follow: Follow): void {
    if (follow.conversation.value.loading === "first") this.#set(follow, { loading: "failed" });
  }

  #set(follow: Follow, change: Pick<Conversation, "loading">): void {
    follow.conversation.value = { ...follow.conversation.value, ...change };
  }
}
