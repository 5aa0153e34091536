import { CString, dlopen, FFIType, ptr } from "bun:ffi";
import { existsSync } from "node:fs";
import { TDLIB_PATH } from "../../../scripts/fetch-tdlib.mjs";

export type ParseMode = "HTML" | "MarkdownV2";

/** An entity as TDLib names it; offsets and lengths in UTF-16 units. */
export interface ParsedEntity {
  readonly offset: number;
  readonly length: number;
  /** Such as `textEntityTypeBold`, with what belongs to it: `url`, `language`, `user_id`. */
  readonly type: { readonly "@type": string; readonly url?: string; readonly language?: string };
}

export interface ParsedText {
  readonly text: string;
  readonly entities: readonly ParsedEntity[];
}

export interface TelegramParser {
  /** What Telegram makes of a text with markup, or the sentence with which it refuses it. */
  parse(text: string, mode: ParseMode): ParsedText | { readonly error: string };
}

/** Telegram's own parser; `undefined` where its library is not there (see `scripts/fetch-tdlib.mjs`). */
export const tdlib: TelegramParser | undefined = existsSync(TDLIB_PATH) ? open(TDLIB_PATH) : undefined;

type Execute = (request: object) => Answer;

interface Answer {
  readonly "@type": string;
  readonly message?: string;
  readonly text?: string;
  readonly entities?: readonly ParsedEntity[];
}

function open(path: string): TelegramParser {
  const { symbols } = dlopen(path, { td_execute: { args: [FFIType.ptr], returns: FFIType.ptr } });
  const execute: Execute = (request) => {
    const answer = symbols.td_execute(ptr(Buffer.from(`${JSON.stringify(request)}\0`)));
    if (answer === null) throw new Error("TDLib did not answer.");
    return JSON.parse(new CString(answer));
  };
  execute({ "@type": "setLogVerbosityLevel", new_verbosity_level: 0 });
  return { parse: (text, mode) => parse(execute, text, mode) };
}

function parse(execute: Execute, text: string, mode: ParseMode): ParsedText | { error: string } {
  const parse_mode =
    mode === "HTML" ? { "@type": "textParseModeHTML" } : { "@type": "textParseModeMarkdown", version: 2 };
  const answer = execute({ "@type": "parseTextEntities", text, parse_mode });
  if (answer["@type"] === "error") return { error: answer.message ?? "" };
  return { text: answer.text ?? "", entities: answer.entities ?? [] };
}
