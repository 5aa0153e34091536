import { z } from "zod";
import { ApiFailure } from "../api-failure.ts";
import type { AppAccount } from "../app-account.ts";
import { TENANT_KEY } from "../events.ts";
import type { Room } from "../room.ts";
import { route } from "../route.ts";
import type { World } from "../world.ts";
import { paged } from "./paged.ts";

const PAGE = {
  page_size: z.coerce.number().int().min(1).max(100).optional(),
  page_token: z.string().optional(),
};
const ID_TYPE = z.enum(["open_id", "user_id", "union_id"]).optional();
const MAY_READ = ["im:chat:readonly"];

export const CHAT_ROUTES = [
  route({
    name: "im.chat.list",
    verb: "GET",
    path: "/open-apis/im/v1/chats",
    scopes: MAY_READ,
    query: z.strictObject({ ...PAGE, user_id_type: ID_TYPE, sort_type: z.string().optional() }),
    serve: ({ world, app, query }) => {
      const groups = world.rooms.filter(
        ({ kind, members, isDisbanded }) => kind === "group" && !isDisbanded && members.has(app),
      );
      return paged(groups, query, (room) => ({ chat_id: room.id, ...chatView(app, room) }));
    },
  }),
  route({
    name: "im.chat.get",
    verb: "GET",
    path: "/open-apis/im/v1/chats/:chat_id",
    scopes: MAY_READ,
    query: z.strictObject({ user_id_type: ID_TYPE }),
    serve: ({ world, app, path }) => {
      const room = findChat(world, app, path("chat_id"));
      return {
        ...chatView(app, room),
        chat_mode: room.kind === "p2p" ? "p2p" : room.isTopicGroup ? "topic" : "group",
        chat_type: "private",
        group_message_type: room.isTopicGroup ? "thread" : "chat",
        user_count: String(room.users.length),
        bot_count: String(room.apps.length),
      };
    },
  }),
  route({
    name: "im.chatMembers.get",
    verb: "GET",
    path: "/open-apis/im/v1/chats/:chat_id/members",
    scopes: ["im:chat:readonly", "im:chat.members:read"],
    query: z.strictObject({ ...PAGE, member_id_type: ID_TYPE }),
    serve: ({ world, app, path, query }) => {
      // Bots are not among the members that are listed.
      const { users } = findChat(world, app, path("chat_id"));
      const list = paged(users, query, (user) => ({
        member_id_type: "open_id",
        member_id: user.openIdIn(app),
        name: user.name,
        tenant_key: TENANT_KEY,
      }));
      return { ...list, member_total: users.length };
    },
  }),
  route({
    name: "contact.user.get",
    verb: "GET",
    path: "/open-apis/contact/v3/users/:user_id",
    scopes: ["contact:contact.base:readonly", "contact:contact:readonly_as_app"],
    query: z.strictObject({ user_id_type: ID_TYPE, department_id_type: z.string().optional() }),
    serve: ({ world, app, path, query }) => {
      const id = path("user_id");
      const type = query.user_id_type ?? "open_id";
      const user = world.users.find((each) => {
        if (type === "open_id") return each.openIdIn(app) === id;
        return type === "union_id" ? each.unionId === id : each.userId === id;
      });
      if (!user) throw new ApiFailure(99992351, "the request user_id is invalid: it does not exist");
      // Without the scope for them the names are left out, and nobody says so.
      const mayHaveName = app.scopes.has("contact:user.base:readonly");
      const ids = { open_id: user.openIdIn(app), union_id: user.unionId };
      return { user: { ...ids, ...(mayHaveName ? { name: user.name, en_name: "" } : {}) } };
    },
  }),
];

function findChat(world: World, app: AppAccount, id: string): Room {
  const room = world.rooms.find((each) => each.id === id);
  if (!room) throw new ApiFailure(232006, "The chat_id is invalid.");
  if (room.isDisbanded) throw new ApiFailure(232009, "Chat has already been dissolved.");
  if (!room.members.has(app)) throw new ApiFailure(232011, "Operator can NOT be out of the chat.");
  return room;
}

function chatView(app: AppAccount, room: Room): object {
  return {
    avatar: "",
    name: room.kind === "p2p" ? "" : room.name,
    description: "",
    ...(room.owner ? { owner_id: room.owner.openIdIn(app), owner_id_type: "open_id" } : {}),
    external: false,
    tenant_key: TENANT_KEY,
  };
}
