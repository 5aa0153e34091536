import type { InlineKeyboardButton, InlineKeyboardMarkup } from "grammy/types";
import { buttonDataOf, buttonLabelOf } from "../../../button-ids.ts";
import type { ChannelMemory } from "../../../channel-memory.ts";
import type { Button } from "../../../types.ts";

/** Telegram takes so many bytes with a button. */
const MOST_BYTES = 64;
const LONGEST_LABEL = 64;
const MOST_IN_ROW = 8;
const MOST_BUTTONS = 100;

/** The keyboard under a message. What a button's id has too much is kept in `memory`; see `buttonIdOf`. */
export async function keyboardOf(
  rows: readonly (readonly Button[])[],
  memory: ChannelMemory,
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

async function buttonOf({ id, label }: Button, memory: ChannelMemory): Promise<InlineKeyboardButton> {
  return {
    text: buttonLabelOf(label, LONGEST_LABEL),
    callback_data: await buttonDataOf(id, MOST_BYTES, memory),
  };
}
