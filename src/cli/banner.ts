import manifest from "../../package.json";
import { inactiveSections } from "../core/config-inactive.ts";
import type { LoadedConfig } from "../core/config.ts";
import type { Health } from "../core/control.ts";

/** What the start tells people. */
export interface BannerFacts {
  readonly loaded: LoadedConfig;
  readonly health: Health;
  readonly link: string;
  /** How to start this program again. */
  readonly startedAs: string;
  /** The output is kept where others may read it: a link without its token. */
  readonly isKept: boolean;
}

/** The lines of a start: what answers, what to know, and last where the page is. */
export function bannerOf(facts: BannerFacts): readonly string[] {
  const { loaded, health } = facts;
  const channels = health.channels.map(({ name }) => name);
  const inactive = inactiveSections(loaded, channels);
  return [
    `pi-gateway ${manifest.version}`,
    ...piLines(facts),
    ...(loaded.bind.reach === "all" ? [`Listening on all interfaces, because ${loaded.bind.why}.`] : []),
    ...(inactive.length > 0 ? [`Not active yet in this version: ${inactive.join(", ")}.`] : []),
    ...loaded.warnings.map((warning) => `Warning: ${warning}`),
    ...openDoor(loaded),
    ...health.problems.map((problem) => `Problem: ${problem}`),
    linkLine(facts, channels),
  ];
}

function piLines({ health, startedAs }: BannerFacts): string[] {
  const { pool, model } = health;
  const pi = pool.pi && `pi ${pool.pi.version}`;
  if (model?.isDemo) {
    return [
      `${pi ?? "pi"}, DEMO: the answers come from a built-in demo model, because no real one can be used.`,
      `For a real model set agent.model in pi-gateway.jsonc and give pi a key or a login; "${startedAs} doctor" tells more.`,
    ];
  }
  if (pi === undefined) return [];
  return [model === undefined ? pi : `${pi}, model ${model.id}`];
}

function openDoor({ config }: LoadedConfig): string[] {
  if (config.gateway.auth.mode !== "off") return [];
  return ['Warning: gateway.auth.mode is "off": whoever reaches the port can run the agent.'];
}

function linkLine({ link, isKept, startedAs }: BannerFacts, channels: readonly string[]): string {
  const name = channels.includes("webchat") ? "WebChat" : "Gateway";
  const [address = link, token] = link.split("#");
  if (!isKept || token === undefined) return `${name}: ${link}`;
  return `${name}: ${address} (the token: ${startedAs} token show)`;
}
