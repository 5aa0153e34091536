import { cutText } from "../../../../lib/cut-text.ts";
import type { SendOptions } from "../../../types.ts";
import { toCardMarkdown, toPlain } from "../format/card-markdown.ts";

/** What a card says, ready to be sent. */
export interface CardText {
  /** For Feishu's Markdown, or mere text. */
  readonly content: string;
  readonly isMarkdown: boolean;
  /** Stands for the card in the list of chats. */
  readonly summary: string;
}

export interface CardLook {
  /** The text is going to grow. */
  readonly isStreaming?: boolean;
  /** Stand below the text. */
  readonly below?: readonly CardElement[];
}

export type CardElement = Readonly<Record<string, unknown>>;

/** The id of the text in its card. */
export const TEXT_ELEMENT = "text";
/** Shown where nothing of a text would be seen, such as a code block that has only begun. */
const NOTHING_YET = "…";
const LONGEST_SUMMARY = 60;
/** As fast as people read, and what is late comes at once with the next state. */
const STREAMING = {
  streaming_mode: true,
  streaming_config: {
    print_frequency_ms: { default: 40 },
    print_step: { default: 4 },
    print_strategy: "fast",
  },
};

export function cardText(markdown: string, style: SendOptions["style"]): CardText {
  const plain = () => orNothingYet(toPlain(markdown));
  const isMarkdown = style === "rich";
  return {
    content: isMarkdown ? orNothingYet(toCardMarkdown(markdown)) : plain(),
    isMarkdown,
    // A text that grows has many states, and one summary.
    get summary() {
      return summaryOf(plain());
    },
  };
}

/** A text of which something is seen. */
export function orNothingYet(text: string): string {
  return text === "" ? NOTHING_YET : text;
}

/** A card in the structure 2.0 of Feishu's. */
export function cardOf(text: CardText, { isStreaming = false, below = [] }: CardLook = {}): CardElement {
  return {
    schema: "2.0",
    config: {
      update_multi: true,
      ...(isStreaming ? STREAMING : { streaming_mode: false, summary: { content: text.summary } }),
    },
    body: { elements: [textElement(text), ...below] },
  };
}

function textElement({ content, isMarkdown }: CardText): CardElement {
  return isMarkdown
    ? { tag: "markdown", element_id: TEXT_ELEMENT, content }
    : { tag: "div", text: { tag: "plain_text", element_id: TEXT_ELEMENT, content } };
}

/** The beginning of a text, on one line. */
function summaryOf(plain: string): string {
  const line = cutText(plain, LONGEST_SUMMARY * 4)
    .replaceAll(/\s+/g, " ")
    .trim();
  const signs = Array.from(line);
  return signs.length <= LONGEST_SUMMARY ? line : `${signs.slice(0, LONGEST_SUMMARY - 1).join("")}…`;
}
