import {
  ComponentType,
  GatewayDispatchEvents,
  InteractionType,
  Locale,
  MessageFlags,
  MessageType,
  StickerFormatType,
  StickerType,
  type APIUser,
} from "discord-api-types/v10";
import type { Upload } from "../common/multipart.ts";
import type { BotAccount } from "./bot-account.ts";
import { emojiNamed } from "./emoji.ts";
import type { Guild } from "./guild.ts";
import type { Interaction } from "./interaction.ts";
import { pingsOf } from "./mentions.ts";
import { openInteraction } from "./open-interaction.ts";
import { lengthOf, LONGEST_TEXT } from "./message.ts";
import { may } from "./permissions.ts";
import { addReaction, removeReaction } from "./reactions.ts";
import { controlsIn } from "./rest/components.ts";
import { snapshotOf } from "./rest/messages.ts";
import type { Post, Room } from "./room.ts";
import { commandData, commandsIn, fillIn, type Values } from "./slash-commands.ts";
import { guildIdOf, type Content, type World } from "./world.ts";

const TYPING_MS = 10_000;
const BYTES = new TextEncoder().encode("words of a file");

/** Somebody who uses Discord. */
export class Person {
  readonly user: APIUser;
  /** The language of the app. */
  locale: Locale = Locale.EnglishUS;
  readonly #world: World;

  constructor(world: World, user: APIUser) {
    this.#world = world;
    this.user = user;
  }

  get id(): string {
    return this.user.id;
  }

  get name(): string {
    return this.user.global_name ?? this.user.username;
  }

  /** The direct chat with a bot. */
  dm(bot: BotAccount): Room {
    return this.#world.direct(this.user, bot);
  }

  say(room: Room, text: string, options: { replyTo?: Post; isSilent?: boolean } = {}): Post {
    if (lengthOf(text) > LONGEST_TEXT)
      throw new Error(`nobody can write more than ${LONGEST_TEXT} characters`);
    const flags = options.isSilent ? { flags: MessageFlags.SuppressNotifications } : {};
    return this.#send(room, { content: text, ...flags }, options.replyTo);
  }

  /** Answers a message; its author is called by it unless `isQuiet`. */
  reply(post: Post, text: string, { isQuiet = false } = {}): Post {
    return this.#send(post.room, { content: text }, post, isQuiet);
  }

  /** Writes with somebody's name in front, which calls them. */
  mention(room: Room, who: { readonly id: string }, text: string): Post {
    return this.say(room, `<@${who.id}> ${text}`);
  }

  edit(post: Post, text: string): void {
    if (post.message.author.id !== this.id) throw new Error("nobody can edit what others wrote");
    const pings = pingsOf(post.room, this.id, text, undefined, post.replyTo);
    this.#world.revise(post, { content: text }, pings);
  }

  remove(post: Post): void {
    const isOwn = post.message.author.id === this.id;
    if (!isOwn && !may(post.room, this.id, "ManageMessages"))
      throw new Error(`${this.name} may not delete that`);
    this.#world.remove(post);
  }

  forward(post: Post, room: Room): Post {
    this.#demandSend(room);
    const message_snapshots = [snapshotOf(post)];
    const content = { message_snapshots, flags: MessageFlags.HasSnapshot };
    return this.#world.post(room, this.user, content, { forwardOf: post });
  }

  /** Puts an emoji under a message: one of Unicode's, or `name:id` of the server's own. */
  react(post: Post, emoji: string): void {
    addReaction(this.#world, post, this.#emoji(post, emoji), this.id);
  }

  unreact(post: Post, emoji: string): void {
    removeReaction(this.#world, post, this.#emoji(post, emoji), this.id);
  }

  /** Sends files, with a text if there is one; what is left out of a file is made up. */
  upload(room: Room, files: Partial<Upload> | readonly Partial<Upload>[], text = ""): Post {
    const attachments = [files].flat().map((file) => {
      const upload: Upload = {
        name: "notes.txt",
        mimeType: "text/plain; charset=utf-8",
        bytes: BYTES,
        ...file,
      };
      return this.#world.files.add(this.#world.ids.next(), room.id, upload);
    });
    return this.#send(room, { content: text, attachments });
  }

  /** Sends a voice message. */
  voice(room: Room, bytes: Uint8Array = BYTES): Post {
    const upload = { name: "voice-message.ogg", mimeType: "audio/ogg", bytes };
    const facts = { duration_secs: 2, waveform: btoa("wave") };
    const attachment = this.#world.files.add(this.#world.ids.next(), room.id, upload, facts);
    return this.#send(room, { attachments: [attachment], flags: MessageFlags.IsVoiceMessage });
  }

  /** Sends a sticker; its picture is at `/cdn/stickers/<id>.<png|gif|json>`. */
  sticker(room: Room, name: string, format: StickerFormatType = StickerFormatType.PNG): Post {
    const id = this.#world.ids.next();
    const ending = { 1: "png", 2: "png", 3: "json", 4: "gif" }[format];
    const mimeType = { png: "image/png", json: "application/json", gif: "image/gif" }[ending] ?? "";
    this.#world.files.addPublic(`/stickers/${id}.${ending}`, {
      name: `${id}.${ending}`,
      mimeType,
      bytes: BYTES,
    });
    room.guild?.stickers.push({
      id,
      name,
      description: null,
      tags: "",
      type: StickerType.Guild,
      format_type: format,
      available: true,
      guild_id: room.guild.id,
    });
    return this.#send(room, { sticker_items: [{ id, name, format_type: format }] });
  }

  /** Starts to type; the sign goes away by itself. */
  type(room: Room): void {
    const now = this.#world.clock.now();
    room.typing.set(this.id, now + TYPING_MS);
    const member = room.guild?.asMember(this.id);
    this.#world.tellRoom(room, GatewayDispatchEvents.TypingStart, () => ({
      channel_id: room.id,
      ...guildIdOf(room),
      user_id: this.id,
      timestamp: Math.floor(now / 1000),
      ...(member ? { member } : {}),
    }));
    this.#world.changed();
  }

  /** Opens a thread in a channel, or from a message. */
  openThread(from: Room | Post, name: string, { isPrivate = false } = {}): Room {
    const post = "message" in from ? from : undefined;
    const room = "message" in from ? from.room : from;
    if (room.kind !== "text") throw new Error("threads are opened in text channels");
    const thread = this.#world.openThread(room, this.id, name, {
      isPrivate,
      ...(post ? { from: post } : {}),
    });
    if (post || isPrivate) return thread;
    const message_reference = { channel_id: thread.id, ...guildIdOf(room) };
    this.#world.post(room, this.user, { type: MessageType.ThreadCreated, content: name, message_reference });
    return thread;
  }

  /** Starts a post in a forum: a thread whose first message has the thread's own id. */
  post(forum: Room, name: string, text: string, tags: readonly string[] = []): Room {
    if (forum.kind !== "forum") throw new Error("posts are for forums");
    const ids = tags.map((tag) => forum.tags.find((each) => each.name === tag)?.id ?? tag);
    const thread = this.#world.openThread(forum, this.id, name, { tags: ids });
    const pings = pingsOf(thread, this.id, text, undefined);
    this.#world.post(thread, this.user, { content: text }, { pings, id: thread.id });
    return thread;
  }

  archive(thread: Room, { isLocked = false } = {}): void {
    this.#world.changeThread(thread, { isArchived: true, isLocked });
  }

  /** Takes no more direct messages of a bot. */
  block(bot: BotAccount): void {
    this.dm(bot).isBlocked = true;
  }

  unblock(bot: BotAccount): void {
    this.dm(bot).isBlocked = false;
  }

  /** Becomes a member. */
  join(guild: Guild): void {
    this.#world.letIn(guild, this.user);
    const member = guild.asMember(this.id);
    if (member) {
      const data = { ...member, guild_id: guild.id };
      this.#world.tellGuild(guild, GatewayDispatchEvents.GuildMemberAdd, data);
    }
    this.#world.changed();
  }

  leave(guild: Guild): void {
    guild.members.delete(this.id);
    const data = { guild_id: guild.id, user: this.user };
    this.#world.tellGuild(guild, GatewayDispatchEvents.GuildMemberRemove, data);
    this.#world.changed();
  }

  /** Presses the button with that label, or that emoji. */
  press(post: Post, label: string): Interaction {
    const controls = controlsIn(post.message.components);
    const button = controls.find(
      (control) =>
        control.type === ComponentType.Button &&
        (("label" in control && control.label === label) ||
          ("emoji" in control && control.emoji?.name === label)),
    );
    if (!button || !("custom_id" in button))
      throw new Error(`no button ${label} in ${JSON.stringify(controls)}`);
    if (button.disabled) throw new Error(`the button ${label} is switched off`);
    return this.#touch(post, label, { component_type: ComponentType.Button, custom_id: button.custom_id });
  }

  /** Chooses in the menu of a message: by the label or the value of what is offered. */
  choose(post: Post, ...wanted: readonly string[]): Interaction {
    const menus = controlsIn(post.message.components);
    for (const menu of menus) {
      if (menu.type !== ComponentType.StringSelect || menu.disabled) continue;
      const values = wanted.map(
        (each) => menu.options.find(({ label, value }) => [label, value].includes(each))?.value,
      );
      if (values.every((value) => value !== undefined)) {
        const data = { component_type: ComponentType.StringSelect, custom_id: menu.custom_id, values };
        return this.#touch(post, wanted.join(", "), data);
      }
    }
    throw new Error(`nothing to choose ${wanted.join(", ")} from in ${JSON.stringify(menus)}`);
  }

  /** The slash commands that the app offers in a chat: `/name description`. */
  commands(room: Room, bot: BotAccount): string[] {
    return commandsIn(room, bot).map(({ name, description }) => `/${name} ${description}`);
  }

  /** Uses a slash command; `name` may go on with a subcommand: `config set`. */
  slash(room: Room, bot: BotAccount, name: string, values: Values = {}): Interaction {
    const { command, options, leaf } = fillIn(room, bot, name, values);
    for (const { name: needed, required } of leaf) {
      if (required && values[needed] === undefined) throw new Error(`/${name} wants ${needed}`);
    }
    const data = commandData(this.#world, room, command, options);
    return this.#interact(room, bot, InteractionType.ApplicationCommand, `/${name}`, data);
  }

  /** Types into an option of a slash command that makes proposals; they are in `choices` once the bot has answered. */
  complete(room: Room, bot: BotAccount, name: string, option: string, typed: string): Interaction {
    const { command, options } = fillIn(room, bot, name, { [option]: typed }, option);
    const data = commandData(this.#world, room, command, options);
    return this.#interact(room, bot, InteractionType.ApplicationCommandAutocomplete, `/${name}`, data);
  }

  /** Sends off the form that a command or button has opened; the values are by their `custom_id`. */
  submit({ modal, room, bot, source }: Interaction, values: Readonly<Record<string, string>>): Interaction {
    if (!modal) throw new Error("no form is open");
    const components = Object.entries(values).map(([custom_id, value]) => ({
      type: ComponentType.ActionRow,
      components: [{ type: ComponentType.TextInput, custom_id, value }],
    }));
    const data = { custom_id: modal.custom_id, components };
    return this.#interact(room, bot, InteractionType.ModalSubmit, modal.title, data, source);
  }

  #send(room: Room, content: Content, replyTo?: Post, isQuiet = false): Post {
    this.#demandSend(room);
    const allowed = isQuiet
      ? { parse: ["users", "roles", "everyone"] as never, replied_user: false }
      : undefined;
    const pings = pingsOf(room, this.id, content.content ?? "", allowed, replyTo);
    return this.#world.post(room, this.user, content, { pings, replyTo });
  }

  #demandSend(room: Room): void {
    if (room.kind === "forum") throw new Error(`${room.name} is a forum: start a post there`);
    if (room.dm) {
      if (room.dm.person.id !== this.id) throw new Error("that is somebody else's direct chat");
      room.isBlocked = false;
      return;
    }
    if (!may(room, this.id, "SendMessages")) throw new Error(`${this.name} may not write in ${room.name}`);
    if (room.thread?.isLocked && !may(room, this.id, "ManageThreads"))
      throw new Error(`${room.name} is locked`);
  }

  #emoji({ room }: Post, name: string) {
    const emoji = emojiNamed(room, name);
    if (!emoji) throw new Error(`${name} is no emoji`);
    return emoji;
  }

  #touch(post: Post, name: string, data: object): Interaction {
    const bot = this.#world.bots.find(({ id }) => id === post.message.author.id);
    if (!bot) throw new Error("the message is no bot's");
    if (post.isDeleted) throw new Error("the message is gone");
    if (post.onlyFor !== undefined && post.onlyFor !== this.id)
      throw new Error(`${this.name} does not see it`);
    return this.#interact(post.room, bot, InteractionType.MessageComponent, name, data, post);
  }

  #interact(
    room: Room,
    bot: BotAccount,
    kind: InteractionType,
    name: string,
    data: object,
    source?: Post,
  ): Interaction {
    const { user, locale } = this;
    return openInteraction(this.#world, { room, bot, kind, name, person: user, source }, data, locale);
  }
}
