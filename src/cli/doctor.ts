import { ConfigError } from "../core/errors.ts";
import type { Finding } from "../core/channel.ts";
import type { LoadedConfig } from "../core/config.ts";
import { checkAgents } from "./doctor/check-agents.ts";
import { checkBun } from "./doctor/check-bun.ts";
import { checkChannels } from "./doctor/check-channels.ts";
import { checkConfig, findingsOfBrokenConfig } from "./doctor/check-config.ts";
import { checkCron } from "./doctor/check-cron.ts";
import { checkGateway } from "./doctor/check-gateway.ts";
import { checkHooks } from "./doctor/check-hooks.ts";
import { checkPi } from "./doctor/check-pi.ts";
import { checkPlugins } from "./doctor/check-plugins.ts";
import { checkState } from "./doctor/check-state.ts";
import { printFindings } from "./doctor/print-findings.ts";
import { type ExitCode, EXIT } from "./exit-codes.ts";
import { type ConfigOptions, loadHere } from "./load-config.ts";

/** `pi-gw doctor`: looks at everything the gateway needs, and says of each thing that is wrong how to mend it. */
export async function runDoctor(options: ConfigOptions): Promise<ExitCode> {
  const findings = [...checkBun(), ...(await checkTheRest(options))];
  printFindings(findings);
  return findings.some(({ level }) => level === "error") ? EXIT.failed : EXIT.ok;
}

/** Without a configuration nothing else can be judged: each further finding would be about other settings. */
async function checkTheRest(options: ConfigOptions): Promise<readonly Finding[]> {
  const loaded = tryToLoad(options);
  if (loaded instanceof ConfigError) return findingsOfBrokenConfig(loaded);
  const [pi, gateway, state, plugins, channels, cron] = await Promise.all([
    checkPi(loaded),
    checkGateway(loaded),
    checkState(loaded),
    checkPlugins(loaded),
    checkChannels(loaded),
    checkCron(loaded),
  ]);
  return [
    ...pi,
    ...(await checkConfig(loaded)),
    ...(await checkAgents(loaded)),
    ...plugins,
    ...channels,
    ...(await checkHooks(loaded)),
    ...gateway,
    ...cron,
    ...state,
  ];
}

function tryToLoad(options: ConfigOptions): LoadedConfig | ConfigError {
  try {
    return loadHere(options);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}
