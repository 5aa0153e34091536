import { Restarts } from "../pipeline/restarts.ts";
import { speechIn } from "../pipeline/sentences.ts";
import type { Base, Parts } from "./parts.ts";

/** Restarts that chats ask for; the process itself belongs to whoever started the gateway. */
export function buildRestarts({ options, live, store, pipeline }: Base & Pick<Parts, "pipeline">): Restarts {
  return new Restarts({
    state: store.state,
    turnEnd: (session) => pipeline.workers.running(session)?.ended,
    post: (posting) => pipeline.post(posting),
    sentences: speechIn(() => live.config.gateway.language),
    restart: options.restart,
    log: options.log,
  });
}
