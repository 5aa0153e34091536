import { Delegations } from "../core/delegations.ts";
import { systemClock } from "../lib/clock.ts";
import type { StopReason } from "../pipeline/running-turn.ts";
import type { Base, Parts } from "./parts.ts";

/** Why a turn will not go on: whoever it waits for need not go on either. */
const FOR_GOOD: ReadonlySet<StopReason> = new Set(["asked", "interrupted", "killed", "timeout", "stuck"]);

/** Agents that ask other agents. */
export function buildDelegations(needs: Base & Pick<Parts, "pipeline" | "pool">): Delegations {
  const { options, live, store, pipeline, pool } = needs;
  return new Delegations({
    config: () => live.config,
    errands: pipeline.errands,
    state: store.state,
    sessions: store.sessions,
    turns: store.turns,
    lend: (work) => pool.lend(work),
    stop: (session) => pipeline.stopSession(session),
    isStopped: (session) => {
      const stopping = pipeline.workers.running(session)?.stopping;
      return stopping?.aborted === true && FOR_GOOD.has(stopping.reason as StopReason);
    },
    clock: systemClock,
    log: options.log.child({ part: "delegations" }),
  });
}
