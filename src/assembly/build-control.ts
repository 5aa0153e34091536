import manifest from "../../package.json";
import { Budgets } from "../core/budget.ts";
import type { GatewayControl } from "../core/control.ts";
import { findingsOf } from "../core/channel-findings.ts";
import { healthOf } from "../core/health.ts";
import { readSessionStatus } from "../core/session-status.ts";
import { systemClock } from "../lib/clock.ts";
import { redactConfig } from "../security/redact.ts";
import type { Base, Parts } from "./parts.ts";

type ControlNeeds = Base &
  Pick<Parts, "pool" | "pipeline" | "builtin" | "channels" | "credentials" | "webhooks">;

/** What doors, tools and commands may ask of the gateway. */
export function buildControl(needs: ControlNeeds, whole: () => Parts): GatewayControl {
  const { lifetime, live, registry, store, pool, pipeline, builtin, channels, credentials, webhooks } = needs;
  const budgets = new Budgets({
    settings: () => live.config.agent.budget,
    usage: store.usage,
    clock: systemClock,
  });
  return {
    health: () =>
      healthOf({
        ...lifetime,
        version: manifest.version,
        nowMs: systemClock.now(),
        pool: pool.stats(),
        models: pool.models.states(),
        channels: registry.channels,
        storeProblem: pipeline.receiver.problem,
        channelFailures: new Map([...builtin.failures, ...channels.failures]),
      }),
    abort: (session) => pipeline.workers.stopTurn(session, "asked"),
    kill: (session) => pipeline.endSession(session),
    sessionStatus: (session) =>
      readSessionStatus(session, { sessions: store.sessions, turns: store.turns, pool, models: pool.models }),
    restart: (asker) => whole().restarts.ask(asker),
    budgets: () => budgets.states(),
    channelFindings: () => findingsOf(registry.channels),
    reloadConfig: async () => {
      // A rotated token is in a file of its own, which is no part of the configuration.
      await credentials.start();
      await webhooks.follow();
      const report = await live.reload();
      whole().doors.recheckClients();
      return report;
    },
    configForDisplay: () =>
      redactConfig(live.loaded, { ...credentials.generated, ...webhooks.callers.generated }),
  };
}
