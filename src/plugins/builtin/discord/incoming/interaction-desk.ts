import type { APIInteraction } from "discord-api-types/v10";
import type { Clock } from "../../../../lib/clock.ts";
import { handOver } from "../../../hand-over.ts";
import type { ChannelHost } from "../../../types.ts";
import type { DiscordCalls } from "./discord-calls.ts";
import {
  type Acknowledged,
  acknowledgement,
  isCommand,
  readInteraction,
  silentAnswer,
} from "./interactions.ts";
import type { Reader } from "./message.ts";
import type { Place } from "./places.ts";

export interface InteractionDeskParts {
  readonly calls: Pick<DiscordCalls, "answer">;
  readonly host: Pick<ChannelHost, "receive" | "report" | "log">;
  readonly reader: Reader;
  /** The gateway's own id of a button that was pressed; undefined for one that is long forgotten. */
  readonly buttonOf: (data: string) => Promise<string | undefined>;
  /** What the gateway calls a command that was chosen from Discord's menu. */
  readonly commandNameOf: (typed: string) => string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Discord gives up on an answer after three seconds; some of that is the way. */
const PATIENCE_MS = 1500;
/** So many wait in memory for the gateway; whoever comes then is asked to come again. */
const MOST_WAITING = 200;

/**
 * Takes commands and presses: they are on the disk first, and acknowledged then; but in time even where the gateway
 * is too busy to take them, which it does later. The work goes on in ordinary messages.
 */
export class InteractionDesk {
  readonly #parts: InteractionDeskParts;
  readonly #running = new Set<Promise<void>>();
  #waiting = 0;

  constructor(parts: InteractionDeskParts) {
    this.#parts = parts;
  }

  /** What comes from a chat in which the bot does not listen is passed on, so that an owner is told of it. */
  take(interaction: APIInteraction, place: Place, isHeard: boolean): void {
    const hasRoom = this.#waiting < MOST_WAITING;
    this.#keep(hasRoom ? this.#take(interaction, place, isHeard) : this.#acknowledge(interaction, "refused"));
  }

  /** For a chat that the gateway cannot write in. */
  turnAway(interaction: APIInteraction): void {
    this.#keep(this.#acknowledge(interaction, "elsewhere"));
  }

  /** Resolves once nothing is in work. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #take(interaction: APIInteraction, place: Place, isHeard: boolean): Promise<void> {
    const { clock, host, signal } = this.#parts;
    const late = new AbortController();
    this.#waiting += 1;
    const given = this.#hand(interaction, place).finally(() => {
      this.#waiting -= 1;
      late.abort();
    });
    // What comes of it is awaited below.
    given.catch(() => undefined);
    await Promise.race([given.catch(() => undefined), clock.sleep(PATIENCE_MS, late.signal)]);
    const isTaken = !late.signal.aborted || (await given.catch(() => true));
    const state = !isTaken ? "stopping" : late.signal.aborted ? "taken" : "busy";
    await this.#acknowledge(interaction, isHeard ? state : "elsewhere");
    try {
      await given;
    } catch (error) {
      if (!signal.aborted)
        host.log.error({ error, interaction: interaction.id }, "a command or a press is left out");
    }
  }

  /** False where the gateway stops before it is on the disk: Discord does not tell of it again. */
  async #hand(interaction: APIInteraction, place: Place): Promise<boolean> {
    const { host, reader, buttonOf, commandNameOf, clock, signal } = this.#parts;
    const heard = readInteraction(interaction, place, reader, commandNameOf);
    if (!heard) return true;
    const parts = { clock, log: host.log, signal, about: { interaction: interaction.id } };
    if (heard.kind === "command") return handOver(() => host.receive(heard.message), parts);
    const button = await buttonOf(heard.data);
    if (button === undefined) return true;
    const { id, event } = heard.event(button);
    return handOver(() => host.report(id, event), parts);
  }

  /** Harmless where it comes too late, or once more: the person has seen what there is to see. */
  async #acknowledge(interaction: APIInteraction, state: Acknowledged): Promise<void> {
    const { calls, host } = this.#parts;
    const locale = "locale" in interaction ? { locale: interaction.locale } : {};
    const answer = isCommand(interaction) ? acknowledgement(locale, state) : silentAnswer(interaction);
    try {
      await calls.answer(interaction, answer);
    } catch (error) {
      host.log.debug(
        { error, interaction: interaction.id },
        "a command or a press could not be acknowledged",
      );
    }
  }

  #keep(work: Promise<void>): void {
    const kept = work.finally(() => this.#running.delete(kept));
    this.#running.add(kept);
  }
}
