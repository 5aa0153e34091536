import type { AgentEvent } from "../core/agent.ts";
import type { MessageRef } from "../core/message.ts";
import type { Activity } from "./activity.ts";
import type { BlockReply, SaidMessage } from "./block-reply.ts";
import type { LiveReply } from "./live-reply.ts";
import type { ReplyText } from "./reply-text.ts";

/** How an answer appears in its chat while it is written. */
export interface AnswerView {
  /** An earlier attempt got as far as `messages`. Returns what people have read of one that broke off. */
  resume(messages: readonly SaidMessage[]): string;
  /** `hasChanged` tells whether the event has added something to `text`. */
  see(event: AgentEvent, text: ReplyText, hasChanged: boolean): void;
  /** The answer is complete, or there will be none. */
  close(answer: string): Promise<ShownAnswer>;
}

/** What the chat shows when an answer is complete. */
export interface ShownAnswer {
  /** Messages that hold what the answer was on its way: the answer takes their place. */
  readonly previews: readonly MessageRef[];
  /** Of those, what each that is complete says. */
  readonly sealed?: (page: number) => string | undefined;
  /** What of the answer is still to be said. */
  readonly unsaid: string;
  /** Parts of the answer went out before. */
  readonly hasSpoken: boolean;
}

/** Messages, cards or drafts that grow. */
export class PreviewView implements AnswerView {
  readonly #live: LiveReply;
  readonly #activity: Activity;

  constructor(live: LiveReply, activity: Activity) {
    this.#live = live;
    this.#activity = activity;
  }

  /** The answer begins anew in the previews that are there. */
  resume(): string {
    return "";
  }

  see(event: AgentEvent, text: ReplyText, hasChanged: boolean): void {
    const isBusier = this.#activity.see(event);
    if (!hasChanged && !isBusier) return;
    const activity = this.#activity;
    this.#live.update(() => ({
      text: text.live,
      above: activity.thinking,
      below: activity.tools,
      busySinceMs: activity.toolSinceMs,
    }));
  }

  async close(answer: string): Promise<ShownAnswer> {
    const live = this.#live;
    const previews = await live.close();
    return { previews, sealed: (page) => live.sealed(page), unsaid: answer, hasSpoken: false };
  }
}

/** Finished pieces, each a message of its own. */
export class BlockView implements AnswerView {
  readonly #blocks: BlockReply;
  readonly #previews: readonly MessageRef[];

  /** `previews` were left by an attempt that showed the answer in another way. */
  constructor(blocks: BlockReply, previews: readonly MessageRef[]) {
    this.#blocks = blocks;
    this.#previews = previews;
  }

  resume(messages: readonly SaidMessage[]): string {
    return this.#blocks.resume(messages);
  }

  see(event: AgentEvent): void {
    this.#blocks.see(event);
  }

  async close(answer: string): Promise<ShownAnswer> {
    const unsaid = await this.#blocks.close(answer);
    return { previews: this.#previews, unsaid, hasSpoken: this.#blocks.hasSpoken };
  }
}

/** Nothing before the end. */
export class SilentView implements AnswerView {
  readonly #previews: readonly MessageRef[];

  constructor(previews: readonly MessageRef[]) {
    this.#previews = previews;
  }

  resume(): string {
    return "";
  }

  see(): void {}

  async close(answer: string): Promise<ShownAnswer> {
    return { previews: this.#previews, unsaid: answer, hasSpoken: false };
  }
}
