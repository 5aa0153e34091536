import { plainRouter } from "../core/session-router.ts";
import { systemClock } from "../lib/clock.ts";
import { assemblePipeline, type Pipeline } from "../pipeline/pipeline.ts";
import { admitAuthenticated } from "../security/access-control.ts";
import type { Base, Parts } from "./parts.ts";

type PipelineNeeds = Base & Pick<Parts, "pool" | "feed" | "questions">;

/** The path of a message, over the real parts. */
export function buildPipeline(needs: PipelineNeeds, _whole: () => Parts): Pipeline {
  const { options, layout, live, hooks, registry, store, pool, feed, questions } = needs;
  return assemblePipeline({
    store,
    pool,
    hooks,
    events: feed,
    access: admitAuthenticated,
    router: plainRouter,
    commands: { take: async () => undefined },
    questions,
    channel: (to) => registry.channelFor(to),
    streamingMode: () => "partial",
    config: () => live.config,
    folders: {
      sessions: layout.sessions,
      workspace: () => live.config.agent.workspace ?? layout.workspace,
    },
    worker: crypto.randomUUID(),
    clock: systemClock,
    log: options.log,
  });
}
