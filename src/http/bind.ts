import { existsSync } from "node:fs";
import type { Config } from "../core/config-schema.ts";
import { ConfigError } from "../core/errors.ts";

/** Where the gateway listens, and why there: the start line says it. */
export interface Bind {
  readonly scope: "loopback" | "lan";
  readonly why: string;
}

/** Decides where to listen. Throws `ConfigError` for a door that would stand open to the network. */
export function resolveBind(
  gateway: Pick<Config["gateway"], "bind" | "auth" | "publicUrl">,
  isContainer: boolean = isInContainer(),
): Bind {
  const bind = gateway.bind === "auto" ? autoBind(gateway, isContainer) : plainBind(gateway.bind);
  if (bind.scope === "lan" && gateway.auth.mode === "off" && !gateway.auth.allowUnauthenticated) {
    throw new ConfigError([
      `gateway.auth.mode: "off" would let anybody on the network run the agent (${bind.why}). ` +
        `Set it to "token", bind to "loopback", or set gateway.auth.allowUnauthenticated to true.`,
    ]);
  }
  return bind;
}

function plainBind(scope: "loopback" | "lan"): Bind {
  return { scope, why: `gateway.bind is "${scope}"` };
}

function autoBind({ auth, publicUrl }: Parameters<typeof resolveBind>[0], isContainer: boolean): Bind {
  if (isContainer) return { scope: "lan", why: 'gateway.bind is "auto" inside a container' };
  const isAuthSet = auth.token !== undefined || auth.password !== undefined;
  return isAuthSet && publicUrl !== undefined
    ? { scope: "lan", why: 'gateway.bind is "auto", and auth and publicUrl are set' }
    : { scope: "loopback", why: 'gateway.bind is "auto", and auth and publicUrl are not both set' };
}

function isInContainer(): boolean {
  return existsSync("/.dockerenv") || existsSync("/run/.containerenv");
}
