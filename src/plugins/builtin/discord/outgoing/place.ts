import { PlatformError } from "../../../platform-error.ts";
import type { Address } from "../../../types.ts";

/** Discord's ids, which are times: 17 digits since 2015, 19 until 2090. */
const ID = /^\d{17,19}$/;

export function isId(text: string): boolean {
  return ID.test(text);
}

/** The channel that an address names, or the thread in it, which is a channel of its own; for a DM the person. */
export function placeIn({ chat, thread }: Address): string {
  return checked(thread ?? chat, "chat-gone", "chat");
}

/** The path of a message; rejects what is no id, so that nothing else gets into the path. */
export function messagePath(channel: string, id: string): `/${string}` {
  return `/channels/${channel}/messages/${checked(id, "message-gone", "message")}`;
}

function checked(id: string, kind: "chat-gone" | "message-gone", what: string): string {
  if (isId(id)) return id;
  throw new PlatformError(
    kind,
    "not-found",
    `Discord has no ${what} with the id ${id}: ids are long numbers.`,
  );
}
