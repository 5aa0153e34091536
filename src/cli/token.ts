import { mkdir, rm } from "node:fs/promises";
import type { LoadedConfig } from "../core/config.ts";
import { type StateLayout, stateLayout } from "../core/state-dir.ts";
import { loadOrCreateToken, readToken } from "../security/token-file.ts";
import { CliError } from "./cli-error.ts";
import { callGateway } from "./client.ts";
import { authFrame, readCredential, secretOf } from "./credential.ts";
import { type ExitCode, EXIT } from "./exit-codes.ts";
import { type ConfigOptions, loadHere } from "./load-config.ts";
import { findRunning } from "./running-gateway.ts";
import { startedAs } from "./started-as.ts";

export interface TokenOptions extends ConfigOptions {
  /** The token of the webhooks instead of the gateway's. */
  readonly hooks?: boolean;
}

/** `pi-gw token show`: prints the gateway's token, on a terminal only, so that it does not end up in a file. */
export async function showToken(
  options: TokenOptions,
  isTerminal: boolean = process.stdout.isTTY,
): Promise<ExitCode> {
  const loaded = loadHere(options);
  const { hooks = false } = options;
  if (!hooks) mustUseToken(loaded);
  if (!isTerminal) {
    const key = hooks ? "hooks.token" : "gateway.auth.token";
    throw new CliError(EXIT.usage, `The token is printed on a terminal only; scripts can set ${key}.`);
  }
  const token = hooks
    ? await hooksTokenOf(loaded)
    : secretOf(await readCredential(loaded.config, layoutOf(loaded)));
  if (token === undefined) {
    throw new CliError(
      EXIT.failed,
      `There is no token yet: the first start makes one. Start with: ${startedAs()} gateway`,
    );
  }
  console.log(token);
  return EXIT.ok;
}

/** `pi-gw token rotate`: replaces the generated token. A running gateway takes it over and drops old clients. */
export async function rotateToken(options: TokenOptions): Promise<ExitCode> {
  const loaded = loadHere(options);
  if (options.hooks) return rotateHooksToken(loaded);
  mustUseToken(loaded);
  const layout = layoutOf(loaded);
  if (loaded.config.gateway.auth.token !== undefined) {
    throw isSetElsewhere(loaded, "gateway.auth.token");
  }
  const old = secretOf(await readCredential(loaded.config, layout));
  const running = await findRunning(layout, old);
  await mkdir(layout.root, { recursive: true, mode: 0o700 });
  await rm(layout.token, { force: true });
  const token = await loadOrCreateToken(layout.token);
  if (running !== undefined) await takeOver(running.run.url, old ?? token, token);
  const effect =
    running === undefined ? "It counts from the next start." : "The running gateway uses it now.";
  console.log(`There is a new token. ${effect} See it with: ${startedAs()} token show`);
  return EXIT.ok;
}

/** The token that lets a webhook's caller in; undefined while none was made. */
async function hooksTokenOf(loaded: LoadedConfig): Promise<string | undefined> {
  const { enabled, token } = loaded.config.hooks;
  if (!enabled) throw new CliError(EXIT.failed, "Webhooks are off: hooks.enabled is false.");
  return token ?? (await readToken(layoutOf(loaded).hooksToken));
}

async function rotateHooksToken(loaded: LoadedConfig): Promise<ExitCode> {
  const old = await hooksTokenOf(loaded);
  const layout = layoutOf(loaded);
  if (loaded.config.hooks.token !== undefined) throw isSetElsewhere(loaded, "hooks.token");
  await mkdir(layout.root, { recursive: true, mode: 0o700 });
  await rm(layout.hooksToken, { force: true });
  await loadOrCreateToken(layout.hooksToken);
  const credential = await readCredential(loaded.config, layout);
  const running = await findRunning(layout, secretOf(credential));
  if (running !== undefined) {
    await callGateway({ url: running.run.url, auth: authFrame(credential) }, "config.reload", {});
  }
  const effect =
    running === undefined ? "It counts from the next start." : "The running gateway uses it now.";
  const word = old === undefined ? "a token" : "a new token";
  console.log(`There is ${word} for webhooks. ${effect} See it with: ${startedAs()} token show --hooks`);
  return EXIT.ok;
}

/** Has the running gateway look at the file again, and makes sure that it did. */
async function takeOver(url: string, old: string, fresh: string): Promise<void> {
  try {
    await callGateway({ url, auth: { token: old } }, "config.reload", {});
  } catch {
    // This very connection came in with the old token and is closed with the others: the new one tells.
  }
  try {
    await callGateway({ url, auth: { token: fresh } }, "session.list", {});
  } catch (error) {
    const sentence = "There is a new token, but the running gateway did not take it over: start it again.";
    throw new CliError(EXIT.refused, sentence, error);
  }
}

function layoutOf({ config }: LoadedConfig): StateLayout {
  return stateLayout(config.gateway.stateDir);
}

function mustUseToken({ config }: LoadedConfig): void {
  const { mode } = config.gateway.auth;
  if (mode === "token") return;
  const instead =
    mode === "off" ? "asks for no credential" : "asks for the password in gateway.auth.password";
  throw new CliError(
    EXIT.failed,
    `This gateway has no token: gateway.auth.mode is "${mode}", so it ${instead}.`,
  );
}

function isSetElsewhere(loaded: LoadedConfig, path: string): CliError {
  const source = loaded.sourceOf(path);
  const where = source.kind === "variable" ? `the variable ${source.name}` : (loaded.file ?? path);
  return new CliError(EXIT.failed, `The token is set in the configuration (${where}): change it there.`);
}
