import { agentIds } from "../core/agent-list.ts";
import type { BrowserChannel } from "../core/browser-channel.ts";
import type { Channel } from "../core/channel.ts";
import { configuredRouter } from "../core/session-router.ts";
import { createDoors, type Doors } from "../http/doors.ts";
import { prepareAssets } from "../http/prepare-assets.ts";
import { addCronRoutes } from "../http/routes/cron.ts";
import { systemClock } from "../lib/clock.ts";
import { sayTo } from "../pipeline/say.ts";
import { GatewayAuth } from "../security/gateway-auth.ts";
import { pageAssets } from "../web/assets.ts";
import { registerAccessMethods } from "../ws/methods/access.ts";
import { registerCommandMethods } from "../ws/methods/command.ts";
import { registerCronMethods } from "../ws/methods/cron.ts";
import { registerMessageMethods } from "../ws/methods/message.ts";
import { registerPluginMethods } from "../ws/methods/plugin.ts";
import { registerQueueMethods } from "../ws/methods/queue.ts";
import type { Base, Parts } from "./parts.ts";

type DoorsNeeds = Base &
  Pick<
    Parts,
    | "commands"
    | "cron"
    | "plugins"
    | "pipeline"
    | "questions"
    | "credentials"
    | "control"
    | "feed"
    | "router"
    | "methods"
  >;

/** The port, and what is behind it. */
export function buildDoors(needs: DoorsNeeds): Doors {
  const { options, live, registry, store, pipeline, credentials, control, feed, router, methods } = needs;
  const sessionRouter = configuredRouter(() => live.config);
  const doors = createDoors({
    bind: options.loaded.bind,
    port: live.config.gateway.port,
    origins: () => live.config.gateway,
    auth: new GatewayAuth({ settings: () => credentials.settings, clock: systemClock }),
    store,
    control,
    browser: registry.channels.find(isBrowserChannel),
    questions: needs.questions,
    routing: { router: sessionRouter, agents: () => agentIds(live.config) },
    assets: prepareAssets(pageAssets),
    feed,
    router,
    methods,
    log: options.log,
    clock: systemClock,
  });
  registerMessageMethods(methods, (to, text, key) =>
    sayTo(to, text, key, (place) => registry.channelFor(place), { ...pipeline, router: sessionRouter }),
  );
  registerPluginMethods(methods, needs.plugins);
  registerQueueMethods(methods, store.outbox, (to) => registry.channelFor(to));
  registerCommandMethods(methods, needs.commands);
  registerAccessMethods(methods, needs.access.pairing);
  registerCronMethods(methods, needs.cron.desk);
  addCronRoutes(router, needs.cron.desk);
  return doors;
}

function isBrowserChannel(channel: Channel): channel is Channel & BrowserChannel {
  return "accept" in channel;
}
