import { fstatSync } from "node:fs";
import { homedir } from "node:os";
import { configFilePlaces } from "../core/config-file.ts";
import type { LoadedConfig } from "../core/config.ts";
import type { Health } from "../core/control.ts";
import { StoreError } from "../core/errors.ts";
import { systemClock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { Gateway, type StartedGateway } from "../server.ts";
import { alreadyRunning } from "./already-running.ts";
import { bannerOf } from "./banner.ts";
import { type ExitCode, EXIT } from "./exit-codes.ts";
import { type ConfigOptions, loadHere } from "./load-config.ts";
import { openLog } from "./open-log.ts";
import { startAgain } from "./start-again.ts";
import { startedAs } from "./started-as.ts";
import { listenForStop, type StopRequests } from "./stop-requests.ts";

export interface GatewayOptions extends ConfigOptions {
  readonly verbose?: boolean;
}

/** How long the banner waits for pi to say what answers; the gateway works meanwhile. */
const PI_WITHIN_MS = 5_000;

/** `pi-gw gateway`: runs until it is told to stop, and resolves to the exit code. */
export async function runGateway(options: GatewayOptions): Promise<ExitCode> {
  const loaded = loadHere(options);
  const opened = openLog(loaded, { isVerbose: options.verbose ?? false });
  const load = () => {
    const now = loadHere(options);
    opened.follow(now);
    return now;
  };
  const stop = listenForStop();
  stop.now.addEventListener("abort", () => process.exit(EXIT.stoppedHard));
  const again = new AbortController();
  const gateway = new Gateway({
    loaded,
    load,
    files: watchedFiles(loaded, options),
    log: opened.log,
    restart: () => again.abort(),
  });
  surviveStrays(gateway, opened.log);
  try {
    const { link } = await startAlone(gateway, loaded);
    opened.follow(loaded);
    const health = await untilPiIsUp(gateway, loaded, stop.soft);
    for (const line of bannerOf({ loaded, health, link, startedAs: startedAs(), isKept: isKept() }))
      console.log(line);
    await aborted(AbortSignal.any([stop.soft, again.signal]));
    const code = await stopGateway(gateway, loaded, stop);
    // Whoever ends it meanwhile means it.
    return stop.soft.aborted ? code : startAgain();
  } finally {
    stop.dispose();
  }
}

async function startAlone(gateway: Gateway, loaded: LoadedConfig): Promise<StartedGateway> {
  try {
    return await gateway.start();
  } catch (error) {
    if (error instanceof StoreError && error.code === "locked") throw await alreadyRunning(loaded, error);
    throw error;
  }
}

async function stopGateway(
  gateway: Gateway,
  { config }: LoadedConfig,
  stop: StopRequests,
): Promise<ExitCode> {
  const seconds = Math.round(config.gateway.graceMs / 1000);
  const [what, how] = stop.soft.aborted
    ? ["Stopping", "again to stop at once"]
    : ["Restarting", "to stop instead"];
  console.log(`${what}: running turns have ${seconds} s to finish. Press Ctrl-C ${how}.`);
  await gateway.stop(AbortSignal.any([stop.hard, AbortSignal.timeout(config.gateway.graceMs)]));
  return stop.hard.aborted ? EXIT.stoppedHard : EXIT.ok;
}

/** Which pi and which model answer is known once the first process is up. */
async function untilPiIsUp(gateway: Gateway, { config }: LoadedConfig, signal: AbortSignal): Promise<Health> {
  const deadlineMs = systemClock.now() + (config.agent.pool.min > 0 ? PI_WITHIN_MS : 0);
  for (;;) {
    const health = gateway.control.health();
    const isKnown = health.pool.pi !== undefined || health.pool.lastError !== undefined;
    if (isKnown || signal.aborted || systemClock.now() >= deadlineMs) return health;
    await systemClock.sleep(25, signal);
  }
}

/** A file that was named, or all places where one may appear. */
function watchedFiles({ file }: LoadedConfig, { config }: GatewayOptions): readonly string[] {
  const isNamed = config !== undefined || Boolean(process.env["PI_GATEWAY_CONFIG"]);
  if (isNamed && file !== undefined) return [file];
  return configFilePlaces({ cwd: process.cwd(), home: homedir() });
}

/** Process managers keep what a program prints, for more eyes than the token is meant for. */
function isKept(): boolean {
  if (process.stdout.isTTY) return false;
  const { dev, ino } = fstatSync(1);
  // Everything that a desktop session starts inherits the variable; only the numbers tell whether it is ours.
  return process.env["JOURNAL_STREAM"] === `${dev}:${ino}` || process.env["pm_id"] !== undefined;
}

/**
 * A mistake of ours must not take everybody's conversations down, and must not go unseen. What was thrown
 * outside of any turn ends the process, as nobody knows what state it is in; all that counts is on disk. What
 * a plugin throws is its own affair: the gateway's state is not in its hands.
 */
function surviveStrays(gateway: Pick<Gateway, "blame">, log: Logger): void {
  process.on("unhandledRejection", (error) =>
    log.error({ error, plugin: gateway.blame(error) }, "a failure that nobody waited for"),
  );
  process.on("uncaughtException", (error) => {
    const plugin = gateway.blame(error);
    if (plugin !== undefined) {
      log.error({ error, plugin }, "a plugin failed outside of any call; the gateway goes on");
      return;
    }
    log.error({ error }, "an unexpected failure ends the gateway; open work goes on at the next start");
    process.exit(EXIT.failed);
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
