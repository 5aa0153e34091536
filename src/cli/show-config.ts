import { stateLayout } from "../core/state-dir.ts";
import { redactConfig } from "../security/redact.ts";
import { readToken } from "../security/token-file.ts";
import { type ExitCode, EXIT } from "./exit-codes.ts";
import { type ConfigOptions, loadHere } from "./load-config.ts";

/** `pi-gw config show`: the configuration that a start here would use, complete, with every secret hidden. */
export async function showConfig(options: ConfigOptions): Promise<ExitCode> {
  const loaded = loadHere(options);
  const { stateDir, auth } = loaded.config.gateway;
  const isGenerated = auth.mode === "token" && auth.token === undefined;
  const token = isGenerated ? await readToken(stateLayout(stateDir).token) : undefined;
  const generated = token === undefined ? {} : { "gateway.auth.token": token };
  console.error(`From ${loaded.file ?? "defaults: there is no configuration file"}`);
  console.log(JSON.stringify(redactConfig(loaded, generated), undefined, 2));
  for (const warning of loaded.warnings) console.error(`warning: ${warning}`);
  return EXIT.ok;
}
