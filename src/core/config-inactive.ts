import type { LoadedConfig } from "./config.ts";
import { childOf } from "./config-shape.ts";

/** What the file asks for and this version does not do, for the start line: channels that are not among `running`. */
export function inactiveSections(loaded: LoadedConfig, running: readonly string[]): readonly string[] {
  return Object.entries(loaded.config.channels)
    .filter(
      ([name, section]) =>
        loaded.written.has(`channels.${name}`) &&
        !running.includes(name) &&
        childOf(section, "enabled") !== false,
    )
    .map(([name]) => `channels.${name}`);
}
