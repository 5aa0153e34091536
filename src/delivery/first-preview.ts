/** What a preview shows: the text so far, and what stands around it. */
export interface Preview {
  readonly text: string;
  /** Stands in front, as long as all of it fits one message. */
  readonly above: string;
  /** Stands behind, where there is room for it. */
  readonly below: string;
  /** Since when something goes on that is worth a message before there is any text. */
  readonly busySinceMs?: number | undefined;
}

/** Whoever reads along gets no message of a single letter: the first text is held back this long, unless it says enough. */
const HOLD_MS = 250;
const ENOUGH = 40;
const SENTENCE = /[.!?…]["')\]]*\s|[。！？]|\n/;
/** What is over sooner is not worth a message. */
const BUSY_MS = 1500;

/** When a reply of which nothing is visible yet may show itself; `writtenSinceMs` is when its first words came. */
export function firstPreviewAtMs(
  { text, above, below, busySinceMs }: Preview,
  writtenSinceMs: number | undefined,
): number {
  const busyAtMs =
    below === "" || busySinceMs === undefined ? Number.POSITIVE_INFINITY : busySinceMs + BUSY_MS;
  if (writtenSinceMs === undefined) return busyAtMs;
  const saysEnough = text.length + above.length >= ENOUGH || SENTENCE.test(text);
  return Math.min(busyAtMs, saysEnough ? writtenSinceMs : writtenSinceMs + HOLD_MS);
}
