import type { ChannelStream } from "../core/channel.ts";
import { ChannelError } from "../core/errors.ts";
import type { MessageRef } from "../core/message.ts";
import { backoffMs } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { withDeadline } from "../lib/with-deadline.ts";
import { Wake } from "../lib/wake.ts";
import type { TextMeasure } from "./chunk.ts";
import { firstPreviewAtMs, type Preview } from "./first-preview.ts";
import { PreviewPages } from "./preview-pages.ts";

export interface LiveReplyParts {
  readonly measure: TextMeasure;
  /** Opens the preview of page `index`; may adopt one that an earlier attempt left. */
  readonly openPage: (index: number) => Promise<ChannelStream>;
  /** Called once for each page the platform has named, before anything else happens to it. */
  readonly onPage: (index: number, ref: MessageRef) => Promise<void>;
  /** Waits until this reply may write again; false if `closing` aborted first. */
  readonly pace: (closing: AbortSignal) => Promise<boolean>;
  /** The platform wants to be left alone for so long, by this chat or by the whole account. */
  readonly hold: (ms: number, isAccountWide: boolean) => void;
  /** Pages an earlier attempt left visible; `close` reports them even if nothing was shown since. */
  readonly previews: readonly MessageRef[];
  /** For how long a page that is sent again is the same message to the platform; 0 when absent. */
  readonly nonceWindowMs?: number;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Page {
  readonly stream: ChannelStream;
  /** When it was opened. */
  readonly sinceMs: number;
  shown?: string;
  isSealed?: boolean;
  /** A call of it failed: who knows what still comes of that. */
  isInDoubt?: boolean;
  isClosed: boolean;
}

/** What there is to do next: a page that does not show what it should, or one that has to be shown again. */
interface Step {
  readonly index: number;
  readonly markdown: string;
  /** The next page has begun: nothing more will be added to this one. */
  readonly isSealed: boolean;
}

/**
 * Laying out one list of 20,000 UTF-16 units takes 55 to 150 ms of a core: with a second in between, at most a seventh
 * of it. Pages of 4,000 are not kept waiting by it, as no platform of such takes a preview every 200 ms.
 */
const REST_MS_PER_UNIT = 0.05;
const MOST_FAILURES = 5;
/** For so long an answer that is complete waits to learn of its preview. */
const SETTLE_MS = 3000;

/**
 * Shows a growing text in a chat. `update` returns at once and the newest state wins, so however slow the platform,
 * memory and delay stay bounded. A text that outgrows one message goes on in the next. Previews are a courtesy: if
 * one fails, the reply still arrives through the outbox.
 */
export class LiveReply {
  readonly #parts: LiveReplyParts;
  readonly #layout: PreviewPages;
  readonly #pages: Page[] = [];
  readonly #refs: MessageRef[];
  readonly #closing = new AbortController();
  readonly #bell: Wake;
  #latest: () => Preview = () => NOTHING;
  /** Nobody has looked yet whether the latest state shows anything new. */
  #changed = false;
  #writtenSinceMs: number | undefined;
  #shownAtMs: number | undefined;
  #shownLength = 0;
  #failures = 0;
  /** Of what was shown last nobody knows whether it came. */
  #mayHaveCome = false;
  #notBeforeMs = 0;
  #running: Promise<void> | undefined;

  constructor(parts: LiveReplyParts) {
    this.#parts = parts;
    this.#layout = new PreviewPages(parts.measure);
    this.#refs = [...parts.previews];
    this.#bell = new Wake(parts.clock);
  }

  /** `preview` is read when the platform takes the next state, so states nobody sees cost nothing. */
  update(preview: () => Preview): void {
    this.#latest = preview;
    this.#changed = true;
    this.#bell.ring();
    this.#running ??= this.#run();
  }

  /** Ends the preview and tells which messages it left, page by page. */
  async close(): Promise<readonly MessageRef[]> {
    this.#closing.abort();
    await this.#running;
    await this.#settle();
    const last = this.#pages.at(-1);
    if (last) await this.#closePage(last);
    return this.#refs;
  }

  /** What the platform has confirmed to show on a page, once all of it was there and the next page had begun. */
  sealed(page: number): string | undefined {
    const { shown, isSealed, isInDoubt } = this.#pages[page] ?? {};
    return isSealed && !isInDoubt ? shown : undefined;
  }

  /** Never rejects: what goes wrong costs the preview, not the reply. */
  async #run(): Promise<void> {
    const { pace, clock } = this.#parts;
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const waitMs = Math.max(this.#dueAtMs(), this.#notBeforeMs) - clock.now();
      if (waitMs > 0) {
        await this.#bell.wait(waitMs, signal);
        continue;
      }
      if (!(await pace(signal))) return;
      const isReminder = !this.#changed;
      try {
        const step = this.#nextStep() ?? (isReminder ? this.#reminder() : undefined);
        if (step) await this.#show(step);
        else this.#changed = false;
        this.#failures = 0;
        this.#mayHaveCome = false;
      } catch (error) {
        this.#recover(error);
      }
    }
  }

  /** When there is something to show, as things are now. */
  #dueAtMs(): number {
    if (this.#changed && this.#shownAtMs !== undefined) {
      const restedAtMs = this.#shownAtMs + this.#shownLength * REST_MS_PER_UNIT;
      if (this.#parts.clock.now() < restedAtMs) return restedAtMs;
      if (this.#nextStep()) return 0;
      // A state that looks the same takes nothing from the chat's pace.
      this.#changed = false;
    }
    return this.#changed ? this.#firstAtMs() : this.#reminderAtMs();
  }

  #firstAtMs(): number {
    const preview = this.#latest();
    if (preview.text !== "" || preview.above !== "") this.#writtenSinceMs ??= this.#parts.clock.now();
    return firstPreviewAtMs(preview, this.#writtenSinceMs);
  }

  /** A draft fades away unless it is shown again. */
  #reminderAtMs(): number {
    const keepAliveMs = this.#pages.at(-1)?.stream.keepAliveMs;
    if (keepAliveMs === undefined || this.#shownAtMs === undefined) return Number.POSITIVE_INFINITY;
    return this.#shownAtMs + keepAliveMs;
  }

  #reminder(): Step | undefined {
    const shown = this.#pages.at(-1)?.shown;
    return shown === undefined
      ? undefined
      : { index: this.#pages.length - 1, markdown: shown, isSealed: false };
  }

  /** The first page that does not show yet what it should, or does not know that nothing more comes. */
  #nextStep(): Step | undefined {
    const all = this.#layout.of(this.#latest());
    // What is no message has no pages: it shows the end.
    const pages = this.#isNameless ? all.slice(-1) : all;
    for (const [index, markdown] of pages.entries()) {
      const page = this.#pages[index];
      const isSealed = index < pages.length - 1;
      // What reads the same already is still to be told that it is complete.
      const isShown = page?.shown === markdown && (page.isSealed === true || !isSealed);
      const isOver = page?.isClosed === true || isShown || this.#layout.isBlank(markdown);
      if (!isOver) return { index, markdown, isSealed };
    }
    return undefined;
  }

  get #isNameless(): boolean {
    const [first] = this.#pages;
    return first?.shown !== undefined && first.stream.ref === undefined;
  }

  async #show({ index, markdown, isSealed }: Step): Promise<void> {
    const { clock, openPage } = this.#parts;
    const sinceMs = clock.now();
    const page = (this.#pages[index] ??= { stream: await openPage(index), sinceMs, isClosed: false });
    this.#shownAtMs = clock.now();
    this.#shownLength = markdown.length;
    const doubt = page.isInDoubt;
    page.isInDoubt = true;
    try {
      await page.stream.show(markdown, isSealed);
      page.isInDoubt = doubt ?? false;
      page.shown = markdown;
      page.isSealed = isSealed && !this.#isNameless;
    } finally {
      // What failed may be the second of two calls: the message is there, and the answer has to go into it.
      await this.#note(index, page.stream);
    }
    if (page.isSealed) await this.#closePage(page);
  }

  async #note(index: number, { ref }: ChannelStream): Promise<void> {
    if (!ref || this.#refs[index]) return;
    this.#refs[index] = ref;
    await this.#parts.onPage(index, ref);
  }

  /**
   * A page that perhaps came is shown once more, where the platform drops the second: so it is known what the answer
   * goes into, instead of standing beside it.
   */
  async #settle(): Promise<void> {
    const page = this.#pages.at(-1);
    if (!page || !this.#mayHaveCome || page.stream.ref || this.#isUncertain) return;
    const step = this.#nextStep();
    if (!step) return;
    const { clock, log } = this.#parts;
    try {
      await withDeadline(() => this.#show(step), { clock, ms: SETTLE_MS });
    } catch (error) {
      // Its call may still be on its way: nothing else is asked of this page.
      page.isClosed = true;
      log.debug({ error }, "whether a preview came is not known: it may stay beside the answer");
    }
  }

  async #closePage(page: Page): Promise<void> {
    if (page.isClosed) return;
    page.isClosed = true;
    await page.stream
      .close()
      .catch((error: unknown) => this.#parts.log.warn({ error }, "preview not closed"));
  }

  /** What failed is shown again after a while, unless that could show it twice. */
  #recover(error: unknown): void {
    const { log, hold, clock } = this.#parts;
    this.#failures += 1;
    this.#mayHaveCome = error instanceof ChannelError && error.outcome === "unknown";
    if (!(error instanceof ChannelError) || !this.#mayGoOn(error)) {
      this.#closing.abort();
      log.warn({ error }, "preview given up");
      return;
    }
    this.#changed = true;
    if (error.code === "rate-limited" && typeof error.retry === "object") {
      hold(error.retry.afterMs, error.isAccountWide);
      return;
    }
    // Only the preview waits: the answer itself may find that all is well again.
    this.#notBeforeMs = clock.now() + backoffMs(this.#failures, 1000, 30_000);
    log.debug({ error }, "preview failed, it is tried again");
  }

  #mayGoOn({ code, retry, outcome }: ChannelError): boolean {
    if (code === "rate-limited" && typeof retry === "object") return true;
    if (this.#failures >= MOST_FAILURES) return false;
    // This text cannot be shown as it stands; what it grows to perhaps can.
    if (code === "format-refused" || code === "too-long") return true;
    return retry !== "never" && !(outcome === "unknown" && this.#isUncertain);
  }

  /** A first message that perhaps came must not come again, unless the platform drops it; an edit or a draft may. */
  get #isUncertain(): boolean {
    const { nonceWindowMs = 0, clock } = this.#parts;
    const last = this.#pages.at(-1);
    if (last && clock.now() - last.sinceMs < nonceWindowMs) return false;
    return last === undefined || (last.stream.ref === undefined && last.stream.keepAliveMs === undefined);
  }
}

const NOTHING: Preview = { text: "", above: "", below: "" };
