import type { z } from "zod";
import type { ConfigPath } from "./config-file.ts";
import { childOf, childSchema, isOptional, isSection, shapeFor, shapeOf } from "./config-shape.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** One `${NAME}` in the file. */
export interface VariableUse {
  readonly name: string;
  readonly path: ConfigPath;
  /** False if it had neither a value nor a default. */
  readonly isSet: boolean;
}

export interface Substituted {
  readonly value: unknown;
  readonly uses: readonly VariableUse[];
  /** Text that looks like a variable and is none. */
  readonly faults: readonly { readonly path: ConfigPath; readonly sentence: string }[];
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const PIECE = /\$\$|\$\{([^}]*)(\}?)/g;

/**
 * Puts the environment's values in place of `${NAME}` and `${NAME:-default}`, and `$` in place of `$$`.
 * An empty variable counts as unset; one without a value stays as it is written. What a variable holds
 * is not looked into again.
 */
export function substituteVariables(root: unknown, env: Environment): Substituted {
  const uses: VariableUse[] = [];
  const faults: { path: ConfigPath; sentence: string }[] = [];
  const inText = (text: string, path: ConfigPath) =>
    text.replace(PIECE, (piece: string, inner: string | undefined, end: string) => {
      if (inner === undefined) return "$";
      const [name, fallback] = splitOnce(inner, ":-");
      if (end === "" || !NAME.test(name)) {
        faults.push({ path, sentence: "expected ${NAME} or ${NAME:-default}; a plain $ is written $$" });
        return piece;
      }
      const held = env[name] === "" ? fallback : (env[name] ?? fallback);
      uses.push({ name, path, isSet: held !== undefined });
      return held ?? piece;
    });
  return { value: mapTexts(root, [], inText), uses, faults };
}

/**
 * The part of the configuration to switch off because a variable at `path` is not set: the nearest thing
 * around it that has a switch of its own. Undefined where there is none, or where off would mean unprotected.
 */
export function switchFor(schema: z.ZodType, root: unknown, path: ConfigPath): ConfigPath | undefined {
  if (path[0] === "gateway" || path[0] === "security") return undefined;
  let found: ConfigPath | undefined;
  let value = root;
  let shape = shapeFor(schema, root);
  for (const [index, key] of path.entries()) {
    const next = childSchema(shape, key);
    value = childOf(value, key);
    shape = next && shapeFor(next, value);
    // A channel has its switch even if nothing is known about its section.
    const isChannel = path[0] === "channels" && index === 1 && path.length > 2;
    if (isChannel || hasSwitch(next, value)) found = path.slice(0, index + 1);
  }
  return ownAccountOf(root, path, shape?.facts.own === true) ?? found;
}

/** Switches off what stands at `at`. The values in it that lack a variable leave it where they may. */
export function switchOff(schema: z.ZodType, root: unknown, at: ConfigPath, unset: ConfigPath): void {
  dropOptional(schema, root, unset);
  let parent = root;
  for (const key of at.slice(0, -1)) parent = childOf(parent, key);
  const key = at.at(-1);
  const target = key === undefined ? root : childOf(parent, key);
  if (isSection(target)) target["enabled"] = false;
  else if (key !== undefined && typeof parent === "object" && parent !== null) {
    const off = typeof target === "string" ? { path: target, enabled: false } : { enabled: false };
    Reflect.set(parent, key, off);
  }
}

/** Whether something around `path` is switched off in the file, so that nothing in there is needed. */
export function isSwitchedOff(root: unknown, path: ConfigPath): boolean {
  let value = root;
  for (const key of path) {
    value = childOf(value, key);
    if (isOff(childOf(value, "enabled"))) return true;
  }
  return false;
}

/** A variable may hold the switch, and is still text when this is asked. */
const isOff = (enabled: unknown) => enabled === false || enabled === "false";

function hasSwitch(schema: z.core.$ZodType | undefined, value: unknown): boolean {
  if (!schema) return false;
  const shape = shapeOf(schema);
  if (shape.kind === "section") return shape.fields.has("enabled");
  // An entry written as a bare path could as well be written with a switch.
  if (shape.kind !== "choice") return false;
  const chosen = typeof value === "string" ? shape.options.map(shapeOf) : [shapeFor(schema, value)];
  return chosen.some((option) => option?.kind === "section" && option.fields.has("enabled"));
}

/**
 * The bot's own secret, set for the whole channel, is that of the account `default`. Where there are other
 * accounts, only this one goes without.
 */
function ownAccountOf(root: unknown, path: ConfigPath, isOwn: boolean): ConfigPath | undefined {
  if (!isOwn || path[0] !== "channels" || path.length !== 3) return undefined;
  const accountsPath = [...path.slice(0, 2), "accounts"];
  const accounts = accountsPath.reduce<unknown>(childOf, root);
  if (!isSection(accounts) || Object.keys(accounts).every((name) => name === "default")) return undefined;
  return [...accountsPath, "default"];
}

/** Takes the value at `path` out, where its section can do without it. */
export function dropOptional(schema: z.ZodType, root: unknown, path: ConfigPath): void {
  let parent = root;
  let shape = shapeFor(schema, root);
  for (const key of path.slice(0, -1)) {
    const next = childSchema(shape, key);
    parent = childOf(parent, key);
    shape = next && shapeFor(next, parent);
  }
  const key = path.at(-1);
  if (key === undefined || !isSection(parent)) return;
  const field = childSchema(shape, key);
  if (field === undefined || isOptional(field)) delete parent[String(key)];
}

function mapTexts(
  value: unknown,
  path: ConfigPath,
  change: (text: string, path: ConfigPath) => string,
): unknown {
  if (typeof value === "string") return change(value, path);
  if (Array.isArray(value)) return value.map((item, index) => mapTexts(item, [...path, index], change));
  if (!isSection(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapTexts(item, [...path, key], change)]),
  );
}

function splitOnce(text: string, separator: string): readonly [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}
