import { defaultAgent, isAgent } from "../core/agent-list.ts";
import { Cron, type CronNews } from "../core/cron.ts";
import type { CronJob } from "../core/cron-job.ts";
import { placeOfJob } from "../core/cron-place.ts";
import type { CronSaying } from "../core/cron-runs.ts";
import { zoneOf } from "../core/cron-view.ts";
import { RequestError } from "../core/errors.ts";
import type { Address } from "../core/message.ts";
import { MovedChats } from "../core/moved-chats.ts";
import { configuredRouter, routeTo } from "../core/session-router.ts";
import { systemClock } from "../lib/clock.ts";
import { oneLine } from "../pipeline/chat-context.ts";
import { cronNews } from "../pipeline/cron-sentences.ts";
import { speechIn } from "../pipeline/sentences.ts";
import type { Base, Parts } from "./parts.ts";

type CronNeeds = Base & Pick<Parts, "pipeline">;

/** What does things by the clock. */
export function buildCron(needs: CronNeeds): Cron {
  const { options, live, registry, store, access, pipeline } = needs;
  const places = {
    channel: registry.channelFor.bind(registry),
    owners: access.owners,
    movedTo: (to: Address) => new MovedChats(store.state).now(to),
  };
  return new Cron({
    ledger: store.cron,
    errands: pipeline.errands,
    config: () => live.config.cron,
    agentOf: ({ agentId }) => {
      if (agentId === undefined) return defaultAgent(live.config);
      return isAgent(live.config, agentId) ? agentId : undefined;
    },
    placeOf: (job) => placeOfJob(job, places),
    say: (saying) => say(saying, needs),
    delivery: (key) => store.outbox.find(key),
    saidByTools: (turn) => store.outbox.saidByTools(turn),
    tellOwner: (job, news, facts) => tellOwner(job, news, facts, needs),
    clock: systemClock,
    log: options.log.child({ part: "cron" }),
  });
}

/** Says a text in a chat, once under its key; the chat's agent knows of it with its next message there. */
async function say(
  { to, text, key, notedAs }: CronSaying,
  { live, registry, store, pipeline }: CronNeeds,
): Promise<boolean> {
  const channel = registry.channelFor(to);
  if (!channel) return false;
  const { session } = routeTo(
    to,
    channel,
    configuredRouter(() => live.config),
  );
  try {
    const message = { kind: "text", markdown: text } as const;
    if (!(await pipeline.post({ to, session, message, key }))) return false;
  } catch (error) {
    // The channel went away a moment ago.
    if (error instanceof RequestError && error.code === "NOT_FOUND") return false;
    throw error;
  }
  if (notedAs !== undefined) {
    const note = oneLine(`The gateway said here, as somebody had asked it to: ${text}`);
    await store.chats.note(to, { about: notedAs, text: note });
  }
  return true;
}

/** Tells the first owner who can be reached. */
async function tellOwner(
  job: CronJob,
  news: "failing" | "paused" | "recovered",
  facts: CronNews,
  needs: CronNeeds,
): Promise<void> {
  const { live, registry, access } = needs;
  const [to] = access.owners.chats((place) => registry.channelFor(place));
  if (!to) return;
  const { cron: words } = speechIn(() => live.config.gateway.language)();
  const text = cronNews(job.id, news, facts, zoneOf(job.schedule), words);
  await say({ to, text, key: facts.key }, needs);
}
