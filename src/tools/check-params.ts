import { isRecord } from "../core/rpc-protocol.ts";
import type { JsonSchema } from "../core/tool.ts";

/**
 * What is wrong with `params` by a JSON Schema, in one sentence that names the field; undefined if they fit. Words
 * of a schema that are not known here allow everything, as the standard has it.
 */
export function problemOf(params: unknown, schema: JsonSchema): string | undefined {
  return check(params, schema, { path: "", root: schema, depth: 0 });
}

interface At {
  /** Where we are, as the model wrote it: `schedule.kind`. */
  readonly path: string;
  readonly root: JsonSchema;
  /** Schemas may refer to themselves. */
  readonly depth: number;
}

type Rule = (value: unknown, schema: JsonSchema, at: At) => string | undefined;

const MOST_DEPTH = 64;

function check(value: unknown, schema: unknown, at: At): string | undefined {
  if (schema === false) return `${nameOf(at)} is not allowed`;
  if (!isRecord(schema) || at.depth > MOST_DEPTH) return undefined;
  for (const rule of RULES) {
    const problem = rule(value, schema, { ...at, depth: at.depth + 1 });
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const RULES: readonly Rule[] = [
  checkRef,
  checkType,
  checkChoice,
  checkText,
  checkNumber,
  checkList,
  checkObject,
  checkCombined,
];

function checkRef(value: unknown, { $ref }: JsonSchema, at: At): string | undefined {
  if (typeof $ref !== "string" || !$ref.startsWith("#")) return undefined;
  const names = $ref
    .slice(1)
    .split("/")
    .slice(1)
    .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
  const found = names.reduce<unknown>((from, name) => (isRecord(from) ? from[name] : undefined), at.root);
  return check(value, found, at);
}

function checkType(value: unknown, { type }: JsonSchema, at: At): string | undefined {
  const types = typeof type === "string" ? [type] : Array.isArray(type) ? type.map(String) : [];
  if (types.length === 0 || types.some((one) => isOf(value, one))) return undefined;
  if (value === undefined) return `${nameOf(at)} is missing`;
  return `${nameOf(at)} must be ${types.map(withArticle).join(" or ")}, not ${shown(value)}`;
}

function isOf(value: unknown, type: string): boolean {
  switch (type) {
    case "object":
      return isRecord(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "null":
      return value === null;
    default:
      return typeof value === type;
  }
}

function checkChoice(value: unknown, schema: JsonSchema, at: At): string | undefined {
  const choices: readonly unknown[] | undefined = Array.isArray(schema["enum"])
    ? schema["enum"]
    : "const" in schema
      ? [schema["const"]]
      : undefined;
  if (!choices || choices.some((choice) => Bun.deepEquals(choice, value))) return undefined;
  const list = choices.map((choice) => JSON.stringify(choice)).join(", ");
  return `${nameOf(at)} must be ${choices.length > 1 ? "one of " : ""}${list}, not ${shown(value)}`;
}

function checkText(value: unknown, schema: JsonSchema, at: At): string | undefined {
  if (typeof value !== "string") return undefined;
  const { minLength, maxLength, pattern } = schema;
  if (typeof minLength === "number" && value.length < minLength) {
    return minLength === 1 ? `${nameOf(at)} must not be empty` : `${nameOf(at)} is shorter than ${minLength}`;
  }
  if (typeof maxLength === "number" && value.length > maxLength) {
    return `${nameOf(at)} is longer than ${maxLength}`;
  }
  if (typeof pattern !== "string" || regExpOf(pattern)?.test(value) !== false) return undefined;
  return `${nameOf(at)} must be of the form ${pattern}`;
}

function regExpOf(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, "u");
  } catch {
    // A pattern that is none cannot be kept to; the rest of the schema still counts.
    return undefined;
  }
}

function checkNumber(value: unknown, schema: JsonSchema, at: At): string | undefined {
  if (typeof value !== "number") return undefined;
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  if (typeof minimum === "number" && value < minimum) return `${nameOf(at)} must be at least ${minimum}`;
  if (typeof maximum === "number" && value > maximum) return `${nameOf(at)} must be at most ${maximum}`;
  if (typeof exclusiveMinimum === "number" && value <= exclusiveMinimum) {
    return `${nameOf(at)} must be more than ${exclusiveMinimum}`;
  }
  if (typeof exclusiveMaximum === "number" && value >= exclusiveMaximum) {
    return `${nameOf(at)} must be less than ${exclusiveMaximum}`;
  }
  return undefined;
}

function checkList(value: unknown, schema: JsonSchema, at: At): string | undefined {
  if (!Array.isArray(value)) return undefined;
  const { items, minItems, maxItems } = schema;
  if (typeof minItems === "number" && value.length < minItems) {
    return `${nameOf(at)} must have at least ${minItems}`;
  }
  if (typeof maxItems === "number" && value.length > maxItems) {
    return `${nameOf(at)} must have at most ${maxItems}`;
  }
  return first(value.entries(), ([index, item]) =>
    check(item, items, { ...at, path: `${at.path}[${index}]` }),
  );
}

function checkObject(value: unknown, schema: JsonSchema, at: At): string | undefined {
  if (!isRecord(value)) return undefined;
  const below = (key: string): At => ({ ...at, path: at.path === "" ? key : `${at.path}.${key}` });
  const required: readonly unknown[] = Array.isArray(schema["required"]) ? schema["required"] : [];
  const missing = required.map(String).find((key) => value[key] === undefined);
  if (missing !== undefined) return `${nameOf(below(missing))} is missing`;
  const properties = isRecord(schema["properties"]) ? schema["properties"] : {};
  return first(Object.entries(value), ([key, item]) => {
    if (item === undefined) return undefined;
    if (Object.hasOwn(properties, key)) return check(item, properties[key], below(key));
    if (schema["additionalProperties"] !== false)
      return check(item, schema["additionalProperties"], below(key));
    const names = Object.keys(properties);
    const known = names.length === 0 ? "there are no parameters" : `there are ${names.join(", ")}`;
    return `${nameOf(below(key))} is not known; ${known}`;
  });
}

function checkCombined(value: unknown, schema: JsonSchema, at: At): string | undefined {
  const listOf = (word: string): readonly unknown[] => (Array.isArray(schema[word]) ? schema[word] : []);
  const failed = first(listOf("allOf"), (one) => check(value, one, at));
  if (failed !== undefined) return failed;
  for (const word of ["anyOf", "oneOf"]) {
    const problems = listOf(word).map((one) => check(value, one, at));
    const fitting = problems.filter((problem) => problem === undefined).length;
    if (problems.length > 0 && fitting === 0)
      return problems.length === 1 ? problems[0] : noneFits(problems, at);
    if (word === "oneOf" && fitting > 1) return `${nameOf(at)} fits more than one of its forms`;
  }
  if (isRecord(schema["not"]) && check(value, schema["not"], at) === undefined) {
    return `${nameOf(at)} has a form that is not allowed`;
  }
  if (!("if" in schema)) return undefined;
  return check(value, check(value, schema["if"], at) === undefined ? schema["then"] : schema["else"], at);
}

const noneFits = (problems: readonly (string | undefined)[], at: At) =>
  `${nameOf(at)} fits none of its forms: ${[...new Set(problems)].join("; or ")}`;

function first<T>(of: Iterable<T>, problem: (one: T) => string | undefined): string | undefined {
  for (const one of of) {
    const found = problem(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

const nameOf = ({ path }: At) => (path === "" ? "The parameters" : `"${path}"`);
const withArticle = (type: string) =>
  type === "null" ? type : `${/^[aeiou]/.test(type) ? "an" : "a"} ${type}`;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
