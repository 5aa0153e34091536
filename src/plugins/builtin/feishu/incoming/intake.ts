import { KeyedMutex } from "../../../../lib/keyed-mutex.ts";
import type { Clock } from "../../../../lib/clock.ts";
import type { ChannelHost } from "../../../types.ts";
import { toChannelError } from "../outgoing/errors.ts";
import { type Happening, readHappenings } from "./happenings.ts";
import { type Reader, readMessage } from "./message.ts";
import { asRecord, type ReceivedEvent, type Told } from "./wire.ts";

export interface IntakeParts {
  readonly host: Pick<ChannelHost, "receive" | "report" | "log">;
  readonly reader: Reader;
  readonly clock: Clock;
}

const MESSAGE = "im.message.receive_v1";
/** Feishu waits three seconds for an answer: this much of it may go by with questions about names and quotes. */
const ASK_MS = 1500;

/** Hands what Feishu tells to the gateway: in order within a chat, side by side otherwise. */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #inOrder = new KeyedMutex();

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /**
   * Hands over an event. After `taken` it is on the disk and may be acknowledged; on `busy` it has to come again. One
   * that cannot be read is `taken`: it would come again and again.
   */
  async take(told: Told): Promise<"taken" | "busy"> {
    const over = new AbortController();
    const asking = new AbortController();
    // From when it came: what waits in its chat for others has the less time for questions.
    void this.#parts.clock.sleep(ASK_MS, over.signal).then(() => asking.abort());
    try {
      return await this.#inOrder.run(chatOf(told), () => this.#takeNext(told, asking.signal));
    } finally {
      over.abort();
    }
  }

  async #takeNext(told: Told, signal: AbortSignal): Promise<"taken" | "busy"> {
    if (told.type === MESSAGE) return this.#takeMessage(told, signal);
    const happenings = await this.#read(told, () => this.#happenings(told, signal), []);
    if (happenings === "busy") return "busy";
    for (const { id, event } of happenings) {
      if ((await this.#parts.host.report(id, event)) === "busy") return "busy";
    }
    return "taken";
  }

  async #takeMessage(told: Told, signal: AbortSignal): Promise<"taken" | "busy"> {
    const { reader, host } = this.#parts;
    // The platform vouches for the shape of its events, and whoever got here knows its secrets.
    const event = told.event as ReceivedEvent;
    const message = await this.#read(told, () => readMessage(event, reader, signal), undefined);
    if (message === "busy") return "busy";
    if (!message) return "taken";
    return (await host.receive(message)) === "busy" ? "busy" : "taken";
  }

  #happenings(told: Told, signal: AbortSignal): Promise<readonly Happening[]> {
    return readHappenings(told, this.#parts.reader, signal);
  }

  /** What cannot be read without an answer of Feishu's, and had none that is for good, is to come again. */
  async #read<T>({ id, type }: Told, read: () => Promise<T>, nothing: T): Promise<T | "busy"> {
    try {
      return await read();
    } catch (error) {
      if (toChannelError(error, type).retry !== "never") return "busy";
      this.#parts.host.log.error({ error, event: id, type }, "an event cannot be read and is left out");
      return nothing;
    }
  }
}

/** The chat of an event, as far as it says so itself. */
function chatOf({ event, id }: Told): string {
  const fields = asRecord(event) ?? {};
  const chat = asRecord(fields["message"])?.["chat_id"] ?? fields["chat_id"];
  return typeof chat === "string" ? chat : id;
}
