import { z } from "zod";
import { formatPath } from "../core/config-file.ts";
import { problemsOf } from "../core/config-problems.ts";
import type { JsonSchema } from "../core/tool.ts";
import { PluginError } from "./plugin-error.ts";

/**
 * A plugin's options as its schema has them, defaults filled in; as they are without a schema. Throws
 * {@link PluginError}, which names each wrong option by its place; `place` is that of the plugin: `plugins[0]`.
 */
export function checkOptions(schema: JsonSchema | undefined, options: unknown, place: string): unknown {
  if (schema === undefined) return options;
  const checked = toZod(schema);
  const given = options ?? (schema["type"] === "object" ? {} : undefined);
  const result = checked.safeParse(given);
  if (result.success) return result.data;
  const lines = result.error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => lineOf(place, [...pathOf(issue), key], "the plugin has no such option"))
      : problemsOf([issue], checked, given, () => undefined).map(({ path, sentence }) =>
          lineOf(place, path, sentence),
        ),
  );
  throw new PluginError(lines.join("; "), "Correct the plugin's options in the configuration.");
}

function toZod(schema: JsonSchema): z.ZodType {
  try {
    return z.fromJSONSchema(schema);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PluginError(
      `its configSchema cannot be used: ${reason}`,
      "Correct configSchema in the plugin's manifest; it is JSON Schema.",
      error,
    );
  }
}

const pathOf = (issue: z.core.$ZodIssue) =>
  issue.path.map((key) => (typeof key === "symbol" ? String(key) : key));

function lineOf(place: string, path: readonly (string | number)[], sentence: string): string {
  return `${place}.${formatPath(["options", ...path])}: ${sentence}`;
}
