import { stateLayout } from "../core/state-dir.ts";
import { CliError } from "./cli-error.ts";
import type { GatewayAddress } from "./client.ts";
import { authFrame, readCredential, secretOf } from "./credential.ts";
import { EXIT } from "./exit-codes.ts";
import { type ConfigOptions, loadHere } from "./load-config.ts";
import { findRunning } from "./running-gateway.ts";
import { startedAs } from "./started-as.ts";

/** Where the gateway of this configuration runs, and what lets us in. Throws `CliError` if it does not run. */
export async function findGateway(options: ConfigOptions): Promise<GatewayAddress> {
  const { config } = loadHere(options);
  const layout = stateLayout(config.gateway.stateDir);
  const credential = await readCredential(config, layout);
  const running = await findRunning(layout, secretOf(credential));
  if (running === undefined) {
    throw new CliError(
      EXIT.notRunning,
      `No gateway runs on ${layout.root}. Start it with: ${startedAs()} gateway`,
    );
  }
  return { url: running.run.url, auth: authFrame(credential) };
}
