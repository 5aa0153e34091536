import { workspaceOf } from "../core/agent-list.ts";
import { configuredRouter } from "../core/session-router.ts";
import { systemClock } from "../lib/clock.ts";
import { assemblePipeline, type Pipeline } from "../pipeline/pipeline.ts";
import { buildFetch } from "./build-fetch.ts";
import type { Base, Parts } from "./parts.ts";

type PipelineNeeds = Base & Pick<Parts, "pool" | "feed" | "questions" | "commands">;

/** The path of a message, over the real parts. */
export function buildPipeline(needs: PipelineNeeds, _whole: () => Parts): Pipeline {
  const { options, layout, live, hooks, registry, store, pool, feed, questions, commands, access } = needs;
  return assemblePipeline({
    store,
    pool,
    hooks,
    events: feed,
    access: access.allowlist,
    router: configuredRouter(() => live.config),
    commands: commands.desk,
    questions,
    channel: (to) => registry.channelFor(to),
    config: () => live.config,
    namesMessages: true,
    folders: {
      sessions: layout.sessions,
      media: layout.media,
      workspace: (agent) => workspaceOf(live.config, agent, layout.workspace),
    },
    fetch: buildFetch(live),
    worker: crypto.randomUUID(),
    clock: systemClock,
    log: options.log,
  });
}
