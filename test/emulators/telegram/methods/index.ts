import type { MethodName } from "../fields.ts";
import { chatMethods } from "./chats.ts";
import { commandMethods } from "./commands.ts";
import { draftMethods } from "./drafts.ts";
import { markMethods } from "./marks.ts";
import { mediaMethods } from "./media.ts";
import { messageMethods } from "./messages.ts";
import { topicMethods } from "./topics.ts";
import { updateMethods } from "./updates.ts";
import type { Methods } from "./visit.ts";

/** What each method does. */
export const METHODS: Methods<MethodName> = {
  ...chatMethods,
  ...commandMethods,
  ...draftMethods,
  ...markMethods,
  ...mediaMethods,
  ...messageMethods,
  ...topicMethods,
  ...updateMethods,
};
