import { agentFindings } from "../core/agent-findings.ts";
import type { Config } from "../core/config-schema.ts";
import type { Logger } from "../lib/logger.ts";

/** Sections that say what agents have and who answers whom. */
const SECTIONS = /^(agent|agents|roles|session)\b/;

/** Says in the log, once each, what agents and roles name that is not there; after a change, if it is about them. */
export async function warnAboutAgents(
  config: Config,
  log: Logger,
  changed: readonly string[] = ["agents"],
): Promise<void> {
  if (!changed.some((path) => SECTIONS.test(path))) return;
  for (const { level, subject, text, fix } of await agentFindings(config)) {
    if (level === "warning") log.warn({ subject, finding: text, fix }, "an agent goes without something");
  }
}
