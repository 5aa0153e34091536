import type { Command } from "commander";
import { GatewayError } from "../core/errors.ts";
import type { LoadedConfig } from "../core/config.ts";
import { withPluginsHere, type PluginsHere } from "./plugins-here.ts";
import { loadHere } from "./load-config.ts";

/** A plugin's command did not work. */
class PluginCommandError extends GatewayError {
  readonly code = "plugin-command";
}

/**
 * Runs `work` with the commands that plugins add to `program`, where they can be loaded. `args` is the whole
 * command line. A configuration that cannot be used adds nothing: the program's own commands say what is wrong.
 */
export async function withPluginCommands<T>(
  program: Command,
  args: readonly string[],
  done: (code: number) => void,
  work: () => Promise<T>,
): Promise<T> {
  const loaded = tryToLoad(args);
  if (loaded === undefined || loaded.config.plugins.entries.length === 0) return work();
  return withPluginsHere(loaded, async (plugins) => {
    addCommands(program, plugins, done);
    return work();
  });
}

function addCommands(
  program: Command,
  { loader, registry }: PluginsHere,
  done: (code: number) => void,
): void {
  const own = new Set(program.commands.map((command) => command.name()));
  for (const { name, owner, value } of registry.cli.entries) {
    if (own.has(name)) {
      console.error(`The plugin ${owner} cannot add the command ${name}: pi-gw has one of that name.`);
      continue;
    }
    program
      .command(name)
      .description(value.summary ?? `added by the plugin ${owner}`)
      .helpOption(false)
      .allowUnknownOption()
      .argument("[args...]")
      .action(async (_args: unknown, _options: unknown, command: Command) => {
        try {
          done((await value.run({ args: command.args, print: console.log })) ?? 0);
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          throw new PluginCommandError(`${name}, of the plugin ${owner}, failed: ${reason}`, {
            cause: error,
          });
        }
      });
  }
  for (const { id, state, problem } of loader.list()) {
    if (state === "failed") console.error(`The plugin ${id} could not be loaded: ${problem}`);
  }
}

function tryToLoad(args: readonly string[]): LoadedConfig | undefined {
  try {
    const at = args.indexOf("--config");
    const config = at < 0 ? undefined : args[at + 1];
    return loadHere(config === undefined ? {} : { config });
  } catch {
    // Said by every command that needs the configuration; this one may not.
    return undefined;
  }
}
