import { ApiFailure } from "./api-failure.ts";

/** A JSON object of a card, such as an element. */
export type CardPart = { [field: string]: unknown };

/** How a person who is named in a card is called. */
export type NameOf = (id: string) => string;

const BOTH = [
  "audio",
  "button",
  "chart",
  "checker",
  "collapsible_panel",
  "column",
  "column_set",
  "date_picker",
  "div",
  "form",
  "hr",
  "img",
  "img_combination",
  "input",
  "interactive_container",
  "markdown",
  "multi_select_person",
  "multi_select_static",
  "overflow",
  "person",
  "person_list",
  "picker_datetime",
  "picker_time",
  "select_img",
  "select_person",
  "select_static",
  "table",
];
const TAGS = {
  "1.0": new Set([...BOTH, "action", "note", "plain_text", "lark_md"]),
  "2.0": new Set(BOTH),
};
const NESTED = ["elements", "columns", "actions"];
const ELEMENT_ID = /^[A-Za-z]\w{0,19}$/;
const MOST_ELEMENTS = 200;
const MOST_TABLES = 5;

export function isPart(value: unknown): value is CardPart {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text or a number as text; nothing of anything else. */
export function wordsOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** Reads the JSON of a card, checks its structure, and throws what the platform says of a wrong one. */
export function readCard(text: string): CardPart {
  let card: unknown;
  try {
    card = JSON.parse(text);
  } catch {
    throw badCard(200621, "parse card json err, please check whether the card json is correct");
  }
  if (!isPart(card)) throw badCard(200621, "the card is no object");
  checkCard(card);
  return card;
}

/** Throws what the platform says of a card whose structure is wrong. */
export function checkCard(card: CardPart): void {
  const version = schemaOf(card);
  const elements = [...elementsOf(card)];
  if (elements.length > MOST_ELEMENTS) throw badCard(300305, "the number of elements exceeds the limit 200");
  const ids = new Set<string>();
  for (const element of elements) {
    const tag = wordsOf(element["tag"]);
    if (!TAGS[version].has(tag)) throw badTag(version, tag);
    const id = element["element_id"];
    if (id === undefined) continue;
    if (typeof id !== "string" || !ELEMENT_ID.test(id))
      throw badCard(300302, `element_id ${wordsOf(id)} is invalid`);
    if (ids.has(id)) throw badCard(300314, `element_id ${id} is duplicated`);
    ids.add(id);
  }
  const tables = elements.reduce((sum, element) => sum + tablesIn(element), 0);
  if (tables > MOST_TABLES) throw badCard(11310, "card table number over limit; ErrorValue: table");
}

function badTag(version: "1.0" | "2.0", tag: string): ApiFailure {
  return TAGS["1.0"].has(tag)
    ? badCard(200861, `cards of schema V2 no longer support this capability; unsupported tag ${tag}`)
    : badCard(200621, `parse card json err, unknown tag ${tag} in schema ${version}`);
}

function badCard(errCode: number, sentence: string): ApiFailure {
  return new ApiFailure(
    230099,
    `Failed to create card content, ext=ErrCode: ${errCode}; ErrMsg: ${sentence}; `,
  );
}

export function schemaOf(card: CardPart): "1.0" | "2.0" {
  return card["schema"] === "2.0" ? "2.0" : "1.0";
}

/** Every element of a card, whatever it is nested in. */
export function* elementsOf(card: CardPart): Generator<CardPart> {
  const root = schemaOf(card) === "2.0" ? card["body"] : card;
  if (isPart(root)) yield* nestedIn(root);
}

function* nestedIn(part: CardPart): Generator<CardPart> {
  for (const field of NESTED) {
    const list = part[field];
    if (!Array.isArray(list)) continue;
    for (const element of list) {
      if (!isPart(element)) throw badCard(200621, "an element is no object");
      yield element;
      // The columns of a table hold no elements.
      if (element["tag"] !== "table") yield* nestedIn(element);
    }
  }
}

/** Where an element stands, so that another can be put there; undefined if no element has that id. */
export function findElement(card: CardPart, id: string): { list: CardPart[]; index: number } | undefined {
  const root = schemaOf(card) === "2.0" ? card["body"] : card;
  const look = (part: CardPart): { list: CardPart[]; index: number } | undefined => {
    for (const field of NESTED) {
      const list = part[field];
      if (!Array.isArray(list)) continue;
      for (const [index, element] of list.entries()) {
        if (element.element_id === id) return { list, index };
        const found = look(element);
        if (found) return found;
      }
    }
    return undefined;
  };
  return isPart(root) ? look(root) : undefined;
}

/** A plain text inside an element that has an id of its own. */
export function findText(card: CardPart, id: string): CardPart | undefined {
  const look = (value: unknown): CardPart | undefined => {
    if (Array.isArray(value)) return value.map(look).find((found) => found !== undefined);
    if (!isPart(value)) return undefined;
    if (value["element_id"] === id) return value;
    return Object.values(value)
      .map(look)
      .find((found) => found !== undefined);
  };
  const found = look(card);
  return found && typeof found["content"] === "string" ? found : undefined;
}

/** The button with that label. */
export function findButton(card: CardPart, label: string): CardPart | undefined {
  return [...elementsOf(card)].find((element) => element["tag"] === "button" && labelOf(element) === label);
}

export function buttonsOf(card: CardPart): string[] {
  return [...elementsOf(card)].filter(({ tag }) => tag === "button").map((element) => labelOf(element));
}

function labelOf(button: CardPart): string {
  return textOf(button["text"], String);
}

/** What a person reads in a card, without its buttons: its title, and what its elements say, a line each. */
export function cardText(card: CardPart, nameOf: NameOf): string {
  const header = isPart(card["header"]) ? card["header"] : {};
  const lines = [textOf(header["title"], nameOf), textOf(header["subtitle"], nameOf)];
  for (const element of elementsOf(card)) lines.push(elementText(element, nameOf));
  return lines.filter((line) => line !== "").join("\n");
}

function elementText(element: CardPart, nameOf: NameOf): string {
  switch (element["tag"]) {
    case "markdown":
    case "plain_text":
    case "lark_md":
      return markdownText(wordsOf(element["content"]), nameOf);
    case "div":
      return [element["text"], ...fieldsIn(element)].map((text) => textOf(text, nameOf)).join("\n");
    case "img":
      return "(image)";
    case "hr":
      return "---";
    case "collapsible_panel":
      return isPart(element["header"]) ? textOf(element["header"]["title"], nameOf) : "";
    case "table":
      return tableText(element);
    case "input":
    case "select_static":
      return `(${element["tag"]} ${textOf(element["placeholder"], nameOf)})`;
    default:
      return "";
  }
}

function fieldsIn(element: CardPart): unknown[] {
  const fields = element["fields"];
  return Array.isArray(fields) ? fields.map((field) => (isPart(field) ? field["text"] : undefined)) : [];
}

function tableText(table: CardPart): string {
  const columns = Array.isArray(table["columns"]) ? table["columns"].filter(isPart) : [];
  const rows = Array.isArray(table["rows"]) ? table["rows"].filter(isPart) : [];
  const head = columns.map((column) => wordsOf(column["display_name"] ?? column["name"])).join(" | ");
  const body = rows.map((row) => columns.map((column) => cellText(row[wordsOf(column["name"])])).join(" | "));
  return [head, ...body].join("\n");
}

function cellText(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : wordsOf(value);
}

function textOf(text: unknown, nameOf: NameOf): string {
  if (!isPart(text)) return "";
  return markdownText(wordsOf(text["content"]), nameOf);
}

const CODE = /(```[\s\S]*?(?:```|$)|`[^`\n]*`)/;
const AT = /<at\s+(?:id|ids|user_id)=["']?([^"'>\s]+)["']?\s*>[\s\S]*?<\/at>/g;

/** Card Markdown as it was written, but with the people in it by name and the characters behind their numbers. */
export function markdownText(source: string, nameOf: NameOf): string {
  return source
    .split(CODE)
    .map((part, index) =>
      index % 2 === 1 ? part : decode(part.replace(AT, (_, ids) => atText(ids, nameOf))),
    )
    .join("");
}

function atText(ids: string, nameOf: NameOf): string {
  return ids
    .split(",")
    .map((id) => `@${nameOf(id)}`)
    .join(" ");
}

/** The ids of everybody whom a card names, `all` among them. */
export function namedIn(card: CardPart): string[] {
  const ids: string[] = [];
  cardText(card, (id) => {
    ids.push(id);
    return id;
  });
  return ids;
}

const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', nbsp: " " };

function decode(text: string): string {
  return text.replace(/&(?:#(\d+)|(lt|gt|amp|quot|nbsp));/g, (_, number, name) =>
    number === undefined ? (NAMED[name] ?? "") : String.fromCodePoint(Number(number)),
  );
}

function tablesIn(element: CardPart): number {
  if (element["tag"] === "table") return 1;
  if (element["tag"] !== "markdown") return 0;
  const text = wordsOf(element["content"]).replace(/```[\s\S]*?(?:```|$)/g, "");
  return text.split("\n").filter((line) => /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)+\|?\s*$/.test(line)).length;
}
