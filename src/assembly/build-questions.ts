import { systemClock } from "../lib/clock.ts";
import { Questions } from "../pipeline/questions.ts";
import { speechIn } from "../pipeline/sentences.ts";
import type { Base, Parts } from "./parts.ts";

/** The desk that asks people on behalf of pi and plugins. */
export function buildQuestions(
  { options, live, hooks, registry, store, access, feed }: Base & Pick<Parts, "feed">,
  whole: () => Parts,
): Questions {
  return new Questions({
    outbox: store.outbox,
    state: store.state,
    hooks,
    events: feed,
    channel: (to) => registry.channelFor(to),
    running: (session) => whole().pipeline.workers.running(session),
    settled: (...asked) => whole().pipeline.settlements.wait(...asked),
    config: () => live.config,
    owners: access.owners,
    sentences: speechIn(() => live.config.gateway.language),
    clock: systemClock,
    log: options.log,
  });
}
