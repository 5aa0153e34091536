import type { RESTPostAPICurrentUserCreateDMChannelResult } from "discord-api-types/v10";
import type { ChannelMemory } from "../../../channel-memory.ts";
import type { Address } from "../../../types.ts";
import type { Rest, RestCall } from "./api.ts";
import { isKind, toChannelError } from "./errors.ts";
import { placeIn } from "./place.ts";

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** It puts something new into a chat: whether that happened may be in doubt. */
  readonly adds?: boolean;
}

/** Calls to Discord that reject with `ChannelError` only, and know the channel behind every address. */
export class Calls {
  readonly #rest: Rest;
  readonly #memory: ChannelMemory;

  constructor(rest: Rest, memory: ChannelMemory) {
    this.#rest = rest;
    this.#memory = memory;
  }

  /** A call that is about no chat. */
  async make<T>(call: RestCall, { signal, adds = false }: CallOptions = {}): Promise<T> {
    try {
      return await this.#rest.call<T>(call, signal);
    } catch (error) {
      throw toChannelError(error, !adds);
    }
  }

  /** A call about a chat; the direct chat with a person is opened where it is not known. */
  async at<T>(to: Address, call: (channel: string) => RestCall, options: CallOptions = {}): Promise<T> {
    if (to.scope !== "dm") return this.make(call(placeIn(to)), options);
    const person = placeIn(to);
    const known = await this.#memory.get(directKey(person));
    const channel = known ?? (await this.#openDirect(person, options.signal));
    try {
      return await this.make(call(channel), options);
    } catch (error) {
      // A chat that cannot be seen is that of the bot which had this account before.
      if (known === undefined || !isKind(error, "chat-gone", "no-access")) throw error;
      const opened = await this.#openDirect(person, options.signal);
      if (opened === known) throw error;
      return this.make(call(opened), options);
    }
  }

  /** The direct chat with a person has this id. */
  async noteDirect(person: string, channel: string): Promise<void> {
    await this.#memory.set(directKey(person), channel);
  }

  async #openDirect(person: string, signal: AbortSignal | undefined): Promise<string> {
    const body = { recipient_id: person };
    const call = { method: "POST", path: "/users/@me/channels", body } as const;
    const { id } = await this.make<RESTPostAPICurrentUserCreateDMChannelResult>(call, { signal });
    await this.noteDirect(person, id);
    return id;
  }
}

function directKey(person: string): string {
  return `direct/${person}`;
}
