import type { APIMessage, APIReaction } from "discord-api-types/v10";
import type { MessageRef } from "../../../types.ts";
import type { Calls } from "./calls.ts";
import { isKind } from "./errors.ts";
import { messagePath } from "./place.ts";
import { reactionFor, simplerThan } from "./reactions.ts";

/** What is done to messages that are there: reactions and pins. */
export class Marks {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** An empty `emoji` takes away all that we have given. */
  async react(ref: MessageRef, emoji: string): Promise<void> {
    if (emoji.trim() !== "") {
      await this.#add(ref, reactionFor(emoji));
      return;
    }
    const { reactions = [] } = await this.#calls.at<APIMessage>(ref.address, (channel) => ({
      method: "GET",
      path: messagePath(channel, ref.id),
    }));
    for (const reaction of reactions) if (reaction.me) await this.#takeAway(ref, pathOf(reaction));
  }

  /** Where a server is older, or a proxy in between, there is the older way. */
  async pin({ address, id }: MessageRef): Promise<void> {
    const pinAt = (base: (channel: string) => string) =>
      this.#calls.at<void>(address, (channel) => {
        // Only ids get into a path.
        messagePath(channel, id);
        return { method: "PUT", path: `/channels/${channel}/${base(id)}` };
      });
    try {
      await pinAt((message) => `messages/pins/${message}`);
    } catch (error) {
      if (!isKind(error, "unknown-route")) throw error;
      await pinAt((message) => `pins/${message}`);
    }
  }

  async #add(ref: MessageRef, reaction: string): Promise<void> {
    try {
      await this.#calls.at<void>(ref.address, (channel) => ({
        method: "PUT",
        path: ownReaction(channel, ref.id, encodeURIComponent(reaction)),
      }));
    } catch (error) {
      const simpler = isKind(error, "bad-emoji") ? simplerThan(reaction) : undefined;
      if (simpler === undefined) throw error;
      await this.#add(ref, simpler);
    }
  }

  async #takeAway(ref: MessageRef, reaction: string): Promise<void> {
    try {
      await this.#calls.at<void>(ref.address, (channel) => ({
        method: "DELETE",
        path: ownReaction(channel, ref.id, reaction),
      }));
    } catch (error) {
      // Somebody else has taken it away.
      if (!isKind(error, "bad-emoji")) throw error;
    }
  }
}

function ownReaction(channel: string, message: string, reaction: string): `/${string}` {
  return `${messagePath(channel, message)}/reactions/${reaction}/@me`;
}

function pathOf({ emoji }: APIReaction): string {
  return encodeURIComponent(emoji.id === null ? (emoji.name ?? "") : `${emoji.name}:${emoji.id}`);
}
