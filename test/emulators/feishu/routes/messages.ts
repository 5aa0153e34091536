import { z } from "zod";
import { ApiFailure, invalidParameter } from "../api-failure.ts";
import { readContent } from "../content.ts";
import { messageView } from "../message-view.ts";
import type { Post } from "../room.ts";
import { route } from "../route.ts";
import { findLiveMessage, findMessage, findRoom } from "./find.ts";
import { checkSize } from "./send.ts";
import { paged } from "./paged.ts";

const MAY_READ = ["im:message", "im:message:readonly"];
const MAY_CHANGE = ["im:message", "im:message:send_as_bot", "im:message:update"];
const MOST_EDITS = 20;
const CARD_LIFE_MS = 14 * 86_400_000;
const ID_TYPE = { user_id_type: z.enum(["open_id", "user_id", "union_id"]).optional() };

export const MESSAGE_ROUTES = [
  route({
    name: "im.message.update",
    verb: "PUT",
    path: "/open-apis/im/v1/messages/:message_id",
    scopes: MAY_CHANGE,
    body: z.strictObject({ msg_type: z.string(), content: z.string() }),
    serve: ({ world, app, path, body, bodyBytes, rates }) => {
      const post = findLiveMessage(world, app, path("message_id"));
      checkIsOwn(post, app, 230071);
      if (!["text", "post"].includes(post.msgType) || !["text", "post"].includes(body.msg_type)) {
        throw new ApiFailure(230054, "This operation is not supported for this message type.");
      }
      if (world.clock.now() - post.atMs > world.editWindowMs) {
        throw new ApiFailure(
          230075,
          "The message can no longer be edited: it is older than the administrator allows.",
        );
      }
      if (post.earlier.length >= MOST_EDITS) {
        throw new ApiFailure(230072, "The message has reached the number of times it can be edited.");
      }
      if (post.msgType !== body.msg_type) throw invalidParameter("msg_type can't be changed");
      checkSize(body.msg_type, bodyBytes);
      rates?.countChange(post.id);
      world.revise(post, readContent(world, app, body.msg_type, body.content));
      return messageView(world, app, post);
    },
  }),
  route({
    name: "im.message.patch",
    verb: "PATCH",
    path: "/open-apis/im/v1/messages/:message_id",
    scopes: MAY_CHANGE,
    body: z.strictObject({ content: z.string() }),
    serve: ({ world, app, path, body, bodyBytes, rates }) => {
      const post = findLiveMessage(world, app, path("message_id"));
      checkIsOwn(post, app, 230012);
      if (!post.card)
        throw new ApiFailure(
          230001,
          "Your request contains an invalid request parameter, ext=This message is NOT a card.",
        );
      if (world.clock.now() - post.atMs > CARD_LIFE_MS) {
        throw new ApiFailure(230031, "The message exceeds 14 days and can not be updated.");
      }
      checkSize("interactive", bodyBytes);
      rates?.countChange(post.id);
      const { card, mentionsAll } = readContent(world, app, "interactive", body.content);
      if (!card || card.id !== undefined) throw invalidParameter("content is no card");
      world.showCard(post.card, card.card);
      post.mentionsAll ||= mentionsAll;
      post.updatedMs = world.clock.now();
      return undefined;
    },
  }),
  route({
    name: "im.message.delete",
    verb: "DELETE",
    path: "/open-apis/im/v1/messages/:message_id",
    scopes: ["im:message", "im:message:send_as_bot", "im:message:recall"],
    serve: ({ world, app, path }) => {
      const post = findLiveMessage(world, app, path("message_id"));
      checkIsOwn(post, app, 230026);
      world.recall(post, app);
      return undefined;
    },
  }),
  route({
    name: "im.message.get",
    verb: "GET",
    path: "/open-apis/im/v1/messages/:message_id",
    scopes: MAY_READ,
    query: z.strictObject({
      ...ID_TYPE,
      card_msg_content_type: z.enum(["raw_card_content", "user_card_content"]).optional(),
    }),
    serve: ({ world, app, path }) => {
      const post = findMessage(world, app, path("message_id"));
      const inside = post.merged.map((each) => messageView(world, app, each, post));
      return { items: [messageView(world, app, post), ...inside] };
    },
  }),
  route({
    name: "im.message.list",
    verb: "GET",
    path: "/open-apis/im/v1/messages",
    scopes: MAY_READ,
    query: z.strictObject({
      container_id_type: z.enum(["chat", "thread"]),
      container_id: z.string(),
      start_time: z.coerce.number().optional(),
      end_time: z.coerce.number().optional(),
      sort_type: z.enum(["ByCreateTimeAsc", "ByCreateTimeDesc"]).optional(),
      page_size: z.coerce.number().int().min(1).max(50).optional(),
      page_token: z.string().optional(),
      card_msg_content_type: z.string().optional(),
    }),
    serve: ({ world, app, query }) => {
      const posts =
        query.container_id_type === "chat"
          ? findRoom(world, app, query.container_id).posts
          : world.rooms
              .filter(({ members }) => members.has(app))
              .flatMap((room) => room.posts.filter(({ threadId }) => threadId === query.container_id));
      const { start_time = 0, end_time = Infinity } = query;
      const wanted = posts.filter(({ atMs }) => atMs / 1000 >= start_time && atMs / 1000 <= end_time);
      if (query.sort_type === "ByCreateTimeDesc") wanted.reverse();
      return paged(wanted, query, (post) => messageView(world, app, post));
    },
  }),
];

function checkIsOwn(post: Post, app: unknown, code: number): void {
  if (post.from !== app) throw new ApiFailure(code, "The operator is NOT the sender of the message.");
}
