/** Every scope that a call or an event of the stand-in asks for. */
export const ALL_SCOPES = [
  "im:message",
  "im:message:send_as_bot",
  "im:message:readonly",
  "im:message:update",
  "im:message:recall",
  "im:message.p2p_msg:readonly",
  "im:message.group_at_msg:readonly",
  "im:message.group_msg",
  "im:message.reactions:read",
  "im:message.reactions:write_only",
  "im:message.pins:read",
  "im:message.pins:write_only",
  "im:resource",
  "im:chat:readonly",
  "im:chat.members:read",
  "im:chat.access_event.bot_p2p_chat:read",
  "contact:user.base:readonly",
  "contact:contact.base:readonly",
  "contact:user.employee_id:readonly",
  "cardkit:card:write",
  "application:application:self_manage",
] as const;

/** Every event and callback that the stand-in sends. */
export const ALL_EVENTS = [
  "im.message.receive_v1",
  "im.message.recalled_v1",
  "im.message.reaction.created_v1",
  "im.message.reaction.deleted_v1",
  "im.chat.member.bot.added_v1",
  "im.chat.member.bot.deleted_v1",
  "im.chat.member.user.added_v1",
  "im.chat.member.user.deleted_v1",
  "im.chat.access_event.bot_p2p_chat_entered_v1",
  "im.chat.updated_v1",
  "im.chat.disbanded_v1",
  "card.action.trigger",
] as const;

export type EventType = (typeof ALL_EVENTS)[number];

/** Which of these scopes, any one of them, an event needs; what is not named needs none. */
export const EVENT_SCOPES: Partial<Record<EventType, readonly string[]>> = {
  "im.message.recalled_v1": ["im:message", "im:message:readonly"],
  "im.message.reaction.created_v1": ["im:message", "im:message:readonly", "im:message.reactions:read"],
  "im.message.reaction.deleted_v1": ["im:message", "im:message:readonly", "im:message.reactions:read"],
  "im.chat.member.user.added_v1": ["im:chat:readonly", "im:chat.members:read"],
  "im.chat.member.user.deleted_v1": ["im:chat:readonly", "im:chat.members:read"],
  "im.chat.access_event.bot_p2p_chat_entered_v1": ["im:chat.access_event.bot_p2p_chat:read"],
  "im.chat.updated_v1": ["im:chat:readonly"],
  "im.chat.disbanded_v1": ["im:chat:readonly"],
};
