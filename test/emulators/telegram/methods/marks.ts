import { badRequest } from "../api-failure.ts";
import { isReaction } from "../reactions.ts";
import type { Post, Room } from "../room.ts";
import { isService } from "../hearing.ts";
import { withoutReply } from "../world.ts";
import { postToUse, roomToWrite, type Methods, type Visit } from "./visit.ts";

const NO_QUERY = "query is too old and response timeout expired or query ID is invalid";

/** What bots put on messages: reactions, pins, and answers to buttons. */
export const markMethods: Methods<
  | "setMessageReaction"
  | "pinChatMessage"
  | "unpinChatMessage"
  | "unpinAllChatMessages"
  | "answerCallbackQuery"
> = {
  setMessageReaction: (visit, { chat_id, message_id, reaction = [] }) => {
    const post = postToUse(roomToWrite(visit, chat_id), message_id, "message to react");
    if (isService(post.message)) throw badRequest("MESSAGE_ID_INVALID");
    if (reaction.length > 1) throw badRequest("REACTIONS_TOO_MANY");
    const [wanted] = reaction;
    if (wanted && (wanted.type !== "emoji" || !isReaction(wanted.emoji)))
      throw badRequest("REACTION_INVALID");
    if (wanted) post.reactions.set(visit.bot.id, [wanted]);
    else post.reactions.delete(visit.bot.id);
    visit.world.changed();
    return true;
  },

  pinChatMessage: (visit, { chat_id, message_id, disable_notification }) => {
    const room = roomToWrite(visit, chat_id);
    checkMayPin(visit, room);
    const post = postToUse(room, message_id, "message to pin");
    if (isService(post.message)) throw badRequest("message can't be pinned");
    if (post.isPinned) return true;
    post.isPinned = true;
    const content = { pinned_message: withoutReply(post.message) };
    visit.world.post(room, visit.bot.asUser(), content, { isSilent: disable_notification });
    return true;
  },

  unpinChatMessage: (visit, { chat_id, message_id }) => {
    const room = roomToWrite(visit, chat_id);
    checkMayPin(visit, room);
    const post =
      message_id === undefined
        ? room.posts.findLast(({ isPinned }) => isPinned)
        : postToUse(room, message_id, "message to unpin");
    if (!post) throw badRequest("message to unpin not found");
    unpin(post);
    visit.world.changed();
    return true;
  },

  unpinAllChatMessages: (visit, { chat_id }) => {
    const room = roomToWrite(visit, chat_id);
    checkMayPin(visit, room);
    room.posts.forEach(unpin);
    visit.world.changed();
    return true;
  },

  answerCallbackQuery: ({ world, bot }, { callback_query_id, text = "", show_alert = false }) => {
    const query = world.queries.get(callback_query_id);
    const isOpen = query?.bot === bot && query.untilMs >= world.clock.now();
    if (!query || !isOpen) throw badRequest(NO_QUERY);
    if (text.length > 200) throw badRequest("MESSAGE_TOO_LONG");
    query.isAnswered = true;
    if (text !== "") query.notice = show_alert ? `(alert) ${text}` : text;
    world.changed();
    return true;
  },
};

function checkMayPin({ bot }: Visit, room: Room): void {
  if (room.kind === "private" || room.isAdmin(bot.id)) return;
  throw badRequest("not enough rights to manage pinned messages in the chat");
}

function unpin(post: Post): void {
  post.isPinned = false;
}
