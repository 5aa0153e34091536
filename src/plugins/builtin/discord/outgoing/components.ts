import type {
  APIActionRowComponent,
  APIButtonComponentWithCustomId,
  APIComponentInMessageActionRow,
  APISelectMenuOption,
  APIStringSelectComponent,
} from "discord-api-types/v10";
import { buttonDataOf, buttonLabelOf } from "../../../button-ids.ts";
import type { ChannelMemory } from "../../../channel-memory.ts";
import type { Button } from "../../../types.ts";

type Row = APIActionRowComponent<APIComponentInMessageActionRow>;

/** Discord's numbers for what stands in a row. */
const ACTION_ROW = 1;
const BUTTON = 2;
const STRING_SELECT = 3;
const SECONDARY = 2;
/** Discord takes so many bytes with a button or an option. */
const MOST_BYTES = 100;
const LONGEST_LABEL = 80;
const LONGEST_OPTION = 100;
/** Of the first and of the last label, which say what a list holds. */
const LONGEST_END = 40;
const MOST_IN_ROW = 5;
const MOST_ROWS = 5;
const MOST_OPTIONS = 25;
const MOST_BUTTONS = MOST_IN_ROW * MOST_ROWS;

/**
 * What stands under a message to press: rows of buttons, and lists to choose from where there are more than 25. What an
 * id has too much is kept in `memory`; see `buttonIdOf`, which takes what comes back of a button and of a list.
 */
export async function componentsOf(
  rows: readonly (readonly Button[])[],
  memory: ChannelMemory,
): Promise<Row[]> {
  const known = new Set<string>();
  const unique = rows.map((row) => row.filter(({ id }) => !known.has(id) && known.add(id)));
  if (known.size > MOST_BUTTONS) return lists(unique.flat(), memory);
  const cut = unique.flatMap((row) => piecesOf(row, MOST_IN_ROW));
  const fitting = cut.length <= MOST_ROWS ? cut : piecesOf(unique.flat(), MOST_IN_ROW);
  return Promise.all(fitting.map((row) => rowOfButtons(row, memory)));
}

async function rowOfButtons(buttons: readonly Button[], memory: ChannelMemory): Promise<Row> {
  const components = await Promise.all(
    buttons.map(async ({ id, label }): Promise<APIButtonComponentWithCustomId> => ({
      type: BUTTON,
      style: SECONDARY,
      label: buttonLabelOf(label, LONGEST_LABEL),
      custom_id: await buttonDataOf(id, MOST_BYTES, memory),
    })),
  );
  return { type: ACTION_ROW, components };
}

function lists(buttons: readonly Button[], memory: ChannelMemory): Promise<Row[]> {
  const pieces = piecesOf(buttons, MOST_OPTIONS).slice(0, MOST_ROWS);
  return Promise.all(
    pieces.map(async (piece, at): Promise<Row> => {
      const options = await Promise.all(piece.map((button) => optionOf(button, memory)));
      const list: APIStringSelectComponent = {
        type: STRING_SELECT,
        custom_id: `list/${at}`,
        placeholder: [options[0], options.at(-1)]
          .map((option) => buttonLabelOf(option?.label ?? "", LONGEST_END))
          .join(" … "),
        options,
      };
      return { type: ACTION_ROW, components: [list] };
    }),
  );
}

async function optionOf({ id, label }: Button, memory: ChannelMemory): Promise<APISelectMenuOption> {
  return {
    label: buttonLabelOf(label, LONGEST_OPTION),
    value: await buttonDataOf(id, MOST_BYTES, memory),
  };
}

function piecesOf<T>(all: readonly T[], size: number): T[][] {
  const pieces: T[][] = [];
  for (let at = 0; at < all.length; at += size) pieces.push(all.slice(at, at + size));
  return pieces;
}
