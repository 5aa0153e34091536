import type { Address, InboundEvent } from "./message.ts";

/** The chat in which something happened; of one that has moved, the one it was. */
export function eventPlace(event: InboundEvent): Address {
  if ("message" in event) return event.message.address;
  return "from" in event ? event.from : event.address;
}
