import type { Api } from "grammy";
import type { Address, MessageRef } from "../../../types.ts";
import type { MessageNames } from "../message-names.ts";
import { movedTo, toChannelError } from "./errors.ts";
import { chatIdOf } from "./place.ts";

/** Told once for each group that has become a supergroup. */
export type OnMoved = (from: string, to: string) => void;

/** grammY's raw calls: one function for each method of the Bot API. */
export type RawApi = Api["raw"];

/** Calls to the Bot API that reject with `ChannelError` only and follow a group to its new id. */
export class Calls {
  readonly #api: Api;
  readonly #onMoved: OnMoved;
  readonly #names: MessageNames;
  readonly #moves = new Map<string, string>();

  constructor(api: Api, onMoved: OnMoved, names: MessageNames) {
    this.#api = api;
    this.#onMoved = onMoved;
    this.#names = names;
  }

  /** What the gateway calls a message that Telegram has taken for `to`. */
  refTo(to: Address, message: number): MessageRef {
    const chat = this.nowAt(to.chat);
    return { address: { ...to, chat }, id: this.#names.nameOf(chat, message) };
  }

  /** The id that a chat has now. */
  nowAt(chat: string): string {
    return this.#moves.get(chat) ?? chat;
  }

  /** A call that is about no chat. */
  async make<T>(method: string, call: (raw: RawApi) => Promise<T>): Promise<T> {
    try {
      return await call(this.#api.raw);
    } catch (error) {
      throw toChannelError(error, method);
    }
  }

  /** A call about a chat. */
  async at<T>(
    chat: string,
    method: string,
    call: (raw: RawApi, chatId: number | string) => Promise<T>,
  ): Promise<T> {
    const here = this.nowAt(chat);
    try {
      return await call(this.#api.raw, chatIdOf(here));
    } catch (error) {
      const there = movedTo(error);
      if (there === undefined || there === here) throw toChannelError(error, method);
      this.noteMove(chat, there);
      return this.at(chat, method, call);
    }
  }

  /** From now on what goes to `from` goes to `to`. */
  noteMove(from: string, to: string): void {
    if (this.#moves.get(from) === to) return;
    this.#moves.set(from, to);
    this.#onMoved(from, to);
  }
}
