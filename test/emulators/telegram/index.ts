/**
 * A stand-in for Telegram: the Bot API on loopback, and the people who write to bots.
 *
 * ```ts
 * await using telegram = await startTelegram();              // { clock } for time that the test moves
 * const bot = telegram.addBot({ username: "my_bot" });        // bot.token; { token, privacyMode, hasTopics, name }
 * const anna = telegram.addPerson({ firstName: "Anna" });     // { id, username, language, lastName }
 * const chat = anna.dm(bot);                                  // chat.id is what the bot sees
 * const hello = anna.say(chat, "hello");                      // a Post; hello.message is what bots are given
 * // … a bot that uses telegram.url as its apiRoot and bot.token answers …
 * await telegram.untilTranscript(chat, ["Anna: hello", "my_bot: hi"]);
 * const answer = chat.last(bot);                              // a Post again: reply to it, react, press its buttons
 * ```
 *
 * - People: `say` (a text over 4096 becomes several messages), `paste` (all of them), `reply`, `quote`, `edit`, `remove`,
 *   `forward`, `react`, `press(post, label)`, `upload(chat, kind, { name, bytes }, { caption })`, `album`, `location`,
 *   `contact`, `poll`, `stop` (what is being written), `commands`, `block`, `unblock`.
 * - Groups: `telegram.addGroup({ title, kind, isForum, members: [anna], bots: [bot] })`; `join`, `leave`, `addBot`,
 *   `removeBot`, `promote(group, bot)`, `openTopic(group, name)` for a `thread`, `upgrade(group)` to a supergroup.
 *   Bots in privacy mode (the default) hear in groups only commands, mentions, and answers to them.
 * - `telegram.transcript(chat, { thread, hasMarks, isLive })`: what a person sees, a line for each message.
 *   `telegram.until(() => …)` waits for anything; both end with what there is to see if it never comes.
 * - `telegram.faults.add({ kind: "429", retryAfter: 3, match: { method: "sendMessage" }, times: 2 })`: see `common/faults.ts`.
 * - `telegram.enforceRates()`: calls that come faster than Telegram takes them are refused.
 * - `telegram.calls`: every request, with `of`, `maxRate`, `assertNoDuplicates`, `assertOrder`: see `common/call-log.ts`.
 * - `telegram.world.texts`: every text that was accepted, with its `parseMode`; `world.queries`: what became of buttons.
 * - `bot.webhook`, `bot.updates.pendingCount`, `bot.isTokenValid = false` (revoked), `bot.privacyMode`.
 * - A method or field that the Bot API does not have is refused, and fails the test when the server is closed.
 */
export type { BotAccount } from "./bot-account.ts";
export type { Person } from "./person.ts";
export type { Post, Room } from "./room.ts";
export { startTelegram, type TelegramServer } from "./server.ts";
