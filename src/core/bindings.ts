import type { Config } from "./config-schema.ts";
import type { InboundMessage } from "./message.ts";

/** What routing goes by: an inbound message, or as much of one as there is. */
export type Routed = Pick<InboundMessage, "address" | "sender" | "agent" | "role" | "within">;

export type Binding = Config["agents"]["bindings"][number];
type Peer = NonNullable<Binding["match"]["peer"]>;

/** How exact a match is: the first of these that fits decides, whatever stands first in the file. */
const TIERS = [
  "exact peer",
  "parent peer",
  "any peer of the kind",
  "guild and roles",
  "guild",
  "account",
  "channel",
  "everywhere",
] as const;

type Tier = (typeof TIERS)[number];

/** A binding at one of its places in the order of trying. */
export interface Rule {
  readonly tier: Tier;
  /** Where it stands: `agents.bindings[index]`. */
  readonly index: number;
  readonly binding: Binding;
}

/** The bindings in the order in which they are tried: by tier, then as they stand in the file. */
export function rulesOf(bindings: readonly Binding[]): readonly Rule[] {
  const known = RULES.get(bindings);
  if (known) return known;
  const rules = bindings
    .flatMap((binding, index) => tiersOf(binding).map((tier) => ({ tier, index, binding })))
    .toSorted((one, other) => TIERS.indexOf(one.tier) - TIERS.indexOf(other.tier) || one.index - other.index);
  RULES.set(bindings, rules);
  return rules;
}

/** A configuration is frozen, and routes many messages. */
const RULES = new WeakMap<readonly Binding[], readonly Rule[]>();

/** Why a rule does not fit a message, in words that go behind a colon; undefined if it fits. */
export function misfitOf({ tier, binding: { match } }: Rule, message: Routed): string | undefined {
  const { address, within } = message;
  if (match.channel !== undefined && match.channel !== address.channel) {
    return `the channel is ${address.channel}, not ${match.channel}`;
  }
  if (match.account !== undefined && match.account !== address.account) {
    return `the account is ${address.account}, not ${match.account}`;
  }
  if (match.guild !== undefined && match.guild !== within?.guild) {
    return `the guild is ${within?.guild ?? "not known"}, not ${match.guild}`;
  }
  if (match.roles.length > 0 && !match.roles.some((role) => within?.roles?.includes(role))) {
    return `the sender has none of the roles ${match.roles.join(", ")}`;
  }
  return peerMisfit(tier, match, message);
}

function tiersOf({ match }: Binding): readonly Tier[] {
  const { peer, parentPeer } = match;
  if (peer?.id === "*") return ["any peer of the kind"];
  if (peer) return parentPeer ? ["exact peer"] : ["exact peer", "parent peer"];
  if (parentPeer) return ["parent peer"];
  if (match.guild !== undefined) return [match.roles.length > 0 ? "guild and roles" : "guild"];
  if (match.roles.length > 0) return ["guild and roles"];
  if (match.account !== undefined) return ["account"];
  return [match.channel === undefined ? "everywhere" : "channel"];
}

function peerMisfit(tier: Tier, { peer, parentPeer }: Binding["match"], message: Routed): string | undefined {
  const parents = parentsOf(message);
  if (parentPeer && !isAmong(parentPeer, parents)) {
    return `the chat is in ${parents[0] ?? "no other"}, not in ${parentPeer.id}`;
  }
  if (!peer) return undefined;
  if (tier === "parent peer") {
    if (parents.includes(peer.id)) return undefined;
    return `the chat is in ${parents[0] ?? "no other"}, not in ${peer.id}`;
  }
  const { scope, chat } = message.address;
  if (!isOfKind(peer, scope)) return `the chat is a ${scope}, not a ${peer.kind}`;
  if (isAmong(peer, peersOf(message))) return undefined;
  return `the chat is ${peersOf(message)[0] ?? chat}, not ${peer.id}`;
}

const isAmong = ({ id }: Peer, ids: readonly string[]) => (id === "*" ? ids.length > 0 : ids.includes(id));

/** A group on one platform is a channel on another, and each holds its threads and topics. */
function isOfKind({ kind }: Peer, scope: Routed["address"]["scope"]): boolean {
  if (kind === scope) return true;
  if (scope === "dm" || kind === "dm") return false;
  return kind === "group" || kind === "channel" || (scope !== "group" && scope !== "channel");
}

/** What may stand as the id of a message's own peer. */
function peersOf({ address, sender }: Routed): readonly string[] {
  const { scope, chat, thread } = address;
  if (scope === "dm") return [sender.id, chat];
  if (thread === undefined) return [chat];
  return [`${chat}:${thread}`, `${chat}:${scope}:${thread}`];
}

/** The chats that a message's chat is in. */
function parentsOf({ address, within }: Routed): readonly string[] {
  const own = address.thread === undefined ? [] : [address.chat];
  return within?.parent === undefined ? own : [...new Set([...own, within.parent])];
}
