import type { APIGuildMember, APIUser } from "discord-api-types/v10";
import type { Sender } from "../../../types.ts";

type User = Pick<APIUser, "id" | "username"> & Partial<Pick<APIUser, "global_name" | "bot">>;
type Member = Partial<Pick<APIGuildMember, "nick">>;

/** Somebody on Discord, as the gateway speaks of people; in a server by the name they have there. */
export function senderOf(user: User, member?: Member): Sender {
  return { id: user.id, name: nameOf(user, member), isBot: user.bot ?? false };
}

export function nameOf({ username, global_name }: User, member?: Member): string {
  return member?.nick || global_name || username;
}
