import type { Config } from "./config-schema.ts";
import { formatPath } from "./config-file.ts";
import { isSection } from "./config-shape.ts";

/** What has to happen before a changed value is in force. */
export type Need = "nothing" | "recycle-pool" | "restart-channel" | "restart";

/**
 * The table behind every reload: the longest path that fits decides. `nothing`: it is read where it is
 * used. `recycle-pool`: pi is started anew as processes become idle.
 */
export const NEEDS: Readonly<Record<string, Need>> = {
  $schema: "nothing",
  gateway: "nothing",
  "gateway.port": "restart",
  "gateway.bind": "restart",
  "gateway.stateDir": "restart",
  "gateway.logFiles": "restart",
  agent: "recycle-pool",
  "agent.pool": "nothing",
  "agent.budget": "nothing",
  "agent.heartbeat": "nothing",
  "agent.timeoutMs": "nothing",
  "agent.questionTimeoutMs": "nothing",
  queue: "nothing",
  commands: "nothing",
  delivery: "nothing",
  store: "nothing",
  agents: "recycle-pool",
  "agents.bindings": "nothing",
  "agents.default": "nothing",
  "agents.delegation": "nothing",
  "agents.messaging": "nothing",
  roles: "recycle-pool",
  session: "nothing",
  cron: "nothing",
  plugins: "nothing",
  hooks: "nothing",
  security: "nothing",
  media: "nothing",
  audio: "nothing",
  owners: "nothing",
  channels: "restart-channel",
};

/** What a change at `path` needs, where `path` is one of `diffConfig`. */
export function needOf(path: string): Need {
  let at = path;
  while (at !== "") {
    const need = NEEDS[at];
    if (need !== undefined) return need;
    at = at.slice(0, Math.max(at.lastIndexOf("."), at.lastIndexOf("["), 0));
  }
  return "restart";
}

/** The dotted paths at which two configurations differ; a list that changed is one path. */
export function diffConfig(before: Config, after: Config): readonly string[] {
  const changed: string[] = [];
  const compare = (one: unknown, other: unknown, path: readonly string[]) => {
    if (isSection(one) && isSection(other)) {
      for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
        compare(one[key], other[key], [...path, key]);
      }
    } else if (JSON.stringify(one) !== JSON.stringify(other)) changed.push(formatPath(path));
  };
  compare(before, after, []);
  return changed;
}

/** What has to happen for a set of changes, and which channels have to start again. */
export interface ReloadPlan {
  readonly recyclesPool: boolean;
  /** Names of channels, each once. */
  readonly channels: readonly string[];
  /** Changed paths that stay as they were until the gateway starts again. */
  readonly afterRestart: readonly string[];
}

/** Sorts changed paths by what they need. */
export function planReload(changed: readonly string[]): ReloadPlan {
  const needing = (need: Need) => changed.filter((path) => needOf(path) === need);
  const channels = needing("restart-channel").map((path) => path.split(/[.[\]"]+/)[1] ?? "");
  return {
    recyclesPool: needing("recycle-pool").length > 0,
    channels: [...new Set(channels)],
    afterRestart: needing("restart"),
  };
}
