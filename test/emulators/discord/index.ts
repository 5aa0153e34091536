/**
 * A stand-in for Discord: REST (v10) and the gateway on loopback, and the people who write to bots.
 *
 * ```ts
 * await using discord = await startDiscord();                     // { clock } for time that the test moves
 * const bot = discord.addBot({ username: "my_bot" });              // bot.token; { name, token, messageContent: false, guildMembers: true }
 * const anna = discord.addPerson({ name: "Anna" });                // { id, username }
 * const guild = discord.addGuild({ name: "Club", members: [anna], bots: [bot], channels: ["general", { name: "ideas", kind: "forum", tags: ["new"] }] });
 * const chat = guild.channel("general");                           // a Room: chat.id is what the bot sees
 * const hello = anna.mention(chat, bot, "hello");                  // a Post; hello.message is what bots are given
 * // … a bot that uses discord.url as its REST root and bot.token answers; await discord.untilReady(bot) …
 * await discord.untilTranscript(chat, ["Anna: @my_bot hello", "my_bot: hi"]);
 * const answer = chat.last(bot);                                   // a Post again: reply to it, react, press its buttons
 * ```
 *
 * - People: `dm(bot)` (a Room), `say`, `reply(post, text, { isQuiet })`, `mention(room, who, text)`, `edit`, `remove`, `forward`,
 *   `react(post, "👍")`, `unreact`, `upload(room, { name, bytes, mimeType }, text)` (one file or several), `voice`, `sticker(room, name, format)`,
 *   `type(room)`, `openThread(room or post, name, { isPrivate })`, `post(forum, title, text, tags)`, `archive(thread, { isLocked })`,
 *   `press(post, label)`, `choose(post, …labels)`, `commands(room, bot)`, `slash(room, bot, "name", { option: value })`,
 *   `complete(room, bot, name, option, typed)`, `submit(interaction, values)`, `block(bot)`, `unblock(bot)`, `join(guild)`, `leave(guild)`, `locale`.
 * - What a press, a choice, or a command gives back tells what became of it: `answeredWith` (the type of the first answer), `isThinking`,
 *   `isEphemeral`, `original` (a Post), `choices`, `modal`. Three seconds without an answer, and the person is told that it failed.
 * - Servers: `discord.addGuild`, `addChannel(guild, name or { name, kind, topic, tags })`, `addRole(guild, name, permissions)`, `giveRole(guild, who, name)`,
 *   `takeRole`, `invite(guild, bot)`, `expel(guild, bot)`, `deny(room, "SendMessages", who)`, `allow(…)` (without `who`: everybody),
 *   `setRolePermissions`; `guild.channel(name)` also finds threads, `guild.role(name)`, `guild.premiumTier`, `guild.emojis`.
 * - `discord.transcript(chat, { as: anna, hasMarks, isLive })`: what a person sees, a line for each message. Marks tell `(edited)`, `(re “…”)`,
 *   `(pinned)`, `(silent)`, `(preview)` or `(no preview)` where there are links, `(thread …)`; live lines tell who is typing.
 *   `discord.until(() => …)` waits for anything; both end with what there is to see if it never comes.
 * - `post.pings` is whom a message called: `{ users, roles, isEveryone }`, after `allowed_mentions`. `post.earlier` is what it said before.
 * - `discord.faults.add({ kind: "429", retryAfter: 3, scope: "shared", match: { method: "createMessage" }, times: 2 })`: see `common/faults.ts`.
 *   The `method` of a request is its name in Discord's documentation: `createMessage`, `editMessage`, `deleteMessage`, `getMessages`,
 *   `createReaction`, `triggerTyping`, `createDM`, `pinMessage`, `startThreadFromMessage`, `startThread`, `createInteractionResponse`,
 *   `createFollowupMessage`, `editFollowupMessage` (`@original` too), `bulkOverwriteGlobalCommands`, `download` (of a file), and so on:
 *   see `rest/`. An event of the gateway has its own name, such as `MESSAGE_CREATE`, and the path `gateway`: it may come twice (`duplicate`),
 *   be overtaken (`reorder`), or come late (`delay`).
 * - `discord.gateway`: `reconnect()` (op 7), `invalidate(canResume)` (op 9), `close(code)`, `cut()` (without a word), `zombify()` (open, but
 *   nothing gets through), `acknowledges = false` (no heartbeat is), `heartbeatMs`, `sessions`, `of(bot)`, `identifyCount`, `resumeCount`.
 * - `discord.outage(60_000, { keepSessions: false })`: sockets are cut, and nothing gets through for so long.
 * - `discord.enforceRates()`: requests that come faster than Discord takes them are refused, and answers tell of the buckets;
 *   `discord.tooFast` are those. Without it there are no limits, and no head that tells of any.
 * - `discord.calls`: every request, with `of`, `maxRate`, `assertNoDuplicates`, `assertOrder`: see `common/call-log.ts`.
 * - `bot.isTokenValid = false` (reset), `bot.messageContent = false`, `bot.commandWrites` (how often commands were written).
 * - A route or field that Discord does not have is refused, and fails the test when the server is closed: `discord.world.complaints`.
 */
export type { BotAccount } from "./bot-account.ts";
export type { Guild } from "./guild.ts";
export type { Interaction } from "./interaction.ts";
export type { Person } from "./person.ts";
export type { Post, Room } from "./room.ts";
export { startDiscord, type DiscordServer } from "./server.ts";
