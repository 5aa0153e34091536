/**
 * A stand-in for Feishu and Lark: the Open Platform on loopback, and the people who write to its bots.
 *
 * ```ts
 * await using feishu = await startFeishu();                  // { clock } for time that the test moves
 * const app = feishu.addApp({ name: "Bot" });                 // app.appId, app.appSecret, app.openId (the bot's)
 * const anna = feishu.addPerson({ name: "Anna" });            // anna.openIdIn(app) is what the app knows her by
 * const chat = anna.dm(app);                                  // chat.id is `oc_…`
 * const hello = anna.say(chat, "hello");                      // a Post; hello.id is `om_…`
 * // … an app that uses feishu.url as its `domain` answers …
 * await feishu.untilTranscript(chat, ["Anna: hello", "Bot: hi"]);
 * const answer = chat.last(app);                              // a Post again: reply to it, react, press its buttons
 * ```
 *
 * - People: `say`, `post` (rich text), `mention(room, app | person | "all", text)`, `reply`, `replyInThread`, `edit`,
 *   `recall`, `react(post, "THUMBSUP")`, `unreact`, `upload(room, "image" | "file" | "audio" | "media", { name, bytes })`,
 *   `sticker`, `share(room, person | group)`, `forward(room, posts)` (merged), `enter(app)`, `stop(app)` and `resume`.
 *   The platform has no event for an edit: `edit` shows in the chat and in what the API gives, and nowhere else.
 * - `const press = anna.press(post, label)`: `press.state` becomes `answered` or, after three seconds, `failed`;
 *   `press.toast` is what she is shown. `app.cardShape = "v1"` tells presses in the older form.
 * - Groups: `feishu.addGroup({ name, members: [anna], apps: [app], isTopicGroup })`; `join`, `leave`, `invite`, `addBot`,
 *   `removeBot`, `rename`, `disband`. What apps hear in groups follows from their scopes: everything with
 *   `im:message.group_msg`, otherwise what names the bot; `@all` names nobody.
 * - `feishu.transcript(chat, { thread, hasMarks, isLive })`: what a person sees, a line for each message; cards as their
 *   words. `feishu.until(() => …)` waits for anything; both end with what there is to see if it never comes.
 * - Apps: `addApp({ scopes, subscriptions, webhook: { url, encryptKey, verificationToken } })`. All scopes and events by
 *   default, over the long connection unless there is a `webhook`. `app.scopes` and `app.subscriptions` are sets that
 *   may change at any time; `feishu.world.withheld` tells which events were not sent, and why. `app.revokeTokens()`,
 *   `app.appSecret = …`, `app.isPublished = false`.
 * - The long connection: `feishu.connections.of(app)` are the open ones, with `kill`, `close`, `isHalfOpen`, `pings`;
 *   `feishu.connections.config` is what clients are told (in seconds; set `ReconnectNonce` and `ReconnectInterval` to
 *   little where a test waits for a reconnect), `mostConnections`; `feishu.untilConnected(app)`; `app.fragmentation = { bytes, order }`.
 * - Webhooks: `feishu.webhooks.manners = { hasOddSpaces, signature, atMs, … }` for all that comes,
 *   `feishu.webhooks.post(app, body, manners)` for one request, `feishu.webhooks.verify(app)` for the challenge.
 * - Events come again after 15 s, 5 min, 1 h and 6 h while they are not taken: `feishu.pushes`, `feishu.pendingOf(app)`.
 * - `feishu.faults.add({ kind: "429", retryAfter: 3, match: { method: "im.message.create" }, times: 2 })`: see
 *   `common/faults.ts`; `status: 400` says it as some doors do. Calls are named as in the platform's own library, and
 *   `auth.tenantAccessToken.internal`, `ws.endpoint`, `bot.info`, `interactive.card.update`. `duplicate`, `reorder` and
 *   `delay` meet an event with its type as `method`; `drop-before`, `drop-after` and `slow` meet an attempt to send one
 *   with the `method` `push` and the type as `path`.
 * - `feishu.enforceRates(429 | 400)`: calls that come faster than the platform takes them are refused.
 * - `feishu.calls`: every request, with `of`, `maxRate`, `assertNoDuplicates`, `assertOrder`: see `common/call-log.ts`.
 * - An address, a field, a frame or an answer that the platform does not have is refused, and fails the test when the
 *   server is closed.
 */
export type { AppAccount } from "./app-account.ts";
export type { Person } from "./person.ts";
export type { Post, Room } from "./room.ts";
export { startFeishu, type FeishuServer } from "./server.ts";
