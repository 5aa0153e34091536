import { MovedChats } from "../core/moved-chats.ts";
import { configuredRouter } from "../core/session-router.ts";
import { WaitingCallers } from "../core/waiting-callers.ts";
import { Webhooks } from "../core/webhooks.ts";
import { WebhookDoor } from "../http/routes/hooks.ts";
import { systemClock } from "../lib/clock.ts";
import type { Service } from "../lib/service.ts";
import { WebhookCallers } from "../security/webhook-callers.ts";
import type { Base, Parts } from "./parts.ts";

/** Webhooks from the door to the agent. */
export interface WebhookParts extends Service {
  /** Who may call; also knows the token that was made. */
  readonly callers: WebhookCallers;
  /** The configuration or a token has changed. */
  follow(): Promise<void>;
  /** Callers that wait for an answer: at a stop they are told that it is not there yet. Stops before the door. */
  readonly waiting: Service;
}

type Needs = Base & Pick<Parts, "router" | "pipeline" | "credentials" | "heartbeats">;

/** Nothing is served before it has started. */
export function buildWebhooks(needs: Needs): WebhookParts {
  const { options, layout, live, registry, store, access, router, pipeline, credentials, heartbeats } = needs;
  const log = options.log.child({ part: "webhooks" });
  const hooks = () => live.config.hooks;
  const callers = new WebhookCallers({
    tokenFile: layout.hooksToken,
    hooks,
    others: () => credentials.settings,
    clock: systemClock,
    log,
  });
  const desk = new Webhooks({
    config: () => live.config,
    errands: pipeline.errands,
    keep: (agent, text) => heartbeats.keep(agent, text),
    owners: access.owners,
    movedTo: (to) => new MovedChats(store.state).now(to),
    router: configuredRouter(() => live.config),
    channel: (to) => registry.channelFor(to),
    sessions: store.sessions,
    turns: store.turns,
    clock: systemClock,
  });
  const waiting = new WaitingCallers(desk);
  const door = new WebhookDoor(router, { hooks, callers, desk: waiting, clock: systemClock, log });
  const follow = async () => {
    await callers.start();
    door.follow();
  };
  return { name: "webhooks", callers, start: follow, follow, stop: async () => {}, waiting };
}
