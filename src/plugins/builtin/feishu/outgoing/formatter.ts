/** Markdown as Feishu takes it. */
export interface Formatter {
  /** For a card; empty where nothing would be seen. */
  readonly toCardMarkdown: (markdown: string) => string;
  /** For a message without any formatting, in which nobody is mentioned. */
  readonly toPlain: (markdown: string) => string;
  /** How many bytes of a request the text takes in a card. */
  readonly lengthOf: (markdown: string) => number;
}
