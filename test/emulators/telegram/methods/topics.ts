import { badRequest } from "../api-failure.ts";
import type { Room, Topic } from "../room.ts";
import { roomToWrite, type Methods, type Visit } from "./visit.ts";

const LONGEST_NAME = 128;
const ICON_COLOUR = 0x6fb9f0;

/** Topics of forums, and of private chats where the bot has them. */
export const topicMethods: Methods<
  "createForumTopic" | "editForumTopic" | "closeForumTopic" | "reopenForumTopic" | "deleteForumTopic"
> = {
  createForumTopic: (visit, { chat_id, name }) => {
    const room = forum(visit, chat_id);
    checkName(name);
    const post = visit.world.openTopic(room, visit.bot.asUser(), name);
    return { message_thread_id: post.message.message_id, name, icon_color: ICON_COLOUR };
  },

  editForumTopic: (visit, { chat_id, message_thread_id, name }) => {
    const { room, topic } = topicOf(visit, chat_id, message_thread_id);
    if (name) {
      checkName(name);
      if (topic.name === name) throw badRequest("TOPIC_NOT_MODIFIED");
      topic.name = name;
      visit.world.post(room, visit.bot.asUser(), { forum_topic_edited: { name } }, { thread: topic.id });
    }
    return true;
  },

  closeForumTopic: (visit, args) => {
    setClosed(visit, args.chat_id, args.message_thread_id, true);
    return true;
  },

  reopenForumTopic: (visit, args) => {
    setClosed(visit, args.chat_id, args.message_thread_id, false);
    return true;
  },

  deleteForumTopic: (visit, { chat_id, message_thread_id }) => {
    const { room, topic } = topicOf(visit, chat_id, message_thread_id);
    room.topics.delete(topic.id);
    for (const post of room.posts) {
      if (post.message.message_thread_id === topic.id) post.isDeleted = true;
    }
    visit.world.changed();
    return true;
  },
};

function setClosed(visit: Visit, chatId: number | string, thread: number, isClosed: boolean): void {
  const { room, topic } = topicOf(visit, chatId, thread);
  if (topic.isClosed === isClosed) throw badRequest("TOPIC_NOT_MODIFIED");
  topic.isClosed = isClosed;
  const content = isClosed ? { forum_topic_closed: {} } : { forum_topic_reopened: {} };
  visit.world.post(room, visit.bot.asUser(), content, { thread: topic.id });
}

function forum(visit: Visit, chatId: number | string): Room {
  const room = roomToWrite(visit, chatId);
  if (room.kind === "private") {
    if (!visit.bot.hasTopics) throw badRequest("the chat is not a forum");
    return room;
  }
  if (!room.isForum) throw badRequest("the chat is not a forum");
  if (!room.isAdmin(visit.bot.id)) throw badRequest("not enough rights to create a topic");
  return room;
}

function topicOf(visit: Visit, chatId: number | string, thread: number): { room: Room; topic: Topic } {
  const room = forum(visit, chatId);
  const topic = room.topics.get(thread);
  if (!topic) throw badRequest("TOPIC_ID_INVALID");
  return { room, topic };
}

function checkName(name: string): void {
  if (name.length < 1 || name.length > LONGEST_NAME) throw badRequest("TOPIC_TITLE_INVALID");
}
