import type { Update } from "grammy/types";
import type { ChannelHost, Receipt } from "../../../types.ts";
import type { BotCalls } from "./bot-calls.ts";
import type { Reader } from "./message.ts";
import { type Heard, readUpdate } from "./updates.ts";

export interface IntakeParts {
  readonly calls: Pick<BotCalls, "answerCallbackQuery">;
  readonly host: Pick<ChannelHost, "receive" | "report" | "log">;
  readonly reader: Reader;
  /** The gateway's own id of a button that was pressed; undefined for one that is long forgotten. */
  readonly buttonOf: (data: string) => Promise<string | undefined>;
  /** Told of a group that has got another id. */
  readonly onMoved: (from: string, to: string) => void;
}

/** Hands updates to the gateway, one after the other or side by side as they come. */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #answers = new Set<Promise<void>>();

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /**
   * Hands over all that is in an update. After `taken` it is on the disk and may be acknowledged; on `busy` it has
   * to come again. One that cannot be read is `taken`: it would never let the others through.
   */
  async take(update: Update): Promise<"taken" | "busy"> {
    for (const heard of this.#read(update)) {
      if ((await this.#hand(heard)) === "busy") return "busy";
    }
    if (update.callback_query) this.#answer(update.callback_query.id);
    return "taken";
  }

  /** Resolves once nothing of what was taken is still on its way. */
  async settled(): Promise<void> {
    await Promise.all(this.#answers);
  }

  #read(update: Update): readonly Heard[] {
    const { reader, host } = this.#parts;
    try {
      return readUpdate(update, reader);
    } catch (error) {
      const kinds = Object.keys(update).filter((key) => key !== "update_id");
      host.log.error({ error, update: update.update_id, kinds }, "an update cannot be read and is left out");
      return [];
    }
  }

  async #hand(heard: Heard): Promise<Receipt> {
    const { host, buttonOf, onMoved } = this.#parts;
    if (heard.kind === "message") return host.receive(heard.message);
    const { id, event } = heard;
    if (event.kind === "migrated") onMoved(event.from.chat, event.to.chat);
    if (event.kind !== "button") return host.report(id, event);
    const button = await buttonOf(event.button);
    return button === undefined ? "duplicate" : host.report(id, { ...event, button });
  }

  /** Whoever presses a button sees it turn until it is answered; also one that was pressed before a crash. */
  #answer(query: string): void {
    const answer = this.#makeAnswer(query).finally(() => this.#answers.delete(answer));
    this.#answers.add(answer);
  }

  async #makeAnswer(query: string): Promise<void> {
    const { calls, host } = this.#parts;
    try {
      await calls.answerCallbackQuery(query);
    } catch (error) {
      host.log.debug({ error }, "a pressed button could not be answered");
    }
  }
}
