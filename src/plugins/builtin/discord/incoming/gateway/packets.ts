/** What comes over the gateway's socket, and goes over it. Opcodes as Discord numbers them. */
export const opcodes = {
  dispatch: 0,
  heartbeat: 1,
  identify: 2,
  resume: 6,
  reconnect: 7,
  invalidSession: 9,
  hello: 10,
  heartbeatAck: 11,
} as const;

/** A packet of Discord's. `s` counts the events of a session. */
export interface Packet {
  readonly op: number;
  readonly d: unknown;
  readonly s: number | null;
  readonly t: string | null;
}

/** An event of a session, with a name that no other event of any session has. */
export interface Dispatch {
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
}

/** What it takes to go on where a session was broken off. */
export interface Session {
  readonly id: string;
  readonly resumeUrl: string;
  /** The number of the last event that came. */
  sequence: number;
}

/** The packet in a text; undefined for one that is none. */
export function readPacket(text: string): Packet | undefined {
  try {
    const packet: unknown = JSON.parse(text);
    const isPacket = typeof packet === "object" && packet !== null && "op" in packet;
    // Discord's own server, or one that speaks as it does: the rest is as its documentation has it.
    return isPacket && typeof packet.op === "number" ? (packet as Packet) : undefined;
  } catch {
    // That it cannot be read is the answer.
    return undefined;
  }
}
