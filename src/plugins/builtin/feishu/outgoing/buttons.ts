import { buttonDataOf, buttonLabelOf } from "../../../button-ids.ts";
import type { ChannelMemory } from "../../../channel-memory.ts";
import type { Button } from "../../../types.ts";
import type { CardElement } from "./card.ts";

/** What we give Feishu with a button stands under this key of the `value` that it gives back. */
const KEY = "button";
/** Far more than any id has; a card has 30 KB in all. */
const MOST_BYTES = 200;
const LONGEST_LABEL = 60;
const MOST_IN_ROW = 8;
const MOST_BUTTONS = 40;

/** Rows of buttons in a card. What a button's id has too much is kept in `memory`; see `buttonIdOf`. */
export async function buttonRowsOf(
  rows: readonly (readonly Button[])[],
  memory: ChannelMemory,
): Promise<readonly CardElement[]> {
  const shown: CardElement[] = [];
  let left = MOST_BUTTONS;
  for (const row of rows) {
    const buttons = await Promise.all(row.slice(0, left).map((button) => buttonOf(button, memory)));
    left -= buttons.length;
    for (let at = 0; at < buttons.length; at += MOST_IN_ROW) {
      shown.push(rowOf(buttons.slice(at, at + MOST_IN_ROW)));
    }
  }
  return shown;
}

/** What Feishu was given with a pressed button; undefined for a button that is none of ours. */
export function buttonDataIn(value: unknown): string | undefined {
  if (value === null || typeof value !== "object" || !(KEY in value)) return undefined;
  return typeof value[KEY] === "string" ? value[KEY] : undefined;
}

function rowOf(buttons: readonly CardElement[]): CardElement {
  return {
    tag: "column_set",
    flex_mode: "flow",
    columns: buttons.map((button) => ({ tag: "column", width: "auto", elements: [button] })),
  };
}

async function buttonOf({ id, label }: Button, memory: ChannelMemory): Promise<CardElement> {
  return {
    tag: "button",
    text: { tag: "plain_text", content: buttonLabelOf(label, LONGEST_LABEL) },
    behaviors: [{ type: "callback", value: { [KEY]: await buttonDataOf(id, MOST_BYTES, memory) } }],
  };
}
