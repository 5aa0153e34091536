import type { Address } from "../core/message.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { DeliveryKey, StateLedger } from "../core/store.ts";
import { KeyedMutex } from "../lib/keyed-mutex.ts";

/** What has to be known of a question to close it after a crash. */
export interface QuestionRecord {
  readonly key: DeliveryKey;
  readonly to: Address;
  /** The session in whose history it stands. */
  readonly shownIn: SessionKey;
  readonly title: string;
}

const NAMESPACE = "questions";

/** Which questions people still see as open, by the session that asks: what outlives a crash of them. */
export class QuestionRecords {
  readonly #state: StateLedger;
  readonly #oneByOne = new KeyedMutex();

  constructor(state: StateLedger) {
    this.#state = state;
  }

  /** Notes a question, before it is shown. */
  add(asker: SessionKey, record: QuestionRecord): Promise<void> {
    return this.#change(asker, (records) => [...records, record]);
  }

  /** Forgets a question, once it is seen to be closed. */
  remove(asker: SessionKey, key: DeliveryKey): Promise<void> {
    return this.#change(asker, (records) => records.filter((record) => record.key !== key));
  }

  async of(asker: SessionKey): Promise<readonly QuestionRecord[]> {
    const text = await this.#state.get(NAMESPACE, asker);
    // Nobody else writes under this name.
    return text === undefined ? [] : (JSON.parse(text) as QuestionRecord[]);
  }

  #change(
    asker: SessionKey,
    change: (records: readonly QuestionRecord[]) => readonly QuestionRecord[],
  ): Promise<void> {
    return this.#oneByOne.run(asker, async () => {
      await this.#state.set(NAMESPACE, asker, JSON.stringify(change(await this.of(asker))));
    });
  }
}
