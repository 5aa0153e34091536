import {
  ComponentType,
  type APIActionRowComponent,
  type APIComponentInMessageActionRow,
  type APIMessageTopLevelComponent,
  type APISelectMenuOption,
} from "discord-api-types/v10";
import { badChoice, badLength, invalidForm, tooLong } from "../api-failure.ts";

const MOST_ROWS = 5;
const MOST_IN_ROW = 5;
const MOST_V2 = 40;
const LONGEST_LABEL = 80;
const LONGEST_ID = 100;
const MOST_OPTIONS = 25;
const MOST_TEXT = 4000;
const SELECTS: ReadonlySet<ComponentType> = new Set([
  ComponentType.StringSelect,
  ComponentType.UserSelect,
  ComponentType.RoleSelect,
  ComponentType.MentionableSelect,
  ComponentType.ChannelSelect,
]);
const LAYOUT: ReadonlySet<ComponentType> = new Set([
  ComponentType.Section,
  ComponentType.TextDisplay,
  ComponentType.MediaGallery,
  ComponentType.File,
  ComponentType.Separator,
  ComponentType.Container,
]);

interface Node {
  readonly type: ComponentType;
  readonly components?: readonly Node[];
  readonly accessory?: Node;
  readonly content?: string;
}

/** Gives each component its number; throws for what Discord would not show. */
export function readComponents(
  components: readonly APIMessageTopLevelComponent[],
  isV2: boolean,
): APIMessageTopLevelComponent[] {
  if (!Array.isArray(components))
    throw invalidForm("components", "LIST_TYPE_CONVERT", "Only iterables may be used.");
  const ids = new Set<string>();
  if (isV2) checkV2(components);
  else if (components.length > MOST_ROWS) throw badLength("components", 1, MOST_ROWS);
  for (const [index, row] of components.entries()) {
    if (!isV2 && row.type !== ComponentType.ActionRow) throw badChoice(`components.${index}.type`, [1]);
    for (const { row: found, path } of rowsIn(row, `components.${index}`)) checkRow(found, path, ids);
  }
  let next = 1;
  return components.map((component) => numbered(component, () => next++));
}

/** All buttons and menus of a message, with the row they are in. */
export function controlsIn(
  components: readonly APIMessageTopLevelComponent[] = [],
): APIComponentInMessageActionRow[] {
  return components.flatMap((component) => rowsIn(component, "").flatMap(({ row }) => row.components));
}

/** Texts that components show. */
export function textsIn(components: readonly Node[] = []): string[] {
  return components.flatMap((node) => [
    ...(node.type === ComponentType.TextDisplay && node.content ? [node.content] : []),
    ...textsIn(node.components),
  ]);
}

type Row = APIActionRowComponent<APIComponentInMessageActionRow>;

function rowsIn(component: Node, path: string): { row: Row; path: string }[] {
  if (component.type === ComponentType.ActionRow) return [{ row: component as unknown as Row, path }];
  const inside = (component.components ?? []).flatMap((child, index) =>
    rowsIn(child, `${path}.components.${index}`),
  );
  const beside = component.accessory;
  if (beside?.type !== ComponentType.Button) return inside;
  const row = { type: ComponentType.ActionRow, components: [beside] } as unknown as Row;
  return [...inside, { row, path: `${path}.accessory` }];
}

function checkV2(components: readonly APIMessageTopLevelComponent[]): void {
  const all = components.flatMap((component) => flat(component));
  if (all.length > MOST_V2) throw badLength("components", 1, MOST_V2);
  for (const { type } of components) {
    if (type !== ComponentType.ActionRow && !LAYOUT.has(type)) throw badChoice("components", [...LAYOUT]);
  }
  const text = textsIn(components).join("");
  if (text.length > MOST_TEXT) throw tooLong("components", MOST_TEXT);
}

function flat(node: Node): Node[] {
  return [node, ...(node.components ?? []).flatMap(flat), ...(node.accessory ? [node.accessory] : [])];
}

function checkRow({ components }: Row, path: string, ids: Set<string>): void {
  if (!Array.isArray(components) || components.length < 1 || components.length > MOST_IN_ROW)
    throw badLength(`${path}.components`, 1, MOST_IN_ROW);
  for (const [index, control] of components.entries()) {
    const at = `${path}.components.${index}`;
    if (control.type === ComponentType.Button) checkButton(control, at);
    else if (SELECTS.has(control.type)) checkSelect(control, at, components.length);
    else throw badChoice(`${at}.type`, [2, 3, 5, 6, 7, 8]);
    if (!("custom_id" in control)) continue;
    if (ids.has(control.custom_id))
      throw invalidForm(
        `${at}.custom_id`,
        "COMPONENT_CUSTOM_ID_DUPLICATED",
        "Component custom id cannot be duplicated",
      );
    ids.add(control.custom_id);
  }
}

type Control = APIComponentInMessageActionRow;

function checkButton(button: Extract<Control, { type: ComponentType.Button }>, at: string): void {
  const style: number = button.style;
  if (!(style >= 1 && style <= 6)) throw badChoice(`${at}.style`, [1, 2, 3, 4, 5, 6]);
  if ("label" in button && (button.label ?? "").length > LONGEST_LABEL)
    throw tooLong(`${at}.label`, LONGEST_LABEL);
  if ("url" in button) return;
  const hasFace =
    ("label" in button && button.label) || ("emoji" in button && button.emoji) || "sku_id" in button;
  if (!hasFace)
    throw invalidForm(
      at,
      "BUTTON_COMPONENT_MUST_HAVE_LABEL_OR_EMOJI",
      "A button must have either a label or an emoji.",
    );
  if ("custom_id" in button) checkId(button.custom_id, at);
  else if (!("sku_id" in button))
    throw invalidForm(at, "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", "A custom id is required");
}

function checkSelect(
  select: Exclude<Control, { type: ComponentType.Button }>,
  at: string,
  count: number,
): void {
  if (count > 1)
    throw invalidForm(
      at,
      "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
      "The specified component exceeds the maximum width",
    );
  checkId(select.custom_id, at);
  if ((select.placeholder ?? "").length > 150) throw tooLong(`${at}.placeholder`, 150);
  if (select.type === ComponentType.StringSelect) checkOptions(select.options, `${at}.options`);
}

function checkOptions(options: readonly APISelectMenuOption[], at: string): void {
  if (!Array.isArray(options) || options.length < 1 || options.length > MOST_OPTIONS)
    throw badLength(at, 1, MOST_OPTIONS);
  const values = new Set<string>();
  for (const [index, option] of options.entries()) {
    for (const name of ["label", "value", "description"] as const) {
      const text: string = option[name] ?? "";
      const least = name === "description" ? 0 : 1;
      if (text.length < least || text.length > LONGEST_ID)
        throw badLength(`${at}.${index}.${name}`, least, LONGEST_ID);
    }
    if (values.has(option.value))
      throw invalidForm(
        `${at}.${index}.value`,
        "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
        "The specified option value is already used",
      );
    values.add(option.value);
  }
}

function checkId(id: unknown, at: string): void {
  if (typeof id !== "string" || id.length < 1 || id.length > LONGEST_ID)
    throw badLength(`${at}.custom_id`, 1, LONGEST_ID);
}

function numbered<C extends Node>(component: C, next: () => number): C {
  const id = next();
  return {
    ...component,
    id,
    ...(component.components
      ? { components: component.components.map((child) => numbered(child, next)) }
      : {}),
  };
}
