import type { PiCommand } from "./agent.ts";
import type { Config } from "./config-schema.ts";

type Allow = Config["commands"]["allow"];

/** Whether `name` could be one of pi's own commands that `allow` lets people use; what pi has is not looked at. */
export function mayNamePiCommand(name: string, allow: Allow): boolean {
  if (allow === "none") return false;
  return !Array.isArray(allow) || allow.some((allowed) => isSameName(allowed, name));
}

/** Those of pi's own commands that `allow` lets people use. Without `allow` these are skills and templates. */
export function allowedOf(commands: readonly PiCommand[], allow: Allow): readonly PiCommand[] {
  return commands.filter(
    ({ name, kind }) => mayNamePiCommand(name, allow) && (allow !== undefined || kind !== "extension"),
  );
}

const isSameName = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
