import { type Errand, placeOfErrand } from "../core/errand.ts";
import type { Address, InboundMessage } from "../core/message.ts";
import type { Session } from "../core/session.ts";
import { agentOfKey, parseSessionKey } from "../core/session-key.ts";
import type { Route, SessionRouter } from "../core/session-router.ts";
import type { Admission, InboxEntry, SessionLedger } from "../core/store.ts";
import type { HookRunner } from "../core/hooks.ts";
import { hear } from "./hear.ts";

export interface AdmitErrandDeps {
  readonly hooks: HookRunner;
  readonly openErrand: (errand: Errand) => Promise<Session>;
}

/** What people ask goes first where both wait for the same process. */
const PRIORITY = 1;

/**
 * Something that the gateway itself asks: nobody has to be let in, and commands are words. Hooks hear it; what they
 * may change is what is asked, not where. It waits by itself and takes nobody's room.
 */
export async function admitErrand(
  { id, message }: InboxEntry,
  errand: Errand,
  deps: AdmitErrandDeps,
): Promise<{ readonly fate: Admission; readonly said?: { readonly text: string } }> {
  const { session } = errand;
  const hearing = await hear(message, session, deps.hooks);
  if ("blocked" in hearing) return { fate: { fate: "blocked", session }, said: { text: hearing.blocked } };
  await deps.openErrand(errand);
  const heard: InboundMessage = {
    ...hearing.heard.message,
    id: message.id,
    address: message.address,
    errand,
  };
  return {
    fate: { fate: "queued", session, priority: PRIORITY, message: heard, mergeKey: `errand ${id}` },
  };
}

export interface OpenErrandDeps {
  readonly sessions: Pick<SessionLedger, "get" | "update">;
  readonly router: SessionRouter;
  readonly open: (
    route: Pick<Route, "session" | "agent" | "role">,
    address: Address,
    parent?: Session["parent"],
  ) => Promise<Session>;
}

/** The record of the session that an errand runs in. That of a chat stays what the chat has made it. */
export async function openErrandSession(errand: Errand, deps: OpenErrandDeps): Promise<Session> {
  const { session, parent } = errand;
  const agent = agentOfKey(session);
  const known = await deps.sessions.get(session);
  const address = known?.address ?? parseSessionKey(session)?.address ?? errand.to ?? placeOfErrand(errand);
  const role = roleIn(address, errand, agent, known, deps.router);
  return deps.open({ session, agent, ...(role === undefined ? {} : { role }) }, address, parent);
}

function roleIn(
  address: Address,
  errand: Errand,
  agent: string,
  known: Session | undefined,
  router: SessionRouter,
): string | undefined {
  if (known && address.scope !== "job") return known.role;
  const { chat } = address;
  const sender = { id: chat, name: chat, isBot: false, isSelfNamed: true };
  const usual = router.route({ address, sender }, agent).role;
  return address.scope === "job" ? (errand.role ?? usual) : usual;
}
