import type { PoolStats } from "./agent.ts";
import type { Channel } from "./channel.ts";
import type { Health } from "./control.ts";
import type { ModelState } from "./model-failover.ts";

export interface HealthFacts {
  readonly version: string;
  readonly startedAtMs: number;
  readonly nowMs: number;
  readonly isStopping: boolean;
  readonly pool: PoolStats;
  readonly models: readonly ModelState[];
  readonly channels: readonly Channel[];
  /** Why the last message could not be made durable; undefined if it could. */
  readonly storeProblem: string | undefined;
  /** Why channels did not start, by name. */
  readonly channelFailures: ReadonlyMap<string, string>;
}

/** How the gateway is, for whoever asks: the public part names nothing private. */
export function healthOf(facts: HealthFacts): Health {
  const { pool, storeProblem, channelFailures } = facts;
  const problems = [
    ...(storeProblem === undefined ? [] : [`The store cannot write: ${storeProblem}`]),
    ...(pool.lastError === undefined ? [] : [`pi could not be started: ${pool.lastError}`]),
    ...Array.from(channelFailures, ([name, reason]) => `The channel ${name} did not start: ${reason}`),
    ...facts.channels.flatMap(statusProblem),
  ];
  const reason = reasonOf(facts);
  return {
    public: {
      status: facts.isStopping ? "stopping" : reason === undefined ? "ok" : "degraded",
      version: facts.version,
      uptimeMs: facts.nowMs - facts.startedAtMs,
      ...(reason === undefined ? {} : { reason }),
      ...(pool.model ? { demo: pool.model.isDemo } : {}),
    },
    problems,
    pool,
    ...(pool.model ? { model: pool.model } : {}),
    models: facts.models,
    channels: facts.channels.map((channel) => ({
      name: channel.name,
      account: channel.account ?? "default",
      ...(channel.status ? { status: channel.status() } : {}),
    })),
    memoryBytes: process.memoryUsage.rss(),
  };
}

/** Without names, paths or addresses: anybody may read it. */
function reasonOf({ storeProblem, pool, channels, channelFailures }: HealthFacts): string | undefined {
  if (storeProblem !== undefined) return "Messages cannot be stored right now.";
  if (pool.lastError !== undefined) return "pi could not be started.";
  const hasFailed =
    channelFailures.size > 0 || channels.some((channel) => channel.status?.().state === "failed");
  return hasFailed ? "A channel is not connected." : undefined;
}

function statusProblem(channel: Channel): string[] {
  const status = channel.status?.();
  if (status?.state !== "failed") return [];
  return [
    `The channel ${channel.name}/${channel.account ?? "default"} failed: ${status.lastError ?? "no reason given"}`,
  ];
}
