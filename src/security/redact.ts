import type { z } from "zod";
import type { LoadedConfig, ValueSource } from "../core/config.ts";
import { formatPath } from "../core/config-file.ts";
import { childSchema, isSection, type Shape, shapeFor } from "../core/config-shape.ts";
import { isSecretName, redactText } from "../lib/redact-text.ts";

export { redactText } from "../lib/redact-text.ts";

type Path = readonly (string | number)[];

/** A secret that stands in no file: the path it would have, and its value. */
export type GeneratedSecrets = Readonly<Record<string, string>>;

/**
 * The configuration for eyes: each secret shows where it comes from, how long it is, and its last four
 * characters where those give little away. `generated` are secrets that the gateway made itself.
 */
export function redactConfig(loaded: LoadedConfig, generated: GeneratedSecrets = {}): unknown {
  const secrets = [...secretsOf(loaded), ...Object.values(generated)];
  const shown = mapSecrets(loaded.config, loaded.schema, {
    secret: (value, path) => describeSecret(value, loaded.sourceOf(formatPath(path))),
    text: (text) => redactText(text, secrets),
  });
  for (const [path, value] of Object.entries(generated)) {
    setAt(shown, path.split("."), describeSecret(value, { kind: "generated" }));
  }
  return shown;
}

/** Every secret in the configuration, for the log and whatever else must not repeat one. */
export function secretsOf(loaded: LoadedConfig): readonly string[] {
  const found = new Set<string>();
  mapSecrets(loaded.config, loaded.schema, {
    secret: (value) => {
      found.add(value);
      return value;
    },
    text: (text) => text,
  });
  return [...found];
}

/** Less than a third of a secret may show, and nothing of a short one. */
function describeSecret(value: string, source: ValueSource | { readonly kind: "generated" }): string {
  const ending = value.length >= 14 ? `, ends in ${value.slice(-4)}` : "";
  return `[secret: ${sourceInWords(source)}, ${value.length} characters${ending}]`;
}

function sourceInWords(source: ValueSource | { readonly kind: "generated" }): string {
  if (source.kind === "variable") return `\${${source.name}}`;
  return source.kind === "flag" ? source.name : source.kind;
}

interface Mapping {
  secret(value: string, path: Path): unknown;
  text(text: string): unknown;
}

function mapSecrets(root: unknown, schema: z.ZodType, mapping: Mapping): unknown {
  const visit = (value: unknown, shape: Shape | undefined, path: Path, isHidden: boolean): unknown => {
    if (typeof value === "string") return isHidden ? mapping.secret(value, path) : mapping.text(value);
    if (typeof value === "number" && isHidden) return mapping.secret(String(value), path);
    const below = (item: unknown, key: string | number) => {
      const next = childSchema(shape, key);
      const nextShape = next && shapeFor(next, item);
      return visit(item, nextShape, [...path, key], isSecret(nextShape, key, isHidden));
    };
    if (Array.isArray(value)) return value.map(below);
    if (!isSection(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, below(item, key)]));
  };
  return visit(root, shapeFor(schema, root), [], false);
}

/** The schema says it; where it does not know a key, its name does. What lies under a secret is secret too. */
function isSecret(shape: Shape | undefined, key: string | number, isHidden: boolean): boolean {
  if (shape && shape.kind !== "anything") return shape.facts.secret === true;
  return isHidden || (typeof key === "string" && isSecretName(key));
}

function setAt(root: unknown, path: readonly string[], value: unknown): void {
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => (isSection(at) ? at[key] : undefined), root);
  if (isSection(parent)) parent[path.at(-1) ?? ""] = value;
}
