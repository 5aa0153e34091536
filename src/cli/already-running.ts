import type { LoadedConfig } from "../core/config.ts";
import { stateLayout } from "../core/state-dir.ts";
import { pageAuthOf } from "../plugins/builtin/index.ts";
import { credentialOf } from "../security/gateway-auth.ts";
import { CliError } from "./cli-error.ts";
import { pageLink, readCredential, secretOf } from "./credential.ts";
import { EXIT } from "./exit-codes.ts";
import { findRunning } from "./running-gateway.ts";

/** What a second start on the same state says: who holds it, and the link to it. */
export async function alreadyRunning({ config }: LoadedConfig, cause: unknown): Promise<CliError> {
  const layout = stateLayout(config.gateway.stateDir);
  const credential = await readCredential(config, layout);
  const running = await findRunning(layout, secretOf(credential));
  const wayOut = "To run another beside it, set gateway.stateDir or PI_GATEWAY_STATE_DIR to another folder.";
  if (running === undefined) {
    const sentence = `Another gateway holds ${layout.root}, and does not answer (yet). ${wayOut}`;
    return new CliError(EXIT.alreadyRunning, sentence, cause);
  }
  const { pid, url, version } = running.run;
  const page = pageAuthOf(config.channels);
  const link = pageLink(url, page ? credentialOf(page, "") : credential);
  const sentence = `pi-gateway ${version} already runs on ${layout.root} (process ${pid}): ${link}\n${wayOut}`;
  return new CliError(EXIT.alreadyRunning, sentence, cause);
}
