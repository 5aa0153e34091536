import type { Form, Upload } from "../common/multipart.ts";
import { badRequest } from "./api-failure.ts";
import { FIELDS, type FieldKind, type MethodName } from "./fields.ts";

/** Names that the server still takes although the newest description of the API has them no more, or never had. */
const OTHER_NAMES = new Set(["disable_web_page_preview", "allow_sending_without_reply", "thumb", "method"]);
const METHODS = new Map(Object.keys(FIELDS).map((name) => [name.toLowerCase(), name as MethodName]));

/** The method of that name, in whatever case. */
export function methodNamed(name: string): MethodName | undefined {
  return METHODS.get(name.toLowerCase());
}

export interface ReadArgs {
  readonly args: Readonly<Record<string, unknown>>;
  /** Fields that the method does not have. */
  readonly unknown: readonly string[];
}

/** Gives every field of a request its meaning; throws for one that has none. `attach://` names become their files. */
export function readArgs(method: MethodName, form: Form): ReadArgs {
  const kinds: Readonly<Record<string, FieldKind>> = FIELDS[method];
  const args: Record<string, unknown> = {};
  const unknown: string[] = [];
  const isUsed = new Set<string>();
  for (const [name, value] of Object.entries(form.fields)) {
    const kind = kinds[name];
    if (kind) args[name] = attach(readField(name, kind, value), form.files, isUsed);
    else if (!OTHER_NAMES.has(name)) unknown.push(name);
  }
  for (const [name, upload] of form.files) {
    if (kinds[name] === "file") args[name] = upload;
    else if (!isUsed.has(name)) unknown.push(name);
  }
  return { args, unknown };
}

function readField(name: string, kind: FieldKind, value: unknown): unknown {
  switch (kind) {
    case "text":
    case "file":
      return typeof value === "string" ? value : String(value);
    case "int":
    case "float":
      return readNumber(name, value);
    case "flag":
      return value === true || value === "true" || value === "True" || value === "1" || value === 1;
    case "chat":
      return typeof value === "string" && !/^-?\d+$/.test(value) ? value : readNumber(name, value);
    default:
      return typeof value === "string" ? readJson(name, value) : value;
  }
}

function readNumber(name: string, value: unknown): number {
  const number = typeof value === "number" ? value : Number(value);
  if (Number.isNaN(number)) throw badRequest(`invalid ${name} specified`);
  return number;
}

function readJson(name: string, value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    throw badRequest(`can't parse ${name} JSON object`);
  }
}

function attach(value: unknown, files: ReadonlyMap<string, Upload>, isUsed: Set<string>): unknown {
  if (typeof value === "string" && value.startsWith("attach://")) {
    const name = value.slice("attach://".length);
    const upload = files.get(name);
    if (!upload) throw badRequest(`file "${name}" is not attached`);
    isUsed.add(name);
    return upload;
  }
  if (Array.isArray(value)) return value.map((item) => attach(item, files, isUsed));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, attach(item, files, isUsed)]));
}
