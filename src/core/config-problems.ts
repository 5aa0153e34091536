import type { z } from "zod";
import { nearest } from "../lib/nearest.ts";
import type { ConfigPath } from "./config-file.ts";
import { branchFor, childOf, type Shape, shapeAt, shapeOf } from "./config-shape.ts";

type Issue = z.core.$ZodIssue;

/** Something wrong at a place: `sentence` says what was expected there and what stands there. */
export interface Problem {
  readonly path: ConfigPath;
  readonly sentence: string;
}

/**
 * What zod found, for the person who wrote the file. `value` is the whole that was checked;
 * `variableAt` names the variable that a value came from, whose content is never repeated.
 */
export function problemsOf(
  issues: readonly Issue[],
  schema: z.ZodType,
  value: unknown,
  variableAt: (path: ConfigPath) => string | undefined,
): readonly Problem[] {
  return issues
    .flatMap((issue) => narrowed(issue, [], schema, value))
    .map(({ path, issue }) => {
      const shape = shapeAt(schema, value, path);
      const given = path.reduce<unknown>(childOf, value);
      return { path, sentence: sentenceFor(issue, shape, given, variableAt(path)) };
    });
}

interface PlacedIssue {
  readonly path: ConfigPath;
  readonly issue: Issue;
}

/** Of a choice, only what is wrong with the alternative that was meant. */
function narrowed(
  issue: Issue,
  prefix: ConfigPath,
  schema: z.ZodType,
  value: unknown,
): readonly PlacedIssue[] {
  const path = [...prefix, ...issue.path.map((key) => (typeof key === "symbol" ? String(key) : key))];
  if (issue.code !== "invalid_union") return [{ path, issue }];
  const shape = shapeAt(schema, value, path);
  if (shape?.kind !== "choice") return [{ path, issue }];
  const meant = branchFor(shape.options, path.reduce<unknown>(childOf, value));
  const inner = meant === undefined ? undefined : issue.errors[meant];
  return inner?.flatMap((one) => narrowed(one, path, schema, value)) ?? [{ path, issue }];
}

/** Stands for an unknown alternative: its wording is ours. */
const NO_CHOICE = { code: "invalid_value", message: "" } as const;

function sentenceFor(
  issue: Pick<Issue, "code" | "message">,
  shape: Shape | undefined,
  given: unknown,
  variable: string | undefined,
): string {
  if (issue.code === "invalid_union" && "options" in issue && Array.isArray(issue.options)) {
    return sentenceFor(NO_CHOICE, { kind: "values", values: issue.options, facts: {} }, given, variable);
  }
  if (issue.code === "custom" && !issue.message.startsWith("expected ")) return issue.message;
  const expected = issue.message.startsWith("expected ") ? issue.message : `expected ${expectedBy(shape)}`;
  if (given === undefined) return `missing; ${expected}`;
  const meant = nearestValue(shape, given);
  const hint = meant === undefined ? "" : ` (did you mean "${meant}"?)`;
  return `${expected}, got ${variable ? `the value of \${${variable}}` : shown(given, shape)}${hint}`;
}

/** What a place accepts, in words. */
export function expectedBy(shape: Shape | undefined): string {
  switch (shape?.kind) {
    case "section":
    case "map":
      return "a section { … }";
    case "list":
      return "a list [ … ]";
    case "choice":
      return orList([...new Set(shape.options.flatMap((option) => alternatives(shapeOf(option))))]);
    case "values":
      return orList(alternatives(shape));
    case "number":
      return numberInWords(shape.whole, shape.least, shape.most);
    case "text":
      return TEXTS[shape.facts.format ?? ""] ?? "a text";
    case "switch":
      return "true or false";
    default:
      return "another value";
  }
}

function alternatives(shape: Shape): readonly string[] {
  return shape.kind === "values" ? shape.values.map((value) => JSON.stringify(value)) : [expectedBy(shape)];
}

const TEXTS: Readonly<Record<string, string>> = { path: "a path", uri: "a web address" };

function numberInWords(whole: boolean, least: number, most: number): string {
  const number = whole ? "a whole number" : "a number";
  const hasLeast = least > Number.MIN_SAFE_INTEGER;
  const hasMost = most < Number.MAX_SAFE_INTEGER;
  if (hasLeast && hasMost) return `${number} from ${least} to ${most}`;
  if (hasLeast) return `${number} of at least ${least}`;
  return hasMost ? `${number} of at most ${most}` : number;
}

function shown(value: unknown, shape: Shape | undefined): string {
  if (value === null) return "null";
  if (value === "") return "an empty text";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a section";
  if (shape?.facts.secret) return `a ${typeof value === "string" ? "text" : typeof value}`;
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function nearestValue(shape: Shape | undefined, given: unknown): string | undefined {
  if (typeof given !== "string" || !shape || given === "") return undefined;
  const shapes = shape.kind === "choice" ? shape.options.map((option) => shapeOf(option)) : [shape];
  const values = shapes.flatMap((one) => (one.kind === "values" ? one.values : []));
  return nearest(
    given,
    values.filter((value) => typeof value === "string"),
  );
}

function orList(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} or ${parts.at(-1)}`;
}
