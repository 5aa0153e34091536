import type { LoadedConfig } from "./config.ts";
import { childOf } from "./config-shape.ts";

/** The sections whose features are not built yet, and when somebody wants them. */
const UNBUILT: Readonly<Record<string, (loaded: LoadedConfig) => boolean>> = {
  cron: ({ config }) => config.cron.enabled && config.cron.jobs.some((job) => job.enabled),
};

/**
 * What the file asks for and this version does not do yet, for the start line: sections, and channels
 * that are not among `running`.
 */
export function inactiveSections(loaded: LoadedConfig, running: readonly string[]): readonly string[] {
  const sections = Object.entries(UNBUILT).filter(([, isWanted]) => isWanted(loaded));
  const channels = Object.entries(loaded.config.channels).filter(
    ([name, section]) =>
      loaded.written.has(`channels.${name}`) &&
      !running.includes(name) &&
      childOf(section, "enabled") !== false,
  );
  return [...channels.map(([name]) => `channels.${name}`), ...sections.map(([name]) => name)];
}
