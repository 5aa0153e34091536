import type { Config } from "./config-schema.ts";

/** On which interfaces the gateway listens, and why, in words for the start line. */
export interface Bind {
  readonly reach: "loopback" | "all";
  readonly why: string;
}

/** What `gateway.bind` comes to on this machine. */
export function resolveBind({ bind, auth, publicUrl }: Config["gateway"], isInContainer: boolean): Bind {
  if (bind === "loopback") return { reach: "loopback", why: 'gateway.bind is "loopback"' };
  if (bind === "lan") return { reach: "all", why: 'gateway.bind is "lan"' };
  if (isInContainer) return { reach: "all", why: 'gateway.bind is "auto", and this is a container' };
  const hasCredential = auth.token !== undefined || auth.password !== undefined;
  if (auth.mode !== "off" && hasCredential && publicUrl !== undefined) {
    return { reach: "all", why: 'gateway.bind is "auto", and auth and gateway.publicUrl are set' };
  }
  return { reach: "loopback", why: 'gateway.bind is "auto"' };
}

/** Whether this process runs in a container, as far as containers tell. */
export function isContainer(
  env: Readonly<Record<string, string | undefined>>,
  exists: (path: string) => boolean,
): boolean {
  return (
    Boolean(env["container"] || env["KUBERNETES_SERVICE_HOST"]) ||
    exists("/.dockerenv") ||
    exists("/run/.containerenv")
  );
}
