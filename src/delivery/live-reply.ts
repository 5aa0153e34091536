import type { ChannelStream } from "../core/channel.ts";
import { ChannelError } from "../core/errors.ts";
import type { MessageRef } from "../core/message.ts";
import type { Logger } from "../lib/logger.ts";
import { GrowingChunks, type TextMeasure } from "./chunk.ts";

export interface LiveReplyParts {
  readonly measure: TextMeasure;
  /** Opens the preview of page `index`; may adopt one that an earlier attempt left. */
  readonly openPage: (index: number) => Promise<ChannelStream>;
  /** Called once for each page the platform has named, before anything else happens to it. */
  readonly onPage: (index: number, ref: MessageRef) => Promise<void>;
  /** Waits until this reply may write again; false if `closing` aborted first. */
  readonly pace: (closing: AbortSignal) => Promise<boolean>;
  readonly holdFor: (ms: number) => void;
  /** Pages an earlier attempt left visible; `close` reports them even if nothing was shown since. */
  readonly previews: readonly MessageRef[];
  readonly log: Logger;
}

/**
 * Shows a growing text in a chat. `update` takes the whole text so far and returns at once; the
 * newest text wins, so however slow the platform, memory and delay stay bounded. A text that
 * outgrows one message goes on in the next. Previews are a courtesy: if one fails, the reply
 * still arrives through the outbox.
 */
export class LiveReply {
  readonly #parts: LiveReplyParts;
  readonly #chunks: GrowingChunks;
  readonly #pages: ChannelStream[] = [];
  readonly #refs: MessageRef[];
  #latest: () => string = () => "";
  #changed = false;
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;

  constructor(parts: LiveReplyParts) {
    this.#parts = parts;
    this.#chunks = new GrowingChunks(parts.measure);
    this.#refs = [...parts.previews];
  }

  /** `text` is read when the platform takes the next state, so states nobody sees cost nothing. */
  update(text: () => string): void {
    this.#latest = text;
    this.#changed = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Ends the preview and tells which messages it left, page by page. */
  async close(): Promise<readonly MessageRef[]> {
    this.#closing.abort();
    await this.#running;
    const last = this.#pages.pop();
    await last?.close().catch((error: unknown) => this.#parts.log.warn({ error }, "preview not closed"));
    return this.#refs;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted && this.#changed) {
      if (!(await this.#parts.pace(signal))) return;
      this.#changed = false;
      try {
        await this.#show(this.#latest());
      } catch (error) {
        this.#changed = true;
        this.#recover(error);
      }
    }
  }

  async #show(text: string): Promise<void> {
    const pages = this.#chunks.of(text);
    for (const [index, markdown] of pages.entries()) {
      if (index < this.#pages.length - 1) continue;
      const page = await this.#page(index);
      await page.show(markdown);
      await this.#note(index, page);
      if (index < pages.length - 1) await page.close();
    }
  }

  async #page(index: number): Promise<ChannelStream> {
    const open = this.#pages[index] ?? (await this.#parts.openPage(index));
    this.#pages[index] = open;
    return open;
  }

  async #note(index: number, page: ChannelStream): Promise<void> {
    if (!page.ref || this.#refs[index]) return;
    this.#refs[index] = page.ref;
    await this.#parts.onPage(index, page.ref);
  }

  #recover(error: unknown): void {
    if (error instanceof ChannelError && typeof error.retry === "object") {
      this.#parts.holdFor(error.retry.afterMs);
      return;
    }
    this.#closing.abort();
    this.#parts.log.warn({ error }, "preview given up");
  }
}
