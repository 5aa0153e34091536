import { cutText } from "../lib/cut-text.ts";

/** One place of a template: a text as it stands, or what a path leads to. */
type Part = { readonly text: string } | { readonly path: TemplatePath };

/** The way to a value: `a.b[0].c`, step by step. */
export type TemplatePath = readonly (string | number)[];

/** A text with places that are filled in from a value: `Push to {{repository.name}}`. */
export interface TextTemplate {
  readonly parts: readonly Part[];
}

/** What became of a template. */
export interface Rendered {
  readonly text: string;
  /** The paths that led to nothing: they became the empty text. */
  readonly missing: readonly string[];
}

/** Characters that one value may become, and all of them together: a prompt, and no book. */
const MOST_OF_ONE = 16_000;
export const MOST_IN_ALL = 48_000;
const MOST_STEPS = 32;

const PLACE = /\{\{([^{}]*)\}\}/g;
const STEP = /^(?:\.?([\w$@-]+)|\[(\d{1,9})\]|\["([^"\]]*)"\])/;

/** Reads a template. Throws `SyntaxError` that names a place which is none. */
export function parseTemplate(source: string): TextTemplate {
  const parts: Part[] = [];
  let end = 0;
  for (const found of source.matchAll(PLACE)) {
    parts.push({ text: source.slice(end, found.index) }, { path: parsePath(found[1] ?? "") });
    end = found.index + found[0].length;
  }
  return { parts: [...parts, { text: source.slice(end) }] };
}

/** Reads a path such as `a.b[0].c` or `a["b c"]`. Throws `SyntaxError` for a text that is none. */
export function parsePath(source: string): TemplatePath {
  const steps: (string | number)[] = [];
  let rest = source.trim();
  while (rest !== "" && steps.length < MOST_STEPS) {
    const step = STEP.exec(rest);
    if (!step) break;
    steps.push(step[2] === undefined ? (step[1] ?? step[3] ?? "") : Number(step[2]));
    rest = rest.slice(step[0].length);
  }
  if (rest !== "" || steps.length === 0) {
    throw new SyntaxError(`"${source.trim().slice(0, 80)}" is no path; it is written like a.b[0].c`);
  }
  return steps;
}

/**
 * Fills a template in from `value`, which anybody may have sent: only what the value itself holds is reached, what
 * is long is cut, and what is not there is the empty text.
 */
export function renderTemplate({ parts }: TextTemplate, value: unknown): Rendered {
  const missing: string[] = [];
  let text = "";
  for (const part of parts) {
    if ("text" in part) {
      text += part.text;
      continue;
    }
    const found = valueAt(value, part.path);
    if (found === undefined || found === null) missing.push(formatTemplatePath(part.path));
    else text += cutText(textOf(found), Math.min(MOST_OF_ONE, Math.max(0, MOST_IN_ALL - text.length)));
  }
  return { text, missing };
}

/** What `path` leads to in `value`; undefined if nothing. What a value inherits is none of its own. */
export function valueAt(value: unknown, path: TemplatePath): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Readonly<Record<string | number, unknown>>)[step];
  }
  return at;
}

/** A path as people write it. */
export function formatTemplatePath(path: TemplatePath): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      if (!/^[\w$@-]+$/.test(step)) return `["${step}"]`;
      return index === 0 ? step : `.${step}`;
    })
    .join("");
}

const textOf = (value: unknown) => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
