import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { Connection, RefusedRequest } from "../wire/connection.ts";
import type { ChatEvent, GivenAnswer, QuestionEvent, Welcome, WireError } from "../wire/frames.ts";
import { fieldsOf, readSessions, readWelcome, stringOf } from "../wire/read.ts";
import { type Chosen, readFiles } from "./attachments.ts";
import { CommandBook } from "./commands.ts";
import type { Conversation } from "./conversation.ts";
import { ConversationList, idOfKey, keyOfId, keyWith } from "./conversation-list.ts";
import { keepCredential, readCredential } from "./credential.ts";
import { Feed } from "./feed.ts";
import type { FileShelf, OutgoingFile } from "./file-shelf.ts";
import { SentFiles } from "./sent-files.ts";
import { Outbox, type OutboxEntry } from "./outbox.ts";
import { randomId } from "./random-id.ts";
import type { KeyValueStore } from "./storage.ts";

export interface ChatWishes {
  readonly url: string;
  /** Shared by all tabs, kept. */
  readonly store: KeyValueStore;
  /** Of this tab alone. */
  readonly session: KeyValueStore;
  readonly shelf: FileShelf;
  readonly soon: (work: () => void) => void;
  /** The conversation that the address bar names. */
  readonly startId: string | undefined;
}

/** How long until the gateway is asked again what answers, at first. */
const ASK_MODEL_MS = 500;
/** Conversations at work that are followed without being looked at. */
const FOLLOWED_AT_ONCE = 8;

/** Everything the page can show and do, without a word about how it looks. */
export class Chat {
  readonly list: ConversationList;
  readonly outbox: Outbox;
  readonly commands: CommandBook;
  readonly files: SentFiles;
  readonly feed: Feed;
  readonly connection: Connection;
  readonly current: Signal<string>;
  readonly welcome = signal<Welcome | undefined>(undefined);
  /** True once the gateway came back as another version than the one that served this page. */
  readonly isOutdated = signal(false);
  /** Answers nobody has looked at yet, by conversation. */
  readonly unread = signal<ReadonlyMap<string, number>>(new Map());
  /** What went wrong with a conversation as a whole. */
  readonly problems = signal<ReadonlyMap<string, WireError>>(new Map());
  /** The last answer that ended while this conversation was on the screen, for those who listen. */
  readonly lastAnswer = signal<ChatEvent | undefined>(undefined);
  readonly hasCredential: Signal<boolean>;
  /** The gateway wants to know who is there: from its first refusal until it lets somebody in. */
  readonly isSigningIn = signal(false);
  /** Why the last token or password did not open the door. */
  readonly refusal = signal<WireError | undefined>(undefined);
  readonly conversation: ReadonlySignal<Conversation>;
  readonly outgoing: ReadonlySignal<readonly OutboxEntry[]>;
  readonly #wishes: ChatWishes;
  /** The conversation that this page began last. */
  #fresh: string | undefined;

  constructor(wishes: ChatWishes) {
    this.#wishes = wishes;
    this.hasCredential = signal(readCredential(wishes.session) !== undefined);
    this.connection = new Connection({
      url: wishes.url,
      credential: () => readCredential(wishes.session),
      onReady: (welcome) => this.#ready(welcome),
      onRefused: (error, hadCredential) => this.#refused(error, hadCredential),
      onEvent: (frame) => this.feed.take(frame),
      onQuiet: () => this.wake(),
    });
    this.list = new ConversationList(wishes.store);
    this.outbox = new Outbox(wishes.store, wishes.shelf, (entry, files) => this.#deliver(entry, files));
    this.files = new SentFiles(() => readCredential(wishes.session));
    this.commands = new CommandBook({
      request: (method, params) => this.connection.request(method, params),
      now: () => Date.now(),
    });
    this.feed = new Feed({
      connection: this.connection,
      sent: (key) => this.outbox.settled(key),
      onEnd: (key, event) => this.#ended(key, event),
      onAsked: (key) => {
        if (key !== this.current.value || document.hidden) this.#markUnread(key);
      },
      onProblem: (key, error) => {
        this.problems.value = new Map(this.problems.value).set(key, error);
      },
      now: () => Date.now(),
      soon: wishes.soon,
    });
    this.current = signal(this.#startKey());
    this.conversation = computed(() => this.feed.conversation(this.current.value).value);
    this.outgoing = computed(() =>
      this.outbox.entries.value.filter((entry) => entry.sessionKey === this.current.value),
    );
    effect(() => this.#entitle());
  }

  start(): void {
    this.open(this.current.value);
    this.connection.connect();
  }

  open(key: string): void {
    this.current.value = key;
    this.#wishes.session.set("current", idOfKey(key));
    this.markRead();
    this.feed.open(key);
  }

  /** Shows an empty conversation; it is listed once something is said in it. */
  begin(): void {
    const key = this.#freshKey();
    this.feed.begin(key);
    this.open(key);
  }

  forget(key: string): void {
    this.list.forget(key);
    if (this.current.value !== key) return;
    const next = this.list.listed.value[0];
    if (next) this.open(next.key);
    else this.begin();
  }

  /** Takes a message; it is kept until the gateway has it. Rejects only if a file cannot be read. */
  async send(text: string, chosen: readonly Chosen[]): Promise<void> {
    const sessionKey = this.current.value;
    const files = await readFiles(chosen);
    const attachments = files.map(({ name, mimeType }) => ({ name, mimeType }));
    const atMs = Date.now();
    this.list.touch(sessionKey, text || attachments[0]?.name, atMs);
    await this.outbox.add({ key: randomId(), sessionKey, text, atMs, attachments }, files);
  }

  /** Answers a question; null leaves it. Resolves with what the gateway has against it, if anything. */
  async answer({ sessionKey, id }: QuestionEvent, answer: GivenAnswer): Promise<WireError | undefined> {
    try {
      await this.connection.request("chat.answer", { sessionKey, id, answer });
      return undefined;
    } catch (reason) {
      if (reason instanceof RefusedRequest) return reason.error;
      // It may have arrived: then the question closes by itself as soon as the line is there again.
      return { code: "LOST", message: "", retryable: true };
    }
  }

  /** Stops the running turn. Nothing happens if there is none. */
  async stop(): Promise<void> {
    const sessionKey = this.current.value;
    if (!this.feed.conversation(sessionKey).value.turn) return;
    try {
      await this.connection.request("chat.abort", { sessionKey });
    } catch {
      // Over already, or no connection: what comes next shows which.
    }
  }

  signIn(secret: string): void {
    this.refusal.value = undefined;
    keepCredential(this.#wishes.session, secret);
    this.connection.reconnect();
  }

  signOut(): void {
    keepCredential(this.#wishes.session, undefined);
    this.hasCredential.value = false;
    this.connection.reconnect();
  }

  /** Another tab wrote into the storage that all tabs share. */
  takeFromTabs(): void {
    this.list.reload();
    for (const key of this.outbox.reload()) this.feed.refresh(key);
  }

  /** The network or the person is back. */
  wake(): void {
    this.connection.wake("chat.subscribe", this.feed.subscription(this.current.value));
  }

  markRead(): void {
    if (!this.unread.value.has(this.current.value)) return;
    const unread = new Map(this.unread.value);
    unread.delete(this.current.value);
    this.unread.value = unread;
  }

  #startKey(): string {
    const wanted = this.#wishes.startId ?? this.#wishes.session.get("current");
    const key = (wanted === undefined ? undefined : keyOfId(wanted)) ?? this.list.listed.value[0]?.key;
    if (key !== undefined) return key;
    const fresh = this.#freshKey();
    this.feed.begin(fresh);
    return fresh;
  }

  /** A conversation with whoever answers those that name nobody, as far as this browser has heard. */
  #freshKey(): string {
    this.#fresh = keyWith(this.#wishes.store.get(AGENT_KEY) ?? "main", randomId());
    return this.#fresh;
  }

  /** A conversation that was begun before the gateway could say who answers goes to whoever does. */
  #followAgent(agent = "main"): void {
    if (agent === (this.#wishes.store.get(AGENT_KEY) ?? "main")) return;
    this.#wishes.store.set(AGENT_KEY, agent);
    const key = this.current.value;
    if (key !== this.#fresh || this.list.find(key) || this.outgoing.value.length > 0) return;
    const draft = this.#wishes.store.get(`draft.${key}`);
    const fresh = this.#freshKey();
    if (draft !== undefined) this.#wishes.store.set(`draft.${fresh}`, draft);
    this.feed.begin(fresh);
    this.open(fresh);
  }

  #ready(welcome: Welcome): void {
    this.hasCredential.value = readCredential(this.#wishes.session) !== undefined;
    const before = this.welcome.value?.version;
    if (before !== undefined && welcome.version !== before) this.isOutdated.value = true;
    this.welcome.value = welcome;
    this.isSigningIn.value = false;
    this.refusal.value = undefined;
    this.problems.value = new Map();
    this.#followAgent(welcome.agent);
    this.outbox.flush();
    this.feed.resume(welcome.epoch);
    void this.#listSessions();
    if (welcome.model === undefined) void this.#learnModel();
  }

  /**
   * Right after its start the gateway does not know yet what answers, a real model or the demo: it is asked
   * again until it does. Never rejects: the next connection asks anew.
   */
  async #learnModel(): Promise<void> {
    const { link } = this.connection;
    for (
      let pauseMs = ASK_MODEL_MS;
      link.value === "open";
      pauseMs = Math.min(2 * pauseMs, 30 * ASK_MODEL_MS)
    ) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      try {
        const welcome = readWelcome(await this.connection.request("connect", {}));
        if (welcome.model === undefined) continue;
        this.welcome.value = welcome;
      } catch {
        // Not connected any more, or not let in: whoever connects next learns it.
      }
      return;
    }
  }

  #refused(error: WireError, hadCredential: boolean): void {
    this.isSigningIn.value = true;
    if (!hadCredential) return;
    this.refusal.value = error;
    if (error.code === "UNAUTHORIZED") keepCredential(this.#wishes.session, undefined);
  }

  /** Never rejects: somebody who may not list still has the conversations of this browser. */
  async #listSessions(): Promise<void> {
    try {
      const sessions = readSessions(await this.connection.request("session.list", {}));
      this.list.merge(sessions);
      const atWork = sessions.filter(({ key, running }) => running && this.list.find(key));
      for (const { key } of atWork.slice(0, FOLLOWED_AT_ONCE)) this.feed.open(key);
    } catch {
      // Not allowed, or gone again.
    }
  }

  async #deliver(entry: OutboxEntry, files: readonly OutgoingFile[]): Promise<void> {
    const { key, sessionKey, text, attachments, atMs } = entry;
    const payload = await this.connection.request("chat.send", {
      text,
      sessionKey,
      idempotencyKey: key,
      ...(files.length > 0 ? { attachments: files } : {}),
    });
    const id = stringOf(fieldsOf(payload)["messageId"]) ?? key;
    this.feed.addSent(sessionKey, {
      id,
      role: "user",
      text,
      atMs,
      state: "waiting",
      isLive: true,
      sendKey: key,
      ...(attachments.length > 0 ? { attachments } : {}),
    });
  }

  #ended(key: string, event: ChatEvent): void {
    if (this.list.find(key)) this.list.touch(key, undefined, Date.now());
    const isSeen = key === this.current.value && !document.hidden;
    if (key === this.current.value) this.lastAnswer.value = event;
    if (!isSeen && event.state !== "aborted") this.#markUnread(key);
  }

  #markUnread(key: string): void {
    this.unread.value = new Map(this.unread.value).set(key, (this.unread.value.get(key) ?? 0) + 1);
  }

  /** A conversation from elsewhere gets its title from its first words, once they are here. */
  #entitle(): void {
    const { rows, cursor } = this.conversation.value;
    const first = rows.find((row) => row.role === "user");
    if (first && cursor === undefined) this.list.entitle(this.current.value, first.text);
  }
}

/** Where the browser keeps who answers in new conversations. */
const AGENT_KEY = "agent";
