import { homedir } from "node:os";
import { findConfigFile, type LoadedConfig, loadConfig } from "../core/config.ts";
import { channelSchemas } from "../plugins/builtin/channel-schemas.ts";

/** What the command line says about the configuration. */
export interface ConfigOptions {
  /** `--config`: the file to use. */
  readonly config?: string;
  /** `--port`: wins over the file. */
  readonly port?: number;
}

/** The configuration that a command started here and now gets. Throws `ConfigError` when it cannot be used. */
export function loadHere({ config, port }: ConfigOptions): LoadedConfig {
  const here = { env: process.env, cwd: process.cwd(), home: homedir() };
  return loadConfig({
    ...here,
    file: findConfigFile({ ...here, flag: config }),
    channels: channelSchemas,
    flags: port === undefined ? [] : [{ path: ["gateway", "port"], value: port, name: "--port" }],
  });
}
