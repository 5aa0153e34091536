import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import type { LoadedConfig } from "../core/config.ts";
import { type StateLayout, stateLayout } from "../core/state-dir.ts";
import { createLogger, type LineSink, type RootLogger } from "../lib/pino-logger.ts";
import { RotatingFile } from "../lib/rotating-file.ts";
import { secretsOf } from "../security/redact.ts";

const BYTES_PER_MB = 1_000_000;

/** The log of a running gateway, and what keeps it up to date. */
export interface OpenLog {
  readonly log: RootLogger;
  /** Takes over level and secrets of a configuration that is now in force. */
  follow(loaded: LoadedConfig): void;
}

/**
 * The log of a gateway: on standard error, so that standard output holds only what is for people, and in a
 * file that stays small. For eyes on a terminal, as JSON lines otherwise.
 */
export function openLog(
  loaded: LoadedConfig,
  { isVerbose, isTerminal = process.stderr.isTTY }: { isVerbose: boolean; isTerminal?: boolean },
): OpenLog {
  const layout = stateLayout(loaded.config.gateway.stateDir);
  let secrets = secretsInForce(loaded, layout);
  const log = createLogger({
    level: levelOf(loaded, isVerbose),
    pretty: isTerminal,
    destination: standardError(),
    secrets: () => secrets,
    ...logFile(loaded, layout),
  });
  return {
    log,
    follow: (now) => {
      secrets = secretsInForce(now, layout);
      log.setLevel(levelOf(now, isVerbose));
    },
  };
}

function levelOf({ config }: LoadedConfig, isVerbose: boolean) {
  return isVerbose ? "debug" : config.gateway.logLevel;
}

function logFile({ config }: LoadedConfig, layout: StateLayout): { readonly file?: LineSink } {
  const { enabled, maxMb, keep } = config.gateway.logFiles;
  if (!enabled) return {};
  const path = join(layout.logs, "gateway.log");
  return { file: new RotatingFile({ path, maxBytes: maxMb * BYTES_PER_MB, keep }) };
}

function secretsInForce(loaded: LoadedConfig, layout: StateLayout): readonly string[] {
  return [...secretsOf(loaded), ...generatedToken(layout)];
}

function generatedToken(layout: StateLayout): string[] {
  try {
    const token = readFileSync(layout.token, "utf8").trim();
    return token === "" ? [] : [token];
  } catch {
    // Not made yet: there is nothing to hide.
    return [];
  }
}

/** Not `process.stderr`: what waits in it for a slow pipe is lost when the process exits. */
function standardError(): LineSink {
  const output = pino.destination({ fd: 2, sync: true });
  // Whoever read the log has gone; there is nobody left to tell, and the work goes on.
  output.on("error", () => {});
  return output;
}
