import { BuiltinChannels } from "../assembly/builtin-channels.ts";
import { folderOf } from "../assembly/build-loader.ts";
import type { LoadedConfig } from "../core/config.ts";
import { type Logger, silentLogger } from "../lib/logger.ts";
import { builtinPlugins } from "../plugins/builtin/index.ts";
import { HookRegistry } from "../plugins/hooks.ts";
import { PluginLoader } from "../plugins/loader.ts";
import { PluginRegistry } from "../plugins/registry.ts";

/** The plugins of a configuration, loaded without a gateway. */
export interface PluginsHere {
  readonly loader: PluginLoader;
  readonly registry: PluginRegistry;
}

/**
 * Loads the plugins of `loaded` in this process, for as long as `work` takes. Their code runs, their services and
 * channels do not.
 */
export async function withPluginsHere<T>(
  loaded: LoadedConfig,
  work: (plugins: PluginsHere) => Promise<T>,
  log: Logger = silentLogger,
): Promise<T> {
  const { config } = loaded;
  const registry = new PluginRegistry(new HookRegistry(() => config.plugins.hookTimeoutMs, log), { log });
  const builtin = new BuiltinChannels({ config: () => config, registry, log });
  const loader = new PluginLoader({
    config: () => config,
    entries: () => config.plugins.entries,
    folder: () => folderOf(loaded.file),
    registry,
    log,
    taken: builtinPlugins.map(({ name }) => name),
  });
  try {
    await builtin.start();
    await loader.start();
    return await work({ loader, registry });
  } finally {
    await loader.stop(AbortSignal.abort());
    await builtin.stop();
  }
}
