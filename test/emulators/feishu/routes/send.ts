import { z } from "zod";
import { ApiFailure, invalidParameter } from "../api-failure.ts";
import type { AppAccount } from "../app-account.ts";
import { readContent } from "../content.ts";
import { messageView } from "../message-view.ts";
import type { Post, Room } from "../room.ts";
import type { Reply } from "../../common/http-server.ts";
import { repeated, route, type Visit } from "../route.ts";
import type { World } from "../world.ts";
import { findLiveMessage, findRoom } from "./find.ts";

const MAY_SEND = ["im:message", "im:message:send_as_bot"];
const TEXT_BYTES = 150 * 1024;
const RICH_BYTES = 30 * 1024;
const UUID = z.string().max(50).optional();
const ID_TYPES = z.enum(["chat_id", "open_id", "user_id", "union_id"]);

export const SEND_ROUTES = [
  route({
    name: "im.message.create",
    verb: "POST",
    path: "/open-apis/im/v1/messages",
    scopes: MAY_SEND,
    query: z.strictObject({ receive_id_type: ID_TYPES }),
    body: z.strictObject({ receive_id: z.string(), msg_type: z.string(), content: z.string(), uuid: UUID }),
    serve: (visit) => {
      const { world, app, query, body } = visit;
      const room = receiver(world, app, query.receive_id_type, body.receive_id);
      return send(visit, body, room, {});
    },
  }),
  route({
    name: "im.message.reply",
    verb: "POST",
    path: "/open-apis/im/v1/messages/:message_id/reply",
    scopes: MAY_SEND,
    body: z.strictObject({
      content: z.string(),
      msg_type: z.string(),
      reply_in_thread: z.boolean().optional(),
      uuid: UUID,
    }),
    serve: (visit) => {
      const replyTo = findLiveMessage(visit.world, visit.app, visit.path("message_id"));
      if (replyTo.room.isDisbanded) throw new ApiFailure(232009, "Chat has already been dissolved.");
      return send(visit, visit.body, replyTo.room, { replyTo, isInThread: visit.body.reply_in_thread });
    },
  }),
];

/** Throws if a request is larger than its kind of message may be. */
export function checkSize(msgType: string, bytes: number): void {
  const isRich = msgType === "post" || msgType === "interactive";
  if (bytes > (isRich ? RICH_BYTES : TEXT_BYTES)) {
    throw new ApiFailure(230025, "The length of the message content reaches its limit.");
  }
}

function send(
  visit: Visit<unknown, unknown>,
  sent: { readonly msg_type: string; readonly content: string; readonly uuid?: string | undefined },
  room: Room,
  options: { replyTo?: Post; isInThread?: boolean | undefined },
): object | Reply {
  const { world, app, bodyBytes, rates } = visit;
  const again = sent.uuid === undefined ? undefined : world.sentWith(app, sent.uuid);
  if (again) return repeated(messageView(world, app, again));
  checkReach(world, app, room);
  checkSize(sent.msg_type, bodyBytes);
  rates?.countSend(room.id);
  const post = world.post(room, app, readContent(world, app, sent.msg_type, sent.content), options);
  if (sent.uuid !== undefined) world.remember(app, sent.uuid, post);
  return messageView(world, app, post);
}

function checkReach(world: World, app: AppAccount, room: Room): void {
  if (!app.isPublished) throw new ApiFailure(230006, "Bot ability is not activated.");
  if (room.kind === "p2p" && room.users.some((user) => world.stopped.get(app)?.has(user))) {
    throw new ApiFailure(230053, "The user has stopped the bot from sending messages.");
  }
  if (room.isMuted)
    throw new ApiFailure(230018, "These operations are NOT allowed at current group settings.");
}

function receiver(world: World, app: AppAccount, type: z.infer<typeof ID_TYPES>, id: string): Room {
  if (type === "chat_id") return findRoom(world, app, id);
  const user = world.users.find((each) => {
    if (type === "open_id") return each.openIdIn(app) === id;
    return type === "union_id" ? each.unionId === id : each.userId === id;
  });
  if (user) return world.p2pRoom(user, app);
  const isOfAnother =
    type === "open_id" && world.users.some((each) => world.apps.some((other) => each.openIdIn(other) === id));
  if (isOfAnother) throw new ApiFailure(99992361, "open_id cross app");
  throw invalidParameter("invalid receive_id");
}
