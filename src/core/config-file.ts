import { existsSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { isSection } from "./config-shape.ts";
import { ConfigError } from "./errors.ts";

const FILE_NAME = "pi-gateway.jsonc";

export type ConfigPath = readonly (string | number)[];

export interface ConfigSearch {
  /** What `--config` says. */
  readonly flag?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
}

/**
 * The configuration file that counts: `--config`, `$PI_GATEWAY_CONFIG`, the working directory, then
 * `~/.pi/gateway/`. A file that was named must exist; without a name there may be none.
 */
export function findConfigFile(search: ConfigSearch): string | undefined {
  const named = search.flag ?? (search.env["PI_GATEWAY_CONFIG"] || undefined);
  if (named !== undefined) {
    const file = resolve(search.cwd, expandHome(named, search.home));
    if (existsSync(file)) return file;
    const by = search.flag === undefined ? "$PI_GATEWAY_CONFIG" : "--config";
    throw new ConfigError([`${named}: this file does not exist (${by} names it)`]);
  }
  return configFilePlaces(search).find((file) => existsSync(file));
}

/** Where a configuration is looked for when none is named. */
export function configFilePlaces({ cwd, home }: Pick<ConfigSearch, "cwd" | "home">): readonly string[] {
  return [join(cwd, FILE_NAME), join(home, ".pi", "gateway", FILE_NAME)];
}

/** `~` and `~/…` in the home folder; any other path as it is. */
export function expandHome(path: string, home: string): string {
  if (path === "~") return home;
  return path.startsWith("~/") ? join(home, path.slice(2)) : path;
}

/** A file as written: its values, and where in the text each of them stands. */
export interface ConfigText {
  readonly value: Record<string, unknown>;
  /** `pi-gateway.jsonc:3:33`: the value at `path`, its key, or the nearest thing around it that exists. */
  readonly locate: (path: ConfigPath, what?: "key" | "value") => string;
  /** Where in the text that is, for sorting. */
  readonly offsetOf: (path: ConfigPath) => number;
  readonly warnings: readonly string[];
}

/** Reads `file`. One that cannot be read or is no JSONC object throws, with the place of each fault. */
export function readConfigFile(file: string, cwd: string): ConfigText {
  const name = displayName(file, cwd);
  return parseConfigText(textOf(file, name), name);
}

/** Reads JSONC: comments, trailing commas, a byte order mark, any line ending. `name` stands in messages. */
export function parseConfigText(source: string, name: string): ConfigText {
  const text = source.startsWith("\uFEFF") ? source.slice(1) : source;
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  const at = (offset: number) => `${name}:${positionOf(text, offset)}`;
  if (errors.length > 0) {
    // One fault makes the parser stumble over what follows: only the first is worth reading.
    const [first] = errors;
    throw new ConfigError([`${at(first?.offset ?? 0)} ${syntaxSentence(first)}`]);
  }
  if (text.trim() === "") throw new ConfigError([`${at(0)} ${EMPTY}`]);
  if (root?.type !== "object") {
    throw new ConfigError([`${at(root?.offset ?? 0)} expected a configuration in braces: { … }`]);
  }
  const places = new Map<string, Place>();
  const warnings: string[] = [];
  const value = valueOf(root, [], {
    places,
    repeated: (path, offset) => warnings.push(repeatedKey(at(offset), path)),
  });
  return {
    value: isSection(value) ? value : {},
    warnings,
    locate: (path, what = "value") => at(offsetOf(places, path, what)),
    offsetOf: (path) => offsetOf(places, path, "value"),
  };
}

/** `gateway.auth.mode`, `cron.jobs[0].id`, `channels.telegram.groups["-100.5"]`. */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = "";
  for (const key of path) {
    if (typeof key === "number") text += `[${key}]`;
    else if (/^[\w$-]+$/.test(String(key))) text += text === "" ? String(key) : `.${String(key)}`;
    else text += `[${JSON.stringify(String(key))}]`;
  }
  return text;
}

const EMPTY = "the file is empty; an empty configuration is written { }";

interface Place {
  readonly key: number;
  readonly value: number;
}

interface Reading {
  readonly places: Map<string, Place>;
  repeated(path: ConfigPath, offset: number): void;
}

function valueOf(node: Node, path: ConfigPath, reading: Reading): unknown {
  if (!reading.places.has(formatPath(path))) note(reading, path, node.offset, node.offset);
  if (node.type === "array") {
    return (node.children ?? []).map((child, index) => valueOf(child, [...path, index], reading));
  }
  if (node.type !== "object") return node.value as unknown;
  const section: Record<string, unknown> = {};
  for (const property of node.children ?? []) {
    const [key, child] = property.children ?? [];
    if (!key || !child) continue;
    const name = String(key.value);
    const childPath = [...path, name];
    if (Object.hasOwn(section, name)) reading.repeated(childPath, key.offset);
    forget(reading.places, childPath);
    note(reading, childPath, key.offset, child.offset);
    // Defined rather than assigned: a key called __proto__ must stay an ordinary, unknown key.
    Object.defineProperty(section, name, {
      value: valueOf(child, childPath, reading),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return section;
}

function note({ places }: Reading, path: ConfigPath, key: number, value: number): void {
  places.set(formatPath(path), { key, value });
}

/** A repeated key takes the place of the first with everything below it. */
function forget(places: Map<string, Place>, path: ConfigPath): void {
  const gone = formatPath(path);
  if (!places.has(gone)) return;
  for (const known of places.keys()) {
    if (known === gone || known.startsWith(`${gone}.`) || known.startsWith(`${gone}[`)) places.delete(known);
  }
}

function offsetOf(places: ReadonlyMap<string, Place>, path: ConfigPath, what: "key" | "value"): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const place = places.get(formatPath(path.slice(0, length)));
    // What is missing is best shown at the name of the section that lacks it.
    if (place) return length === path.length ? place[what] : place.key;
  }
  return 0;
}

function repeatedKey(at: string, path: ConfigPath): string {
  return `${at} ${formatPath(path)}: set twice; the last one counts`;
}

function positionOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

function syntaxSentence(error: ParseError | undefined): string {
  switch (error && printParseErrorCode(error.error)) {
    case "CommaExpected":
      return "expected a comma before this";
    case "ColonExpected":
      return "expected a colon after the key";
    case "PropertyNameExpected":
      return "expected a key in double quotes";
    case "ValueExpected":
      return "expected a value";
    case "CloseBraceExpected":
      return "expected } before the end of the file";
    case "CloseBracketExpected":
      return "expected ] before the end of the file";
    case "UnexpectedEndOfString":
      return "this text has no closing quote on its line";
    case "UnexpectedEndOfComment":
      return "this comment is never closed";
    case "EndOfFileExpected":
      return "expected nothing after the closing brace";
    default:
      return "this is not JSON (comments and trailing commas are fine)";
  }
}

function textOf(file: string, name: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError([`${name}: cannot be read (${reason})`]);
  }
}

function displayName(file: string, cwd: string): string {
  const near = relative(cwd, file);
  return near === "" || near.startsWith("..") ? file : near;
}
