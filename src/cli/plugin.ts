import { relative } from "node:path";
import pc from "picocolors";
import { z } from "zod";
import type { LoadedConfig } from "../core/config.ts";
import type { PluginInfo } from "../core/plugin-info.ts";
import { stateLayout } from "../core/state-dir.ts";
import { callGateway } from "./client.ts";
import { authFrame, readCredential, secretOf } from "./credential.ts";
import { type ExitCode, EXIT } from "./exit-codes.ts";
import { findGateway } from "./find-gateway.ts";
import { type ConfigOptions, loadHere } from "./load-config.ts";
import { withPluginsHere } from "./plugins-here.ts";
import { findRunning } from "./running-gateway.ts";
import { startedAs } from "./started-as.ts";

/** A reload runs foreign code, and each plugin has its time for that. */
const RELOAD_WITHIN_MS = 120_000;

const infoSchema = z.object({
  id: z.string(),
  version: z.string().optional(),
  path: z.string(),
  main: z.string().optional(),
  state: z.enum(["running", "failed", "disabled"]),
  problem: z.string().optional(),
  fix: z.string().optional(),
  registered: z.array(z.string()).default([]),
  strays: z.object({ count: z.number(), last: z.string() }).optional(),
});

const answerSchema = z.object({ plugins: z.array(infoSchema) });

/** The plugins of the configuration, and whether a running gateway said so. */
export interface KnownPlugins {
  readonly isRunning: boolean;
  readonly plugins: readonly PluginInfo[];
}

/** How the plugins are: as the running gateway has them, or else as a start would load them. */
export async function knownPlugins(loaded: LoadedConfig): Promise<KnownPlugins> {
  const { config } = loaded;
  const layout = stateLayout(config.gateway.stateDir);
  const credential = await readCredential(config, layout).catch(() => undefined);
  const running = await findRunning(layout, secretOf(credential));
  if (running === undefined) {
    const plugins = await withPluginsHere(loaded, async ({ loader }) => loader.list());
    return { isRunning: false, plugins };
  }
  const answer = await callGateway({ url: running.run.url, auth: authFrame(credential) }, "plugin.list", {});
  return { isRunning: true, plugins: answerSchema.parse(answer).plugins };
}

/** `pi-gw plugin list`: each plugin of the configuration, what it registered, and why if it does not run. */
export async function listPlugins(options: ConfigOptions): Promise<ExitCode> {
  const { isRunning, plugins } = await knownPlugins(loadHere(options));
  if (plugins.length === 0) {
    console.log(`The configuration names no plugin. A first one is made by: ${startedAs()} plugin new hello`);
    return EXIT.ok;
  }
  for (const line of plugins.flatMap((one) => linesOf(one, isRunning))) console.log(line);
  if (!isRunning) console.log(pc.dim("No gateway runs; this is what a start would load."));
  return EXIT.ok;
}

/** `pi-gw plugin reload [id]`: fresh code in the running gateway. What cannot be loaded leaves the old in force. */
export async function reloadPlugins(id: string | undefined, options: ConfigOptions): Promise<ExitCode> {
  const gateway = await findGateway(options);
  const params = id === undefined ? {} : { id };
  const answer = await callGateway(gateway, "plugin.reload", params, RELOAD_WITHIN_MS);
  const { plugins } = answerSchema.parse(answer);
  for (const line of plugins.flatMap((one) => linesOf(one, true))) console.log(line);
  if (plugins.length === 0) console.log("The configuration names no plugin.");
  return plugins.some(({ problem }) => problem !== undefined) ? EXIT.failed : EXIT.ok;
}

function linesOf(plugin: PluginInfo, isRunning: boolean): string[] {
  const { id, version, problem, fix, registered, strays } = plugin;
  const place = relative(process.cwd(), plugin.main ?? plugin.path);
  const from = place.startsWith("..") ? (plugin.main ?? plugin.path) : place;
  const title = version === undefined ? id : `${id} ${version}`;
  return [
    `${pc.bold(title)}  ${stateOf(plugin, isRunning)}  ${pc.dim(from)}`,
    ...(registered.length > 0 ? [`    ${registered.join(", ")}`] : []),
    ...(problem === undefined ? [] : [`    ${problem}`]),
    ...(fix === undefined ? [] : [`    ${pc.dim("→")} ${fix}`]),
    ...(strays === undefined
      ? []
      : [`    failed outside of any call, ${strays.count} times; at last: ${strays.last}`]),
  ];
}

function stateOf({ state, problem }: PluginInfo, isRunning: boolean): string {
  if (state === "disabled") return pc.dim("disabled");
  if (state === "failed") return pc.red("failed");
  if (problem !== undefined) return pc.yellow("running an older version");
  return pc.green(isRunning ? "running" : "can be loaded");
}
