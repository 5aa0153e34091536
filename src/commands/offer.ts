import type { PiCommand } from "../core/agent.ts";
import type { Command, ListedCommand } from "../core/command.ts";
import type { Config } from "../core/config-schema.ts";
import type { SessionKey } from "../core/session-key.ts";
import { allowedOf } from "../core/allowed-commands.ts";

/** Who registers the gateway's own commands: an error about a taken name says so. */
export const OURSELVES = "pi-gateway";

export interface OfferDeps {
  /** All registered commands with their owners. */
  readonly registered: () => readonly { readonly value: Command; readonly owner: string }[];
  readonly settings: () => Config["commands"];
  readonly piCommands: (session?: SessionKey) => Promise<readonly PiCommand[]>;
}

/** Somebody to whom commands are offered. */
export interface Asker {
  readonly isOwner: boolean;
  /** An owner, or somebody whom one has let in. */
  readonly isTrusted: boolean;
  readonly session?: SessionKey;
}

/** The commands that somebody may use: ours, those of plugins, then pi's own. */
export async function offeredTo(asker: Asker, deps: OfferDeps): Promise<readonly ListedCommand[]> {
  const settings = deps.settings();
  const ours = deps
    .registered()
    .filter(({ value }) => isOffered(value, asker, settings))
    .map(({ value, owner }) => listedOf(value, owner));
  const maySkills = settings.allow !== undefined || asker.isTrusted;
  const known = maySkills && settings.allow !== "none" ? await deps.piCommands(asker.session) : [];
  const taken = new Set(deps.registered().map(({ value }) => value.name));
  const pis = allowedOf(known, settings.allow).filter(({ name }) => !taken.has(name.toLowerCase()));
  const unique = new Map(pis.map((command) => [command.name, command]));
  return [...ours, ...[...unique.values()].map(piListed)];
}

function isOffered({ name, who }: Command, { isOwner }: Asker, settings: Config["commands"]): boolean {
  if (settings.disabled.includes(name)) return false;
  return isOwner || (who !== "owner" && !settings.ownerOnly.includes(name));
}

function listedOf({ name, summary, parameters }: Command, owner: string): ListedCommand {
  const from = owner === OURSELVES ? "gateway" : "plugin";
  return { name, summary, from, ...(parameters === undefined || parameters === "" ? {} : { parameters }) };
}

function piListed({ name, summary = "", kind }: PiCommand): ListedCommand {
  return { name, summary, from: kind };
}
