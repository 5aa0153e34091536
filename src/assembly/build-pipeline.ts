import { workspaceOf } from "../core/agent-list.ts";
import type { LoadedConfig } from "../core/config.ts";
import type { LiveConfig } from "../core/config-live.ts";
import { MovedChats } from "../core/moved-chats.ts";
import { configuredRouter } from "../core/session-router.ts";
import { systemClock } from "../lib/clock.ts";
import { assemblePipeline, type Pipeline } from "../pipeline/pipeline.ts";
import { redactText, secretsOf } from "../security/redact.ts";
import { buildFetch } from "./build-fetch.ts";
import type { Base, Parts } from "./parts.ts";

type PipelineNeeds = Base & Pick<Parts, "pool" | "feed" | "questions" | "commands">;

/** The path of a message, over the real parts. */
export function buildPipeline(needs: PipelineNeeds, whole: () => Parts): Pipeline {
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
    redact: redactor(live),
    namesMessages: true,
    folders: {
      sessions: layout.sessions,
      media: layout.media,
      workspace: (agent) => workspaceOf(live.config, agent, layout.workspace),
    },
    onMoved: async (from, to) => {
      await new MovedChats(store.state).note(from, to);
      await whole().cron.moveChat(from, to);
      await whole().delegations.moveChat(from, to);
    },
    fetch: buildFetch(live),
    worker: crypto.randomUUID(),
    clock: systemClock,
    log: options.log,
  });
}

/** Takes the secrets of the configuration in force out of a text. They change when it is read again. */
function redactor(live: Pick<LiveConfig, "loaded">): (text: string) => string {
  let of: LoadedConfig | undefined;
  let secrets: readonly string[] = [];
  return (text) => {
    if (of !== live.loaded) [of, secrets] = [live.loaded, secretsOf(live.loaded)];
    return redactText(text, secrets);
  };
}
