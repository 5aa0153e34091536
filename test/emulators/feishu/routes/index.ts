import type { Route } from "../route.ts";
import { APPLICATION_ROUTES } from "./application.ts";
import { CARD_ROUTES } from "./cards.ts";
import { CHAT_ROUTES } from "./chats.ts";
import { MARK_ROUTES } from "./marks.ts";
import { MESSAGE_ROUTES } from "./messages.ts";
import { RESOURCE_ROUTES } from "./resources.ts";
import { SEND_ROUTES } from "./send.ts";

/** Every address of the Open Platform that is called with a token. */
export const ROUTES: readonly Route[] = [
  ...SEND_ROUTES,
  ...MESSAGE_ROUTES,
  ...MARK_ROUTES,
  ...RESOURCE_ROUTES,
  ...CHAT_ROUTES,
  ...CARD_ROUTES,
  ...APPLICATION_ROUTES,
];
