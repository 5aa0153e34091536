import {
  GatewayDispatchEvents,
  InteractionContextType,
  Locale,
  type APIInteraction,
} from "discord-api-types/v10";
import type { Interaction } from "./interaction.ts";
import { asMessage } from "./message.ts";
import { permissionsIn } from "./permissions.ts";
import type { World } from "./world.ts";

/** Who does what, and where. */
type Facts = Pick<Interaction, "room" | "bot" | "kind" | "name" | "person" | "source">;

/** Somebody has used a command or pressed a button: the bot is told, and may answer. */
export function openInteraction(world: World, facts: Facts, data: object, locale: Locale): Interaction {
  const interaction: Interaction = {
    ...facts,
    id: world.ids.next(),
    token: `aW50ZXJhY3Rpb246${crypto.randomUUID()}`,
    atMs: world.clock.now(),
    answeredWith: undefined,
    answeredAtMs: undefined,
    original: undefined,
    isThinking: false,
    isEphemeral: false,
    choices: [],
    modal: undefined,
  };
  const { bot, room } = facts;
  world.interactions.push(interaction);
  const event = eventOf(world, interaction, data, locale);
  world.tell(bot, GatewayDispatchEvents.InteractionCreate, event, room.guild, room);
  world.changed();
  return interaction;
}

function eventOf(world: World, interaction: Interaction, data: object, locale: Locale): APIInteraction {
  const { id, token, kind, bot, room, source, person } = interaction;
  const member = room.guild?.asMember(person.id);
  const permissions = String(permissionsIn(room, person.id));
  const event = {
    id,
    application_id: bot.id,
    type: kind,
    data,
    token,
    version: 1,
    channel_id: room.id,
    channel: room.asChannel(bot.id),
    app_permissions: String(permissionsIn(room, bot.id)),
    locale,
    entitlements: [],
    authorizing_integration_owners: room.guild ? { 0: room.guild.id } : { 0: "0" },
    context: room.guild ? InteractionContextType.Guild : InteractionContextType.BotDM,
    attachment_size_limit: room.guild?.largestFile ?? 10 * 1024 * 1024,
    ...(room.guild
      ? {
          guild_id: room.guild.id,
          guild: { id: room.guild.id, locale: Locale.EnglishUS, features: [] },
          guild_locale: Locale.EnglishUS,
          member: { ...member, permissions },
        }
      : { user: person }),
    ...(source ? { message: asMessage(world, source, bot) } : {}),
  };
  // The data fits the kind; the types want to be told which it is.
  return event as unknown as APIInteraction;
}
