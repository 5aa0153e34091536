import type { Routed } from "./bindings.ts";
import type { Config } from "./config-schema.ts";
import { formatSessionKey, type SessionKey } from "./session-key.ts";

type SessionSection = Config["session"];
type Placed = Pick<Routed, "address" | "sender">;

/**
 * The session of an agent that a message belongs to. Chats of several people have their own; private ones
 * share what `session` says.
 */
export function sessionOf(
  agent: string,
  { address, sender }: Placed,
  session: SessionSection,
  why?: string[],
): SessionKey {
  if (address.scope !== "dm") return formatSessionKey({ agent, address });
  if (session.dmScope === "main") {
    why?.push(`session.dmScope is main: all private chats with ${agent} are one session`);
    return formatSessionKey({ agent, shared: "main" });
  }
  const person = linkedPerson({ address, sender }, session);
  if (person !== undefined) {
    why?.push(`session.identityLinks: this is ${person}, whose accounts share a session`);
    return formatSessionKey({ agent, shared: "person", person });
  }
  if (session.dmScope === "per-peer" && !sender.isSelfNamed) {
    why?.push(`session.dmScope is per-peer: ${sender.id} has one session on all channels`);
    return formatSessionKey({ agent, shared: "person", person: sender.id });
  }
  why?.push("a private chat has a session of its own");
  return formatSessionKey({ agent, address });
}

function linkedPerson({ address, sender }: Placed, { identityLinks }: SessionSection): string | undefined {
  const { channel, account, chat } = address;
  const names = [sender.id, chat].flatMap((id) => [`${channel}:${id}`, `${channel}:${account}:${id}`]);
  return Object.entries(identityLinks).find(([, accounts]) =>
    names.some((name) => accounts.includes(name)),
  )?.[0];
}
