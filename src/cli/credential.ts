import type { Config } from "../core/config.ts";
import type { StateLayout } from "../core/state-dir.ts";
import { type Credential, credentialOf } from "../security/gateway-auth.ts";
import { readToken } from "../security/token-file.ts";
import type { GatewayAddress } from "./client.ts";

/**
 * What lets a client of this machine into its own gateway: the configured secret, or the generated token.
 * Undefined while there is none, because the gateway has never run on this state.
 */
export async function readCredential(
  { gateway }: Pick<Config, "gateway">,
  layout: StateLayout,
): Promise<Credential | undefined> {
  const isGenerated = gateway.auth.mode === "token" && gateway.auth.token === undefined;
  const generated = isGenerated ? await readToken(layout.token) : "";
  return generated === undefined ? undefined : credentialOf(gateway.auth, generated);
}

/** The secret of a credential; undefined where none is asked for. */
export function secretOf(credential: Credential | undefined): string | undefined {
  return credential === undefined || credential.mode === "off" ? undefined : credential.secret;
}

/** What a client sends with `connect`; undefined where nothing is asked for. */
export function authFrame(credential: Credential | undefined): GatewayAddress["auth"] {
  if (credential === undefined || credential.mode === "off") return undefined;
  return credential.mode === "token" ? { token: credential.secret } : { password: credential.secret };
}

/** The link that opens the page signed in. The token is in the fragment, which browsers keep to themselves. */
export function pageLink(url: string, credential: Credential | undefined): string {
  const at = url.replace("127.0.0.1", "localhost");
  return credential?.mode === "token" ? `${at}/#token=${encodeURIComponent(credential.secret)}` : `${at}/`;
}
