/** How a connection to the gateway ended. */
export type Ending =
  /** The gateway stops. */
  | { readonly kind: "stopped" }
  /** Discord, or the network, closed it. */
  | { readonly kind: "closed"; readonly code: number }
  /** Discord wants us to connect anew and go on. */
  | { readonly kind: "reconnect" }
  /** Discord does not know the session, or not any more. */
  | { readonly kind: "invalid-session"; readonly canResume: boolean }
  /** A heartbeat was not answered: the line is dead, whatever it says. */
  | { readonly kind: "zombie" }
  /** Discord did not say hello, or did not take us in, in time. */
  | { readonly kind: "late" };

/** A connection that ended and may be made again, unless Discord forbids it. */
export class GatewayClosed extends Error {
  override readonly name = "GatewayClosed";
  readonly ending: Ending;

  constructor(ending: Ending) {
    super(SENTENCES[ending.kind](ending));
    this.ending = ending;
  }
}

const SENTENCES: Record<Ending["kind"], (ending: Ending) => string> = {
  stopped: () => "The gateway stops.",
  closed: (ending) => `The connection to Discord ended (${"code" in ending ? ending.code : 0}).`,
  reconnect: () => "Discord asks for another connection.",
  "invalid-session": () => "Discord does not know the session any more.",
  zombie: () => "Discord does not answer heartbeats any more.",
  late: () => "Discord did not take the connection in time.",
};

/** What people read about a token that Discord does not know. */
export const TOKEN_REFUSED =
  "Discord does not know the bot's token, so this account has stopped; reset the token in the Discord Developer Portal under Bot, and set it anew";

/** What people read about the privileged intent that somebody has to switch on. */
export const INTENT_REFUSED =
  "Discord refuses the bot the Message Content intent, so this account has stopped; in the Discord Developer Portal, choose the application, open Bot, and switch on Message Content Intent under Privileged Gateway Intents";

/** The closes after which Discord never takes the connection back, as its documentation lists them. */
const FINAL: Readonly<Record<number, string>> = {
  4004: TOKEN_REFUSED,
  4010: "Discord refuses the connection's shard (4010), so this account has stopped; this is a fault of the gateway, please report it",
  4011: "the bot is in so many servers that Discord wants its connection split up (4011), which the gateway does not do, so this account has stopped; take the bot out of servers where it is not needed",
  4012: "Discord does not speak this version of its gateway any more (4012), so this account has stopped; install a newer version of pi-gateway",
  4013: "Discord does not know the intents that the gateway asks for (4013), so this account has stopped; install a newer version of pi-gateway",
  4014: INTENT_REFUSED,
};

/** Why no other connection may be made, in a sentence for an owner; undefined where one may. */
export function whyClosedForGood(error: unknown): string | undefined {
  if (!(error instanceof GatewayClosed) || error.ending.kind !== "closed") return undefined;
  return FINAL[error.ending.code];
}

/** Codes after which the session cannot be resumed: wrong number, timed out, not authenticated. */
const SESSION_ENDING = new Set([4003, 4007, 4009]);

/** Whether the session may be gone on with after such an end. */
export function keepsSession(ending: Ending): boolean {
  if (ending.kind === "closed") return !SESSION_ENDING.has(ending.code);
  return ending.kind !== "invalid-session" || ending.canResume;
}
