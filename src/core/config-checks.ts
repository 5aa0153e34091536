import type { Bind } from "./config-bind.ts";
import type { Problem } from "./config-problems.ts";
import type { Config } from "./config-schema.ts";
import { childOf } from "./config-shape.ts";

const OPEN_DOOR =
  'mode "off" lets anybody who reaches the port run the agent; away from loopback it also needs "allowUnauthenticated": true';

/** What is wrong although each value alone is fine. */
export function crossChecks(config: Config, bind: Bind): readonly Problem[] {
  return [
    ...authProblems(config.gateway, bind),
    ...channelAuthProblems(config, bind),
    ...hookProblems(config),
  ];
}

function authProblems({ auth }: Config["gateway"], { reach, why }: Bind): readonly Problem[] {
  if (auth.mode === "password" && auth.password === undefined) {
    return [
      {
        path: ["gateway", "auth", "password"],
        sentence: 'missing; mode "password" needs "password" beside it, best as "${GATEWAY_PASSWORD}"',
      },
    ];
  }
  if (auth.mode === "off" && reach === "all" && !auth.allowUnauthenticated) {
    return [{ path: ["gateway", "auth", "mode"], sentence: `${OPEN_DOOR} (${why})` }];
  }
  return [];
}

/** A channel may have a door of its own; the same rule holds for it. */
function channelAuthProblems({ channels }: Config, { reach, why }: Bind): readonly Problem[] {
  if (reach === "loopback") return [];
  return Object.entries(channels).flatMap(([name, section]) => {
    const auth = childOf(section, "auth");
    const isOpen = childOf(auth, "mode") === "off" && childOf(auth, "allowUnauthenticated") !== true;
    if (!isOpen || childOf(section, "enabled") === false) return [];
    return [{ path: ["channels", name, "auth", "mode"], sentence: `${OPEN_DOOR} (${why})` }];
  });
}

function hookProblems({ hooks, gateway }: Config): readonly Problem[] {
  const isShared = hooks.token !== undefined && hooks.token === gateway.auth.token;
  if (!hooks.enabled || !isShared) return [];
  return [
    {
      path: ["hooks", "token"],
      sentence: "must differ from gateway.auth.token: who may call a webhook must not get the whole gateway",
    },
  ];
}
