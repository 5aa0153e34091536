import type { Clock } from "../../../../lib/clock.ts";
import type { ChannelState, Logger } from "../../../types.ts";
import type { KnownPlaces, Place } from "./places.ts";
import { idAt, isAfter, laterOf } from "./snowflake.ts";

/**
 * So many chats in servers are remembered, and so many private ones, of which nobody else tells; of each the one that
 * was quiet longest goes first.
 */
const MOST_CHATS = 500;
/** Where a chat was read to is on the disk so long after; who reads it again meets what is known. */
const WRITE_AFTER_MS = 2000;
/** Messages of different chats may be told out of order: what is this close to the youngest one may still come. */
const MARGIN_MS = 60_000;
const KEY = "bookmarks";

interface Bookmark {
  readonly place: Place;
  /** The last message that was handed over, or left out for good. */
  readonly upTo: string;
  /** A message after it that is answered in the chat itself, though it might have had a thread. */
  readonly here?: string;
}

/** As it is kept: short, since there are many. */
type Kept = readonly [
  id: string,
  upTo: string,
  kind: Place["kind"],
  guild: string,
  parent: string,
  user: string,
  isOurs: 0 | 1,
  here: string | undefined,
];

export interface BookmarkParts {
  readonly state: ChannelState;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * How far each chat has been read, so that what was written while nobody listened can be fetched. A chat without a
 * bookmark has been read as far as the line as a whole, or as far as that was when its server went out of sight. Lags
 * behind on the disk by a few seconds, never ahead.
 */
export class Bookmarks implements KnownPlaces {
  readonly #parts: BookmarkParts;
  readonly #marks = new Map<string, Bookmark>();
  /** Chats that are not on the disk yet. */
  readonly #unwritten = new Set<string>();
  /** Servers that have not been described, by where their chats without a bookmark have been read to. */
  readonly #awaited = new Map<string, string>();
  /** Chats that are read on although what was written after their bookmark could not be read. */
  readonly #held = new Set<string>();
  /** What came before the account was first there is no business of its. */
  #first: string | undefined;
  #floor: string | undefined;
  #isChanged = false;
  #waiting: AbortController | undefined;

  constructor(parts: BookmarkParts) {
    this.#parts = parts;
  }

  /** Reads what is kept. What cannot be read counts as nothing: all begins anew. */
  async load(): Promise<void> {
    const { state, log } = this.#parts;
    this.#marks.clear();
    this.#unwritten.clear();
    this.#awaited.clear();
    this.#held.clear();
    this.#first = undefined;
    this.#floor = undefined;
    try {
      const kept = read(await state.get(KEY));
      this.#first = kept?.first;
      this.#floor = kept?.floor;
      for (const mark of kept?.marks ?? []) this.#marks.set(mark.place.id, mark);
      for (const [guild, upTo] of kept?.awaited ?? []) this.#awaited.set(guild, upTo);
    } catch (error) {
      log.error({ error }, "how far the chats were read is lost: what was written meanwhile is not fetched");
    }
  }

  of(chat: string): Place | undefined {
    return this.#marks.get(chat)?.place;
  }

  get places(): readonly Place[] {
    return [...this.#marks.values()].map(({ place }) => place);
  }

  /** Whether this account has never read anything. */
  get isNew(): boolean {
    return this.#floor === undefined;
  }

  /** Up to where the line as a whole has been read. */
  get lineUpTo(): string {
    return this.#floor ?? idAt(this.#parts.clock.now());
  }

  /** The account is there for the first time. */
  beginWith(id: string): void {
    this.#first = id;
    this.noteLine(id);
  }

  /** The line as a whole has been read up to here; only ever moves on. */
  noteLine(id: string): void {
    if (this.#floor !== undefined && !isAfter(id, this.#floor)) return;
    this.#floor = id;
    this.#change();
  }

  /** A session has begun, in which these servers will be described: until then the line as a whole leaves them where they are. */
  awaitGuilds(guilds: readonly string[]): void {
    const expected = new Set(guilds);
    for (const gone of [...this.#awaited.keys()].filter((guild) => !expected.has(guild)))
      this.noteDescribed(gone);
    for (const guild of guilds) this.awaitGuild(guild);
  }

  /** Nothing is told of a server until it is described, maybe once more. */
  awaitGuild(guild: string): void {
    if (this.#awaited.has(guild)) return;
    this.#awaited.set(guild, this.startOfOthers);
    this.#change();
  }

  /** A server was described, or has gone: from now on its chats without a bookmark are read as far as the line. */
  noteDescribed(guild: string): void {
    if (this.#awaited.delete(guild)) this.#change();
  }

  /** The message after which chats without a bookmark have not been read in a server that was not described yet. */
  startOfAwaited(guild: string | undefined): string | undefined {
    return guild === undefined ? undefined : this.#awaited.get(guild);
  }

  /** The message after which a chat, in this server if it is in one, has not been read. */
  startOf(chat: string, guild?: string): string {
    return this.#marks.get(chat)?.upTo ?? this.startOfAwaited(guild) ?? this.startOfOthers;
  }

  knows({ id }: Place): boolean {
    return this.#marks.has(id);
  }

  /** The same for a chat without a bookmark, in no server or in one that was described. */
  get startOfOthers(): string {
    const floor = BigInt(this.lineUpTo);
    return laterOf(String(floor > MARGIN ? floor - MARGIN : 0n), this.#first ?? this.lineUpTo);
  }

  /** A chat has been read up to a message; the line need not have come there yet. */
  move(place: Place, upTo: string): void {
    const known = this.#marks.get(place.id)?.upTo;
    if (known === undefined) this.#mark(place, upTo);
    else this.#mark(place, this.isHeld(place.id) ? known : laterOf(known, upTo));
  }

  /** From now on the bookmark of a chat stays where it is, whatever is read: what comes right after it was not. */
  hold(chat: string): void {
    if (this.#marks.has(chat)) this.#held.add(chat);
  }

  release(chat: string): void {
    this.#held.delete(chat);
  }

  isHeld(chat: string): boolean {
    return this.#held.has(chat);
  }

  /** Remembers a chat that is new, which has been read up to `upTo`: what is ahead in other chats leaves it there. */
  begin(place: Place, upTo: string): void {
    if (this.#marks.has(place.id)) return;
    this.#unwritten.add(place.id);
    this.#mark(place, upTo);
  }

  /** Resolves once a chat that is new is on the disk: what comes after will be found again. */
  async keep(place: Place, upTo: string): Promise<void> {
    this.begin(place, upTo);
    if (this.#unwritten.has(place.id)) await this.write();
  }

  /** Resolves once it is on the disk that a message is answered in its chat: it is again where it comes again. */
  async keepHere(place: Place, message: string): Promise<void> {
    this.#mark(place, this.startOf(place.id, place.guild), message);
    await this.write();
  }

  isKeptHere(chat: string, message: string): boolean {
    return this.#marks.get(chat)?.here === message;
  }

  forget(chat: string): void {
    if (!this.#marks.delete(chat)) return;
    this.#unwritten.delete(chat);
    this.#held.delete(chat);
    this.#change();
  }

  /** Writes what has changed, now. Never rejects. */
  async write(): Promise<void> {
    const { state, log } = this.#parts;
    this.#waiting?.abort();
    this.#waiting = undefined;
    if (!this.#isChanged) return;
    this.#isChanged = false;
    const unwritten = [...this.#unwritten];
    try {
      await state.set(KEY, this.#asText());
      for (const chat of unwritten) this.#unwritten.delete(chat);
    } catch (error) {
      this.#isChanged = true;
      log.warn({ error }, "how far the chats were read could not be noted yet");
    }
  }

  #mark(place: Place, upTo: string, here = this.#marks.get(place.id)?.here): void {
    const isNew = !this.#marks.delete(place.id);
    const isAhead = here !== undefined && isAfter(here, upTo);
    this.#marks.set(place.id, { place, upTo, ...(isAhead ? { here } : {}) });
    if (isNew && this.#marks.size > MOST_CHATS) this.#shorten(place.kind === "dm");
    this.#change();
  }

  #shorten(isDirect: boolean): void {
    const alike = this.places.filter(({ kind }) => (kind === "dm") === isDirect);
    const [oldest] = alike;
    if (alike.length > MOST_CHATS && oldest) this.forget(oldest.id);
  }

  #change(): void {
    this.#isChanged = true;
    void this.#writeLater();
  }

  async #writeLater(): Promise<void> {
    if (this.#waiting) return;
    const waiting = new AbortController();
    this.#waiting = waiting;
    await this.#parts.clock.sleep(WRITE_AFTER_MS, waiting.signal);
    if (!waiting.signal.aborted) await this.write();
  }

  #asText(): string {
    const chats = [...this.#marks.values()].map(({ place, upTo, here = "" }): Kept => {
      const { id, kind, guild = "", parent = "", user = "", isOurs } = place;
      return [id, upTo, kind, guild, parent, user, isOurs ? 1 : 0, here];
    });
    const awaited = [...this.#awaited];
    return JSON.stringify({ first: this.#first, floor: this.#floor, chats, awaited });
  }
}

const MARGIN = BigInt(MARGIN_MS) << 22n;

function read(text: string | undefined) {
  if (text === undefined) return undefined;
  // Written by `#asText`.
  const { first, floor, chats, awaited } = JSON.parse(text) as {
    first: string;
    floor: string;
    chats: readonly Kept[];
    awaited?: readonly (readonly [guild: string, upTo: string])[];
  };
  return { first, floor, marks: chats.map(bookmarkOf), awaited };
}

function bookmarkOf([id, upTo, kind, guild, parent, user, isOurs, here]: Kept): Bookmark {
  const place: Place = {
    id,
    kind,
    ...(guild ? { guild } : {}),
    ...(parent ? { parent } : {}),
    ...(user ? { user } : {}),
    ...(isOurs ? { isOurs: true } : {}),
  };
  return { place, upTo, ...(here ? { here } : {}) };
}
