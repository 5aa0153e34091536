import type { Address } from "./message.ts";
import type { StateLedger } from "./store.ts";

const NAMESPACE = "moved-chat";
/** A group becomes a supergroup once; a ring of addresses ends here. */
const MOST_MOVES = 8;

/** Which chats have got another address: those that somebody wrote down under the old one are found at the new one. */
export class MovedChats {
  readonly #state: StateLedger;

  constructor(state: StateLedger) {
    this.#state = state;
  }

  /** A second time there is nothing left to do. */
  note(from: Address, to: Address): Promise<void> {
    return this.#state.set(NAMESPACE, nameOf(from), JSON.stringify(to));
  }

  /** Where a place is now, a thread of a chat included; itself if it never moved. */
  async now(place: Address): Promise<Address> {
    let found = place;
    for (let moves = 0; moves < MOST_MOVES; moves += 1) {
      const to = await this.#state.get(NAMESPACE, nameOf(found));
      if (to === undefined) break;
      found = movedPlace(found, JSON.parse(to) as Address);
    }
    return found;
  }
}

/** A place in a chat that is `to` now. */
export function movedPlace({ thread, ...place }: Address, to: Address): Address {
  return thread === undefined ? to : { ...place, thread, chat: to.chat };
}

const nameOf = ({ channel, account, chat }: Address) => JSON.stringify([channel, account, chat]);
