import { z } from "zod";
import { ApiFailure } from "../api-failure.ts";
import type { AppAccount } from "../app-account.ts";
import { EMOJI_TYPES } from "../emoji-types.ts";
import type { Post, Reaction } from "../room.ts";
import { route } from "../route.ts";
import type { World } from "../world.ts";
import { findLiveMessage, findMessage, findRoom } from "./find.ts";
import { paged } from "./paged.ts";

const REACTION = z.strictObject({ emoji_type: z.string() });
const PAGE = {
  page_size: z.coerce.number().int().min(1).max(50).optional(),
  page_token: z.string().optional(),
};
const ID_TYPE = { user_id_type: z.enum(["open_id", "user_id", "union_id"]).optional() };
const MAY_REACT = ["im:message", "im:message.reactions:write_only"];
const MAY_PIN = ["im:message", "im:message.pins:write_only"];

const REACTION_ROUTES = [
  route({
    name: "im.messageReaction.create",
    verb: "POST",
    path: "/open-apis/im/v1/messages/:message_id/reactions",
    scopes: MAY_REACT,
    body: z.strictObject({ reaction_type: REACTION }),
    serve: ({ world, app, path, body }) => {
      const post = findForReaction(world, app, path("message_id"));
      const { emoji_type: emojiType } = body.reaction_type;
      if (!EMOJI_TYPES.has(emojiType)) throw new ApiFailure(231001, "reaction type is invalid.");
      return reactionView(app, world.react(post, app, emojiType));
    },
  }),
  route({
    name: "im.messageReaction.delete",
    verb: "DELETE",
    path: "/open-apis/im/v1/messages/:message_id/reactions/:reaction_id",
    scopes: MAY_REACT,
    serve: ({ world, app, path }) => {
      const post = findForReaction(world, app, path("message_id"));
      const reaction = post.reactions.find(({ id }) => id === path("reaction_id"));
      if (!reaction) throw new ApiFailure(231010, "The reaction does not exist.");
      if (reaction.by !== app) throw new ApiFailure(231007, "The operator is NOT who reacted.");
      world.unreact(post, reaction);
      return reactionView(app, reaction);
    },
  }),
  route({
    name: "im.messageReaction.list",
    verb: "GET",
    path: "/open-apis/im/v1/messages/:message_id/reactions",
    scopes: ["im:message", "im:message:readonly", "im:message.reactions:read"],
    query: z.strictObject({ ...PAGE, ...ID_TYPE, reaction_type: z.string().optional() }),
    serve: ({ world, app, path, query }) => {
      const all = findMessage(world, app, path("message_id")).reactions.filter(
        ({ emojiType }) => query.reaction_type === undefined || emojiType === query.reaction_type,
      );
      return paged(all, query, (reaction) => reactionView(app, reaction));
    },
  }),
];

const PIN_ROUTES = [
  route({
    name: "im.pin.create",
    verb: "POST",
    path: "/open-apis/im/v1/pins",
    scopes: MAY_PIN,
    body: z.strictObject({ message_id: z.string() }),
    serve: ({ world, app, body, rates }) => {
      const post = findLiveMessage(world, app, body.message_id);
      rates?.countChange(`pin ${post.id}`);
      post.pin ??= { by: app, atMs: world.clock.now() };
      return { pin: pinView(app, post) };
    },
  }),
  route({
    name: "im.pin.delete",
    verb: "DELETE",
    path: "/open-apis/im/v1/pins/:message_id",
    scopes: MAY_PIN,
    serve: ({ world, app, path, rates }) => {
      const post = findMessage(world, app, path("message_id"));
      rates?.countChange(`pin ${post.id}`);
      post.pin = undefined;
      return undefined;
    },
  }),
  route({
    name: "im.pin.list",
    verb: "GET",
    path: "/open-apis/im/v1/pins",
    scopes: ["im:message", "im:message:readonly", "im:message.pins:read"],
    query: z.strictObject({
      ...PAGE,
      chat_id: z.string(),
      start_time: z.string().optional(),
      end_time: z.string().optional(),
    }),
    serve: ({ world, app, query }) => {
      const pinned = findRoom(world, app, query.chat_id).posts.filter(({ pin }) => pin !== undefined);
      return paged(pinned, query, (post) => pinView(app, post));
    },
  }),
];

export const MARK_ROUTES = [...REACTION_ROUTES, ...PIN_ROUTES];

function findForReaction(world: World, app: AppAccount, id: string): Post {
  const post = findMessage(world, app, id);
  if (post.recalled)
    throw new ApiFailure(231003, "The message is not found, or it has been recalled or deleted.");
  return post;
}

function reactionView(app: AppAccount, { id, by, atMs, emojiType }: Reaction): object {
  return {
    reaction_id: id,
    operator: {
      operator_id: by.kind === "app" ? by.appId : by.openIdIn(app),
      operator_type: by.kind,
    },
    action_time: String(atMs),
    reaction_type: { emoji_type: emojiType },
  };
}

function pinView(app: AppAccount, post: Post): object {
  const by = post.pin?.by ?? app;
  return {
    message_id: post.id,
    chat_id: post.room.id,
    operator_id: by.kind === "app" ? by.appId : by.openIdIn(app),
    operator_id_type: by.kind === "app" ? "app_id" : "open_id",
    create_time: String(post.pin?.atMs ?? 0),
  };
}
