import { isSecretName, REDACTED, redactText } from "./redact-text.ts";

export interface FieldRules {
  readonly secrets: readonly string[];
  /** What people and models wrote may be shown; otherwise only how long it is. */
  readonly showsText: boolean;
}

/** Fields that hold what somebody said. */
const TEXT_NAMES = new Set(["text", "markdown", "prompt", "reply", "content", "caption", "body", "delta"]);
const DEEPEST = 6;
const LONGEST = 4000;

/**
 * `fields` as a log may hold them: no secrets, no text of messages unless `showsText`, errors with what
 * they answer (`code`, `retry`, `outcome`) and their causes, nothing that JSON cannot say.
 */
export function logFields(fields: Readonly<Record<string, unknown>>, rules: FieldRules) {
  return sectionOf(fields, rules, new Set([fields]));
}

function sectionOf(fields: object, rules: FieldRules, around: ReadonlySet<object>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, fieldOf(name, value, rules, around)]),
  );
}

function fieldOf(name: string, value: unknown, rules: FieldRules, around: ReadonlySet<object>): unknown {
  if (value !== undefined && value !== null && typeof value !== "boolean" && isSecretName(name))
    return REDACTED;
  if (typeof value === "string" && TEXT_NAMES.has(name) && !rules.showsText)
    return `[${value.length} characters]`;
  return valueOf(value, rules, around);
}

function valueOf(value: unknown, rules: FieldRules, around: ReadonlySet<object>): unknown {
  if (typeof value === "string") return textOf(value, rules);
  if (typeof value === "bigint" || typeof value === "symbol") return String(value);
  if (typeof value === "function") return undefined;
  if (typeof value !== "object" || value === null) return value;
  if (around.has(value)) return "[circular]";
  if (around.size > DEEPEST) return "[deeper]";
  const within = new Set(around).add(value);
  if (value instanceof Error) return errorOf(value, rules, within);
  if (value instanceof Date) return value.toJSON();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Map) return sectionOf(Object.fromEntries(value), rules, within);
  if (value instanceof Set) return [...value].map((item) => valueOf(item, rules, within));
  if (Array.isArray(value)) return value.map((item) => valueOf(item, rules, within));
  return sectionOf(value, rules, within);
}

function errorOf(error: Error, rules: FieldRules, around: ReadonlySet<object>): Record<string, unknown> {
  const own = Object.entries(error).filter(([name]) => !SAID_APART.has(name));
  const several: unknown = error instanceof AggregateError ? error.errors : undefined;
  return {
    type: error.name,
    message: textOf(error.message, rules),
    ...sectionOf(Object.fromEntries(own), rules, around),
    ...(error.stack === undefined ? {} : { stack: textOf(error.stack, rules) }),
    ...(error.cause === undefined ? {} : { cause: valueOf(error.cause, rules, around) }),
    ...(several === undefined ? {} : { errors: valueOf(several, rules, around) }),
  };
}

const SAID_APART = new Set(["name", "message", "stack", "cause", "errors"]);

function textOf(text: string, { secrets }: FieldRules): string {
  const clean = redactText(text, secrets);
  return clean.length > LONGEST ? `${clean.slice(0, LONGEST)}… [${clean.length} characters]` : clean;
}
