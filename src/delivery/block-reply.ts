import type { AgentEvent } from "../core/agent.ts";
import { isSilence } from "../core/silence.ts";
import type { Logger } from "../lib/logger.ts";
import { AlreadySaid, saidOf } from "./already-said.ts";
import { blockEnd } from "./block-end.ts";

export interface BlockReplyParts {
  /** What earlier attempts at the turn have said, piece by piece. */
  readonly said: readonly string[];
  /** Makes a piece durable, on its way into the chat. */
  readonly post: (words: string) => Promise<void>;
  /** Once it aborts nothing more goes out by itself: somebody else may have the turn. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** A message of an earlier attempt as pi's transcript has it. */
export interface SaidMessage {
  readonly text: string;
  readonly stopReason?: string | undefined;
}

/** As seldom as this a text without line ends is looked at for a place to cut. */
const LOOK_AT_LETTERS = 40;

/**
 * Says an answer while it is being written: each finished piece is a message of its own, on its way for good. What
 * was said on the way to a tool counts as said, and no piece is said twice, however often a model begins anew.
 */
export class BlockReply {
  readonly #parts: BlockReplyParts;
  /** The message that is being written, and how much of it has gone out. */
  #text = "";
  #sent = 0;
  #lookedAt = 0;
  /** It is complete, and its end has not gone out: perhaps it is the end of the answer. */
  #hasEnded = false;
  #said: AlreadySaid;
  /** What it held when the message began. */
  #saidBefore: string;
  #isFed = false;
  #hasSpoken: boolean;
  #posts: Promise<void> = Promise.resolve();
  /** What was to go out and could not, in order. */
  readonly #unposted: string[] = [];

  constructor(parts: BlockReplyParts) {
    this.#parts = parts;
    this.#saidBefore = parts.said.join("\n\n");
    this.#said = new AlreadySaid(parts.said);
    this.#hasSpoken = parts.said.length > 0;
  }

  /**
   * An earlier attempt got as far as these messages: what of them has not been said is now. Returns what people have
   * read of a message that broke off.
   */
  resume(messages: readonly SaidMessage[]): string {
    const { lengths, others } = saidOf(
      messages.map(({ text }) => text),
      this.#parts.said,
    );
    for (const [index, { text, stopReason }] of messages.entries()) {
      this.#begin();
      this.#isFed = true;
      this.#text = text;
      this.#sent = lengths[index] ?? 0;
      this.#end(stopReason);
    }
    const begun = others.join("\n\n");
    this.#setSaid(begun);
    return begun;
  }

  /** Whether anything of the answer has gone out, now or in an earlier attempt. */
  get hasSpoken(): boolean {
    return this.#hasSpoken;
  }

  see(event: AgentEvent): void {
    switch (event.type) {
      case "message_start":
      case "steered":
        return this.#begin();
      case "text":
        this.#isFed = true;
        this.#text += event.delta;
        if (this.#isTimeToLook(event.delta)) this.#advance();
        return;
      case "message_end":
        this.#isFed = true;
        if (this.#text === "") this.#text = event.text;
        this.#complete();
        return this.#end(event.stopReason);
      default:
        return;
    }
  }

  /** What of `answer` is still to be said, when everything else is on its way. */
  async close(answer: string): Promise<string> {
    if (!this.#isFed) return answer;
    if (!this.#hasEnded) this.#complete();
    await this.#posts;
    const rest = isSilence(this.#text) ? "" : this.#text.slice(this.#sent).trim();
    return [...this.#unposted, rest].filter((part) => part !== "").join("\n\n");
  }

  #begin(): void {
    if (this.#hasEnded) this.#flush();
    else if (this.#text !== "") this.#void();
    this.#text = "";
    this.#sent = 0;
    this.#lookedAt = 0;
    this.#hasEnded = false;
    this.#said.begin();
    this.#saidBefore = this.#said.rest;
  }

  /** Nothing comes behind the text. */
  #complete(): void {
    this.#advance();
    // It says only what has been said.
    if (!this.#said.isEmpty) this.#sent = this.#text.length;
  }

  #end(stopReason: string | undefined): void {
    if (stopReason === "error") {
      this.#void();
      this.#text = "";
      this.#sent = 0;
      return;
    }
    this.#hasEnded = true;
    if (stopReason === "toolUse") this.#flush();
  }

  /** The message came to nothing, but part of it has been read: the next one may begin with the same. */
  #void(): void {
    this.#setSaid(this.#said.isEmpty ? this.#text.slice(0, this.#sent) : this.#saidBefore);
  }

  #setSaid(said: string): void {
    this.#saidBefore = said;
    this.#said = new AlreadySaid([said]);
  }

  #isTimeToLook(delta: string): boolean {
    return delta.includes("\n") || this.#text.length - this.#lookedAt >= LOOK_AT_LETTERS;
  }

  #advance(): void {
    this.#lookedAt = this.#text.length;
    if (!this.#said.isEmpty) {
      const said = this.#said.lengthIn(this.#text);
      if (said === undefined) return;
      this.#sent = said;
    }
    for (let end = this.#nextEnd(); end !== undefined; end = this.#nextEnd()) this.#say(end);
  }

  #nextEnd(): number | undefined {
    const end = blockEnd(this.#text.slice(this.#sent));
    return end === undefined ? undefined : this.#sent + end;
  }

  #flush(): void {
    if (!isSilence(this.#text)) this.#say(this.#text.length);
    this.#sent = this.#text.length;
  }

  #say(end: number): void {
    const words = this.#text.slice(this.#sent, end).trim();
    this.#sent = end;
    if (words !== "") this.#posts = this.#postAfter(this.#posts, words);
  }

  /** Never rejects: what cannot go out now is part of the end. */
  async #postAfter(before: Promise<void>, words: string): Promise<void> {
    await before;
    const { signal, post, log } = this.#parts;
    if (signal.aborted || this.#unposted.length > 0) {
      this.#unposted.push(words);
      return;
    }
    try {
      await post(words);
      this.#hasSpoken = true;
    } catch (error) {
      this.#unposted.push(words);
      log.warn({ error }, "a piece of the answer could not be written down, it goes out at the end");
    }
  }
}
