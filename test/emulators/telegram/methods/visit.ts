import type { ApiMethods } from "@grammyjs/types";
import type { Upload } from "../../common/multipart.ts";
import { badRequest, forbidden, ApiFailure } from "../api-failure.ts";
import type { BotAccount } from "../bot-account.ts";
import type { Args, MethodName } from "../fields.ts";
import type { Post, Room } from "../room.ts";
import type { World } from "../world.ts";

/** One call of a bot. */
export interface Visit {
  readonly world: World;
  readonly bot: BotAccount;
  readonly method: MethodName;
  /** Aborted once the bot no longer waits for the answer. */
  readonly gone: AbortSignal;
}

export type Result<M extends MethodName> = ReturnType<ApiMethods<Upload>[M]>;

/** What methods do; each throws an `ApiFailure` where the real server refuses. */
export type Methods<M extends MethodName> = {
  readonly [K in M]: (visit: Visit, args: Args<K>) => Result<K> | Promise<Result<K>>;
};

/** The chat of that id, if the bot may write there. */
export function roomToWrite(visit: Visit, chatId: number | string): Room {
  const room = roomToRead(visit, chatId);
  if (room.isBlocked) throw forbidden("bot was blocked by the user");
  return room;
}

/** The chat of that id, if the bot is or was in it. */
export function roomToRead({ world, bot }: Visit, chatId: number | string): Room {
  if (chatId === "") throw badRequest("chat_id is empty");
  const room = world.rooms.find(
    (each) => isNamed(each, chatId) && (each.bot === bot || each.kind !== "private"),
  );
  if (room === undefined) {
    const isStranger = world.people.some(({ id }) => id === chatId);
    throw isStranger
      ? forbidden("bot can't initiate conversation with a user")
      : badRequest("chat not found");
  }
  if (room.movedTo) {
    throw new ApiFailure(400, "Bad Request: group chat was upgraded to a supergroup chat", {
      migrate_to_chat_id: room.movedTo.id,
    });
  }
  const standing = room.standingOf(bot.id);
  if (standing === "kicked") throw forbidden(`bot was kicked from the ${room.kind} chat`);
  if (standing !== "left") return room;
  if (!room.bots.has(bot.id)) throw badRequest("chat not found");
  throw forbidden(`bot is not a member of the ${room.kind} chat`);
}

function isNamed(room: Room, chatId: number | string): boolean {
  if (typeof chatId === "number") return room.id === chatId;
  return room.kind !== "private" && `@${room.username}`.toLowerCase() === chatId.toLowerCase();
}

/** A message that is there; `what` names it in the refusal, as in “message to edit not found”. */
export function postToUse(room: Room, messageId: number | undefined, what: string): Post {
  if (messageId === undefined) throw badRequest("message identifier is not specified");
  const post = room.find(messageId);
  if (!post) throw badRequest(`${what} not found`);
  return post;
}
