import { dirname } from "node:path";
import { builtinPlugins } from "../plugins/builtin/index.ts";
import { PluginLoader } from "../plugins/loader.ts";
import type { Base, Parts } from "./parts.ts";

/** The plugins of the configuration. What changes with them reaches pi with its next processes. */
export function buildLoader({ options, live, registry }: Base, whole: () => Parts): PluginLoader {
  const { plugins = [], log } = options;
  return new PluginLoader({
    config: () => live.config,
    entries: () => live.config.plugins.entries,
    folder: () => folderOf(live.loaded.file),
    registry,
    log,
    taken: [...builtinPlugins, ...plugins].map(({ name }) => name),
    onChange: () => whole().pool.recycle(),
  });
}

/** Where the paths of a configuration start. */
export function folderOf(file: string | undefined): string {
  return file === undefined ? process.cwd() : dirname(file);
}
