import { builtinPlugins } from "../plugins/builtin/index.ts";
import type { PluginRegistry } from "../plugins/registry.ts";
import type { GatewayOptions } from "./parts.ts";

/** The built-in plugins that the configuration asks for, then those that were given. */
export function setUpPlugins({ loaded, log, plugins = [] }: GatewayOptions, registry: PluginRegistry): void {
  const { config } = loaded;
  const builtin = builtinPlugins.filter((one) => one.isEnabled(config.channels[one.name]));
  for (const { name, plugin } of [...builtin, ...plugins]) {
    void plugin(registry.apiFor(name, config, config.channels[name], log));
  }
}
