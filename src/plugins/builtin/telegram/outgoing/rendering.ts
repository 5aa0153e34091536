import type { SendOptions } from "../../../types.ts";
import {
  type Content,
  TEXT_LIMIT,
  type TextContent,
  htmlContent,
  longPlainContent,
  plainContent,
  richContent,
} from "./content.ts";
import { isKind } from "./errors.ts";
import type { Formatter } from "./formatter.ts";

/** Finds the form in which Telegram takes a text, and knows how long one may be. */
export class Rendering {
  readonly #formatter: Formatter;
  #rich: "unwanted" | "untried" | "taken";

  constructor(formatter: Formatter, format: "html" | "rich") {
    this.#formatter = formatter;
    this.#rich = format === "rich" ? "untried" : "unwanted";
  }

  /** Texts are as long as a rich message may be once Telegram has taken one. */
  lengthOf(markdown: string): number {
    const { lengthOf, richLengthOf } = this.#formatter;
    return this.#rich === "taken" ? richLengthOf(markdown) : lengthOf(markdown);
  }

  /** As a rich message where those are wanted and taken, else as HTML; or without any formatting. */
  async asTaken<T>(
    markdown: string,
    style: SendOptions["style"],
    use: (content: Content) => Promise<T>,
  ): Promise<T> {
    const rich = this.#rich === "unwanted" ? undefined : richContent(markdown, this.#formatter);
    if (style === "plain") return use(this.#plain(markdown));
    if (rich === undefined) return use(this.caption(markdown, style));
    try {
      const result = await use(rich);
      this.#rich = "taken";
      return result;
    } catch (error) {
      if (!isKind(error, "unknown-method", "format", "too-long", "empty", "other")) throw error;
      if (isKind(error, "unknown-method")) this.#rich = "unwanted";
      return use(this.#isLong(markdown) ? this.#plain(markdown) : htmlContent(markdown, this.#formatter));
    }
  }

  /** The text under a file, which is never a rich one. */
  caption(markdown: string, style: SendOptions["style"]): TextContent {
    return style === "plain"
      ? plainContent(markdown, this.#formatter)
      : htmlContent(markdown, this.#formatter);
  }

  #plain(markdown: string): Content {
    const plain = plainContent(markdown, this.#formatter);
    return plain.text.length > TEXT_LIMIT && this.#rich === "taken" ? longPlainContent(plain.text) : plain;
  }

  #isLong(markdown: string): boolean {
    return this.#formatter.lengthOf(markdown) > TEXT_LIMIT;
  }
}
