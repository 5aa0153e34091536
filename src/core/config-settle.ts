import { isAbsolute, resolve } from "node:path";
import type { z } from "zod";
import { nearest } from "../lib/nearest.ts";
import { type ConfigPath, expandHome, formatPath } from "./config-file.ts";
import { childOf, childSchema, isSection, type Shape, shapeFor, shapeOf } from "./config-shape.ts";

type Schema = z.core.$ZodType;

export interface Settling {
  /** Relative paths start here. */
  readonly folder: string;
  readonly home: string;
  /** Whether the value at this path came from a variable, and so is text whatever it stands for. */
  isFromVariable(path: ConfigPath): boolean;
  unknownKey(path: ConfigPath, hint: string | undefined): void;
}

/**
 * What `value` says, in the form the schema wants it: unknown keys reported and left out, numbers and
 * switches that came from a variable read, paths absolute.
 */
export function settle(value: unknown, schema: Schema, settling: Settling): unknown {
  let known: ReadonlyMap<string, readonly string[]> | undefined;
  // Only a wrong key needs to know all right ones.
  const elsewhere = (key: string) => (known ??= knownKeys(schema)).get(key) ?? [];
  const settleAt = (given: unknown, at: Schema, path: ConfigPath): unknown => {
    const read = settling.isFromVariable(path) ? readText(given, at) : given;
    const shape = shapeFor(at, read);
    if (typeof read === "string") return resolvePath(read, shape, settling);
    if (Array.isArray(read)) return read.map((item, index) => settleChild(item, shape, [...path, index]));
    if (!isSection(read)) return read;
    const kept = Object.entries(read).filter(([key]) => {
      const hint = shape && unknownKeyHint(shape, key, elsewhere);
      if (hint) settling.unknownKey([...path, key], hint.meant);
      return !hint;
    });
    return Object.fromEntries(kept.map(([key, item]) => [key, settleChild(item, shape, [...path, key])]));
  };
  const settleChild = (item: unknown, parent: Shape | undefined, path: ConfigPath) => {
    const next = childSchema(parent, path.at(-1) ?? "");
    return next ? settleAt(item, next, path) : item;
  };
  return settleAt(value, schema, []);
}

/** All paths a configuration may have, by their last key: for a key that stands in the wrong place. */
function knownKeys(root: Schema): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const visit = (schema: Schema, path: readonly string[]) => {
    const shape = shapeOf(schema);
    if (shape.kind !== "section") return;
    for (const [key, field] of shape.fields) {
      const here = [...path, key];
      found.set(key, [...(found.get(key) ?? []), formatPath(here)]);
      visit(field, here);
    }
  };
  visit(root, []);
  return found;
}

interface Hint {
  readonly meant: string | undefined;
}

function unknownKeyHint(
  shape: Shape,
  key: string,
  elsewhere: (key: string) => readonly string[],
): Hint | undefined {
  if (shape.kind !== "section" || shape.isOpen || shape.fields.has(key)) return undefined;
  const plain = key.replaceAll(/[-_]/g, "");
  const near = nearest(plain, shape.fields.keys());
  if (near !== undefined) return { meant: `"${near}"` };
  const [place, ...others] = elsewhere(key);
  return { meant: others.length === 0 ? place : undefined };
}

function readText(value: unknown, schema: Schema): unknown {
  if (typeof value !== "string") return value;
  const shape = shapeOf(schema);
  const kinds = shape.kind === "choice" ? shape.options.map((option) => shapeOf(option).kind) : [shape.kind];
  if (kinds.includes("text")) return value;
  if (kinds.includes("switch") && (value === "true" || value === "false")) return value === "true";
  const number = Number(value);
  return kinds.includes("number") && value.trim() !== "" && !Number.isNaN(number) ? number : value;
}

function resolvePath(text: string, shape: Shape | undefined, { folder, home }: Settling): string {
  const format = shape?.facts.format;
  const isPath = format === "path" || (format === "command" && (text.includes("/") || text === "~"));
  if (!isPath || text === "") return text;
  const path = expandHome(text, home);
  return isAbsolute(path) ? path : resolve(folder, path);
}

/** The names of the channels that `root` sets and `schema` does not know. */
export function strangeChannels(schema: Schema, root: unknown): readonly string[] {
  const channels = childOf(root, "channels");
  const field = childSchema(shapeFor(schema, root), "channels");
  const shape = field && shapeOf(field);
  if (!isSection(channels) || shape?.kind !== "section") return [];
  return Object.keys(channels).filter((name) => !shape.fields.has(name));
}
