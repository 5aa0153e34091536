import { mkdir, rm } from "node:fs/promises";
import type { LoadedConfig } from "../core/config.ts";
import { type StateLayout, stateLayout } from "../core/state-dir.ts";
import { loadOrCreateToken } from "../security/token-file.ts";
import { CliError } from "./cli-error.ts";
import { callGateway } from "./client.ts";
import { readCredential, secretOf } from "./credential.ts";
import { type ExitCode, EXIT } from "./exit-codes.ts";
import { type ConfigOptions, loadHere } from "./load-config.ts";
import { findRunning } from "./running-gateway.ts";
import { startedAs } from "./started-as.ts";

/** `pi-gw token show`: prints the gateway's token, on a terminal only, so that it does not end up in a file. */
export async function showToken(
  options: ConfigOptions,
  isTerminal: boolean = process.stdout.isTTY,
): Promise<ExitCode> {
  const loaded = loadHere(options);
  mustUseToken(loaded);
  if (!isTerminal) {
    throw new CliError(
      EXIT.usage,
      "The token is printed on a terminal only; scripts can set gateway.auth.token.",
    );
  }
  const token = secretOf(await readCredential(loaded.config, layoutOf(loaded)));
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
export async function rotateToken(options: ConfigOptions): Promise<ExitCode> {
  const loaded = loadHere(options);
  mustUseToken(loaded);
  const layout = layoutOf(loaded);
  if (loaded.config.gateway.auth.token !== undefined) {
    throw new CliError(
      EXIT.failed,
      `The token is set in the configuration (${whereSet(loaded)}): change it there.`,
    );
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

function whereSet(loaded: LoadedConfig): string {
  const source = loaded.sourceOf("gateway.auth.token");
  return source.kind === "variable" ? `the variable ${source.name}` : (loaded.file ?? "gateway.auth.token");
}
