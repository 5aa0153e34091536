import type { Finding } from "../../core/channel.ts";
import type { LoadedConfig } from "../../core/config.ts";
import type { PluginInfo } from "../../core/plugin-info.ts";
import { CliError } from "../cli-error.ts";
import { knownPlugins } from "../plugin.ts";
import { startedAs } from "../started-as.ts";

/** Which plugins work, and why the others do not. */
export async function checkPlugins(loaded: LoadedConfig): Promise<readonly Finding[]> {
  if (loaded.config.plugins.entries.length === 0) return [];
  try {
    const { plugins } = await knownPlugins(loaded);
    return plugins.flatMap(findingsOf);
  } catch (error) {
    // That the gateway cannot be asked is a finding of its own.
    if (error instanceof CliError) return [];
    throw error;
  }
}

function findingsOf({
  id,
  version,
  state,
  problem,
  fix,
  registered,
  strays,
}: PluginInfo): readonly Finding[] {
  const subject = `plugin ${id}`;
  if (state === "disabled") return [{ level: "note", subject, text: "is switched off" }];
  const found: Finding[] = [];
  if (problem !== undefined) {
    const text = state === "running" ? `its newest version does not run: ${problem}` : problem;
    const again = `Look at its files, then run: ${startedAs()} plugin reload ${id}`;
    found.push({ level: "warning", subject, text, fix: fix ?? again });
  }
  if (strays !== undefined) {
    const text = `failed outside of any call, ${strays.count} times; at last: ${strays.last}`;
    found.push({ level: "warning", subject, text, fix: "The log has the stack of each." });
  }
  if (found.length > 0) return found;
  const text = [version, registered.join(", ") || "registers nothing"].filter(Boolean).join(": ");
  return [{ level: "ok", subject, text }];
}
