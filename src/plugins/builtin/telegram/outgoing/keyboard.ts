import type { InlineKeyboardButton, InlineKeyboardMarkup } from "grammy/types";
import type { Button } from "../../../types.ts";
import type { Memory } from "./memory.ts";

/** Telegram takes so many bytes with a button. */
const MOST_BYTES = 64;
const LONGEST_LABEL = 64;
const MOST_IN_ROW = 8;
const MOST_BUTTONS = 100;
/** Begins what stands for an id that is too long. */
const MARK = "#~";
/** So many long ids are remembered; a newer one may take an older one's place. */
const SLOTS = 1024;

const bytes = new TextEncoder();

/** The keyboard under a message. What a button's id has too much is kept in `memory`; see `buttonIdOf`. */
export async function keyboardOf(
  rows: readonly (readonly Button[])[],
  memory: Memory,
): Promise<InlineKeyboardMarkup> {
  const keyboard: InlineKeyboardButton[][] = [];
  let left = MOST_BUTTONS;
  for (const row of rows) {
    const shown = await Promise.all(row.slice(0, left).map((button) => buttonOf(button, memory)));
    left -= shown.length;
    for (let at = 0; at < shown.length; at += MOST_IN_ROW) keyboard.push(shown.slice(at, at + MOST_IN_ROW));
  }
  return { inline_keyboard: keyboard };
}

/** The id that the gateway gave a pressed button; undefined for a button so old that it is forgotten. */
export async function buttonIdOf(callbackData: string, memory: Memory): Promise<string | undefined> {
  if (!callbackData.startsWith(MARK)) return callbackData;
  const id = await memory.get(slotOf(callbackData.slice(MARK.length)));
  return id !== undefined && standInFor(id) === callbackData ? id : undefined;
}

async function buttonOf({ id, label }: Button, memory: Memory): Promise<InlineKeyboardButton> {
  return { text: shorten(label), callback_data: await dataOf(id, memory) };
}

async function dataOf(id: string, memory: Memory): Promise<string> {
  const fits = id !== "" && bytes.encode(id).length <= MOST_BYTES;
  if (fits && !id.startsWith(MARK)) return id;
  const data = standInFor(id);
  await memory.set(slotOf(data.slice(MARK.length)), id);
  return data;
}

function standInFor(id: string): string {
  return MARK + new Bun.CryptoHasher("sha256").update(id).digest("base64url");
}

function slotOf(digest: string): string {
  return `button/${Number(Bun.hash.wyhash(digest) % BigInt(SLOTS))}`;
}

function shorten(label: string): string {
  const text = label.replaceAll(/\s+/g, " ").trim();
  if (text === "") return "…";
  if (text.length <= LONGEST_LABEL) return text;
  // Half a surrogate pair is no character.
  return `${text.slice(0, LONGEST_LABEL - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
