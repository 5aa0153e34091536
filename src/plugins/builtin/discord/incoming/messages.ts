import type { APIGuildMember } from "discord-api-types/v10";
import type { Clock } from "../../../../lib/clock.ts";
import { handOver } from "../../../hand-over.ts";
import type { ChannelHost, InboundMessage } from "../../../types.ts";
import type { AutoThread } from "./auto-thread.ts";
import type { BackFill } from "./back-fill.ts";
import type { Bookmarks } from "./bookmarks.ts";
import { BotExchange } from "./bot-exchange.ts";
import type { DiscordCalls } from "./discord-calls.ts";
import { type HeardMessage, isOfProgram, readMessage, type Reader } from "./message.ts";
import type { PatientCalls } from "./patient-calls.ts";
import type { Place } from "./places.ts";
import { idBefore, isAfter } from "./snowflake.ts";

export interface MessagesParts {
  readonly host: Pick<ChannelHost, "receive" | "log">;
  readonly reader: Reader;
  readonly bookmarks: Bookmarks;
  readonly backFill: Pick<BackFill, "messagesAfter">;
  readonly autoThread: Pick<AutoThread, "placeOf">;
  readonly calls: Pick<DiscordCalls, "member">;
  readonly patient: Pick<PatientCalls, "ask">;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

type Members = Map<string, Promise<APIGuildMember | undefined>>;

/** For about five minutes, by how `PatientCalls` waits: so long what is new in a chat waits for what came before it. */
const MOST_TRIES = 11;

/** Hands over what is written, and notes how far a chat was read. One message of a chat at a time. */
export class Messages {
  readonly #parts: MessagesParts;
  readonly #exchange = new BotExchange();

  constructor(parts: MessagesParts) {
    this.#parts = parts;
  }

  /** Whether the bot listens in a chat: what is written in others is no matter of its own, and is not remembered. */
  isHeard(place: Place): boolean {
    const { settings, places } = this.#parts.reader;
    const { access } = settings.of(places.addressIn(place));
    return place.kind === "dm" ? access.dmPolicy !== "disabled" : access.group?.isOpen === true;
  }

  /** A message that Discord has just told of. */
  async take(raw: HeardMessage, place: Place): Promise<void> {
    if (this.isHeard(place)) await this.#parts.bookmarks.keep(place, idBefore(raw.id));
    await this.#take(raw, place, () => Promise.resolve(raw));
    this.#parts.bookmarks.noteLine(raw.id);
  }

  /**
   * All that was written in a chat after `from` (since it was last read, when absent), and before `end` if there is
   * one. Resolves with whether it could be read; as long as it could not, the chat's bookmark stays where it is.
   */
  async fill(place: Place, from?: string, end?: string): Promise<boolean> {
    const { bookmarks, backFill, host } = this.#parts;
    const start = from ?? bookmarks.startOf(place.id, place.guild);
    if (!this.isHeard(place)) return true;
    await bookmarks.keep(place, start);
    // What is new has waited once.
    const found = await backFill.messagesAfter(place.id, start, bookmarks.isHeld(place.id) ? 1 : MOST_TRIES);
    if (!found) {
      bookmarks.hold(place.id);
      return false;
    }
    bookmarks.release(place.id);
    const missed = end === undefined ? found : found.filter(({ id }) => isAfter(end, id));
    if (missed.length > 0)
      host.log.info({ chat: place.id, count: missed.length }, "reads what was written meanwhile");
    const members: Members = new Map();
    for (const raw of missed) await this.#take(raw, place, () => this.#withMember(raw, place, members));
    return true;
  }

  async #take(raw: HeardMessage, place: Place, complete: () => Promise<HeardMessage>): Promise<void> {
    const { bookmarks, reader } = this.#parts;
    const isHeard = this.isHeard(place);
    if (!isOfProgram(raw)) this.#exchange.notePerson(place.id);
    const first = readMessage(raw, place, reader);
    // In chats that are closed only what calls the bot matters: an owner is told of it.
    if (first && (isHeard || first.isForBot)) {
      const whole = await complete();
      const message = whole === raw ? first : readMessage(whole, place, reader);
      if (message && this.#mayPass(message, place)) await this.#hand(message, whole, place);
    }
    if (isHeard) bookmarks.move(place, raw.id);
  }

  async #hand(message: InboundMessage, raw: HeardMessage, place: Place): Promise<void> {
    const { host, autoThread, reader, bookmarks, clock, signal } = this.#parts;
    const { places, settings } = reader;
    const settled = await autoThread.placeOf(message, raw, place, settings.of(message.address));
    if (settled !== place) await bookmarks.keep(settled, raw.id);
    const address = places.addressIn(settled);
    const within = settled === place ? message.within : { ...message.within, parent: place.id };
    const placed = { ...message, address, ...(within ? { within } : {}) };
    const about = { chat: place.id, id: raw.id };
    const isOver = await handOver(() => host.receive(placed), { clock, log: host.log, signal, about });
    // What was not taken has to come again with the next start.
    if (!isOver) signal.throwIfAborted();
  }

  /** What a program writes and nobody answers is context, as much of it as there is. */
  #mayPass({ id, sender, isForBot, address }: InboundMessage, place: Place): boolean {
    const { clock, host, reader } = this.#parts;
    const isAnswered = isForBot || reader.settings.of(address).access.group?.requireMention === false;
    if (!sender.isBot || !isAnswered) return true;
    const { may, isFirstRefused } = this.#exchange.mayPass(place.id, id, clock.now());
    if (isFirstRefused) {
      host.log.warn(
        { chat: place.id, bot: sender.name },
        "two programs talk to each other; a person has to write first",
      );
    }
    return may;
  }

  /** What is fetched does not tell the roles of whoever wrote it. They matter for access and for bindings. */
  async #withMember(raw: HeardMessage, { guild }: Place, members: Members): Promise<HeardMessage> {
    const { calls, patient } = this.#parts;
    const user = raw.author.id;
    if (guild === undefined || isOfProgram(raw)) return raw;
    const asked =
      members.get(user) ?? patient.ask("a member of a server", (signal) => calls.member(guild, user, signal));
    members.set(user, asked);
    const member = await asked;
    return member ? { ...raw, member } : raw;
  }
}
