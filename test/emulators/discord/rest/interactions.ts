import {
  InteractionResponseType,
  InteractionType,
  MessageFlags,
  MessageType,
  type APIMessage,
  type APIModalInteractionResponseCallbackData,
  type RESTPostAPIInteractionCallbackWithResponseResult,
} from "discord-api-types/v10";
import { badChoice, badLength, invalidForm, refused } from "../api-failure.ts";
import { FIRST_ANSWER_MS, TOKEN_LIFE_MS, type Interaction } from "../interaction.ts";
import { asMessage } from "../message.ts";
import type { Post } from "../room.ts";
import { MESSAGE_FIELDS, readContent, readEdit, type Wanted } from "./content.ts";
import { answer, part, route, type Answer, type Route, type Visit } from "./route.ts";

interface Callback {
  readonly type: InteractionResponseType;
  readonly data?: Wanted &
    Partial<APIModalInteractionResponseCallbackData> & { choices?: Interaction["choices"] };
}

const MESSAGES = "/webhooks/:application/:token/messages";
const FIELDS = { ...MESSAGE_FIELDS, username: true, avatar_url: true, thread_name: true, applied_tags: true };
const OPEN = { isOpen: true, fields: FIELDS as never, query: ["wait", "thread_id", "with_components"] };
const MOST_CHOICES = 25;

/** Answers to slash commands and buttons. The token in the path is all that is needed. */
export const interactionRoutes: readonly Route[] = [
  route<Callback>("createInteractionResponse", "POST /interactions/:interaction/:token/callback", respond, {
    isOpen: true,
    fields: { type: true, data: true },
    query: ["with_response"],
  }),
  route<Wanted>("createFollowupMessage", "POST /webhooks/:application/:token", followUp, OPEN),
  route("getFollowupMessage", `GET ${MESSAGES}/:message`, (visit) => shownTo(visit, ownPost(visit)), OPEN),
  route<Wanted>(
    "editFollowupMessage",
    `PATCH ${MESSAGES}/:message`,
    (visit) => {
      const post = ownPost(visit);
      const interaction = liveOf(visit);
      const own = { ...visit, bot: interaction.bot };
      if (post === interaction.original && interaction.isThinking) finish(own, interaction, post, visit.body);
      else edit(own, post, visit.body);
      return shownTo(visit, post);
    },
    OPEN,
  ),
  route(
    "deleteFollowupMessage",
    `DELETE ${MESSAGES}/:message`,
    (visit) => visit.world.remove(ownPost(visit)),
    OPEN,
  ),
];

function respond(visit: Visit<Callback>): RESTPostAPIInteractionCallbackWithResponseResult | Answer {
  const { world, body } = visit;
  const interaction = world.interactions.find(
    ({ id, token }) => id === part(visit, "interaction") && token === part(visit, "token"),
  );
  if (!interaction) throw refused("unknownInteraction");
  if (interaction.answeredWith !== undefined) throw refused("acknowledged");
  if (world.clock.now() - interaction.atMs >= FIRST_ANSWER_MS) throw refused("unknownInteraction");
  const own = { ...visit, bot: interaction.bot };
  const post = take(own, interaction, body);
  interaction.answeredWith = body.type;
  interaction.answeredAtMs = world.clock.now();
  interaction.original = post ?? interaction.original;
  world.changed();
  if (visit.query.get("with_response") !== "true") return answer(204, undefined);
  return {
    interaction: {
      id: interaction.id,
      type: interaction.kind,
      ...(post ? { response_message_id: post.message.id } : {}),
      response_message_loading: interaction.isThinking,
      response_message_ephemeral: interaction.isEphemeral,
    },
    resource: { type: body.type, ...(post ? { message: asMessage(world, post, interaction.bot) } : {}) },
  };
}

/** Does what the answer says; the message that it made or changed, if any. */
function take(
  visit: Visit<Callback>,
  interaction: Interaction,
  { type, data = {} }: Callback,
): Post | undefined {
  switch (type) {
    case InteractionResponseType.ChannelMessageWithSource:
      return say(visit, interaction, data);
    case InteractionResponseType.DeferredChannelMessageWithSource:
      interaction.isThinking = true;
      return think(visit, interaction, data.flags ?? 0);
    case InteractionResponseType.DeferredMessageUpdate:
      return sourceOf(interaction);
    case InteractionResponseType.UpdateMessage:
      edit(visit, sourceOf(interaction), data);
      return interaction.source;
    case InteractionResponseType.ApplicationCommandAutocompleteResult:
      propose(interaction, data.choices ?? []);
      return undefined;
    case InteractionResponseType.Modal:
      interaction.modal = readModal(data);
      return undefined;
    default:
      throw badChoice("type", [1, 4, 5, 6, 7, 8, 9]);
  }
}

/** The message with the button; only those who answer a button can change one. */
function sourceOf({ kind, source }: Interaction): Post {
  if (kind !== InteractionType.MessageComponent || !source) throw badChoice("type", [4, 5, 9]);
  return source;
}

function propose(interaction: Interaction, choices: Interaction["choices"]): void {
  if (interaction.kind !== InteractionType.ApplicationCommandAutocomplete) throw badChoice("type", [4, 5, 9]);
  if (choices.length > MOST_CHOICES) throw badLength("data.choices", 0, MOST_CHOICES);
  interaction.choices = choices;
}

function readModal({ custom_id, title, components }: NonNullable<Callback["data"]>) {
  if (!custom_id || !title || !components)
    throw invalidForm("data", "BASE_TYPE_REQUIRED", "This field is required");
  return { custom_id, title, components };
}

function say(visit: Visit, interaction: Interaction, wanted: Wanted, isFollowUp = false): Post {
  const { room, person, bot, kind, original } = interaction;
  const { content, pings } = readContent(visit, room, wanted, undefined, MessageFlags.Ephemeral);
  const isEphemeral = ((content.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
  if (!isFollowUp) interaction.isEphemeral = isEphemeral;
  return visit.world.post(
    room,
    bot.user,
    {
      ...content,
      type:
        isFollowUp || kind !== InteractionType.ApplicationCommand
          ? MessageType.Default
          : MessageType.ChatInputCommand,
      application_id: bot.id,
      webhook_id: bot.id,
      interaction_metadata: metadataOf(interaction),
    },
    { pings, replyTo: isFollowUp ? original : undefined, onlyFor: isEphemeral ? person.id : undefined },
  );
}

/** The placeholder "bot is thinking…". */
function think({ world }: Visit, interaction: Interaction, asked: number): Post {
  const { room, person, bot } = interaction;
  const isEphemeral = (asked & MessageFlags.Ephemeral) !== 0;
  interaction.isEphemeral = isEphemeral;
  const content = {
    type: MessageType.ChatInputCommand,
    flags: (MessageFlags.Loading | (isEphemeral ? MessageFlags.Ephemeral : 0)) as MessageFlags,
    application_id: bot.id,
    webhook_id: bot.id,
    interaction_metadata: metadataOf(interaction),
  };
  return world.post(room, bot.user, content, { onlyFor: isEphemeral ? person.id : undefined });
}

function edit(visit: Visit, post: Post, wanted: Wanted): void {
  const { content, pings } = readEdit(visit, post, wanted);
  visit.world.revise(post, content, pings);
}

function followUp(visit: Visit<Wanted>): APIMessage {
  const interaction = liveOf(visit);
  const own = { ...visit, bot: interaction.bot };
  if (interaction.isThinking && interaction.original) {
    // The first one takes the place of "is thinking…", as the documentation has it.
    finish(own, interaction, interaction.original, visit.body);
    return asMessage(visit.world, interaction.original, interaction.bot);
  }
  return asMessage(visit.world, say(own, interaction, visit.body, true), interaction.bot);
}

function finish(visit: Visit, interaction: Interaction, post: Post, wanted: Wanted): void {
  interaction.isThinking = false;
  post.message = { ...post.message, flags: (post.message.flags ?? 0) & ~MessageFlags.Loading };
  edit(visit, post, wanted);
}

/** The interaction of a token that is still good. */
function liveOf(visit: Visit): Interaction {
  const interaction = visit.world.interactions.find(({ token }) => token === part(visit, "token"));
  if (
    !interaction ||
    interaction.bot.id !== part(visit, "application") ||
    interaction.answeredWith === undefined
  )
    throw refused("unknownWebhook");
  if (visit.world.clock.now() - interaction.atMs >= TOKEN_LIFE_MS) throw refused("webhookToken");
  return interaction;
}

function ownPost(visit: Visit): Post {
  const { room, original, bot } = liveOf(visit);
  const id = part(visit, "message");
  const post = id === "@original" ? original : room.find(id);
  if (!post || post.isDeleted || post.message.author.id !== bot.id) throw refused("unknownMessage");
  return post;
}

function shownTo(visit: Visit, post: Post): APIMessage {
  return asMessage(visit.world, post, liveOf(visit).bot);
}

function metadataOf({
  id,
  kind,
  person,
  room,
  source,
}: Interaction): NonNullable<APIMessage["interaction_metadata"]> {
  const owners = room.guild ? { 0: room.guild.id } : { 0: "0" };
  const common = { id, user: person, authorizing_integration_owners: owners };
  if (kind === InteractionType.MessageComponent)
    return {
      ...common,
      type: InteractionType.MessageComponent,
      interacted_message_id: source?.message.id ?? "0",
    };
  return { ...common, type: InteractionType.ApplicationCommand };
}
