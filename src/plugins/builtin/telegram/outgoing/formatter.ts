/** Markdown as Telegram takes it. */
export interface Formatter {
  /** For `parse_mode: "HTML"`. */
  readonly toHtml: (markdown: string) => string;
  /** For a message without any formatting. */
  readonly toPlain: (markdown: string) => string;
  /** Length of the text that `toHtml` leaves once Telegram has parsed it, as Telegram counts. */
  readonly lengthOf: (markdown: string) => number;
  /** The same where texts may become rich messages: what one of them takes counts no more than a message may have. */
  readonly richLengthOf: (markdown: string) => number;
  /** For a rich message; undefined where the text cannot be one. */
  readonly richOf: (markdown: string) => string | undefined;
}
