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

const OWN_TOKEN =
  "who may call a webhook must not get more than that: choose another, or leave it out and one is made";

/** A webhook's token opens webhooks, and no other door. */
function hookProblems(config: Config): readonly Problem[] {
  const { hooks } = config;
  if (!hooks.enabled) return [];
  const others = otherSecrets(config);
  const tokens: readonly (readonly [readonly string[], string | undefined])[] = [
    [["hooks", "token"], hooks.token],
    ...Object.entries(hooks.mappings).map(
      ([name, { token }]) => [["hooks", "mappings", name, "token"], token] as const,
    ),
  ];
  return tokens.flatMap(([path, token]) => {
    const same = token === undefined ? undefined : others.find(({ secret }) => secret === token);
    return same ? [{ path, sentence: `must differ from ${same.path}: ${OWN_TOKEN}` }] : [];
  });
}

/** What opens the gateway, and the doors of single channels. */
function otherSecrets({
  gateway,
  channels,
}: Config): readonly { readonly path: string; readonly secret: unknown }[] {
  const own = (["token", "password"] as const).map((kind) => ({
    path: `gateway.auth.${kind}`,
    secret: gateway.auth[kind],
  }));
  const ofChannels = Object.entries(channels).flatMap(([name, section]) => {
    const auth = childOf(section, "auth");
    return ["token", "password"].map((kind) => ({
      path: `channels.${name}.auth.${kind}`,
      secret: childOf(auth, kind),
    }));
  });
  return [...own, ...ofChannels];
}
