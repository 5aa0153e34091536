import {
  GuildDefaultMessageNotifications,
  GuildExplicitContentFilter,
  GuildMFALevel,
  GuildMemberFlags,
  GuildNSFWLevel,
  GuildPremiumTier,
  GuildVerificationLevel,
  Locale,
  RoleFlags,
  type APIEmoji,
  type APIGuild,
  type APIGuildMember,
  type APIRole,
  type APISticker,
  type APIUser,
  type GuildSystemChannelFlags,
} from "discord-api-types/v10";
import type { BotAccount } from "./bot-account.ts";
import { bitsOf, EVERYONE, type PermissionName } from "./permissions.ts";
import type { Room } from "./room.ts";

export interface Member {
  readonly user: APIUser;
  nick: string | null;
  readonly roles: string[];
  readonly joinedAt: string;
}

const MIB = 1024 * 1024;

/** A server: its members, roles, and channels. */
export class Guild {
  readonly id: string;
  name: string;
  readonly ownerId: string;
  /** The first is everybody's, and has the id of the server. */
  readonly roles: APIRole[] = [];
  readonly members = new Map<string, Member>();
  readonly bots = new Map<string, BotAccount>();
  /** Channels and threads, oldest first. */
  readonly rooms: Room[] = [];
  readonly emojis: APIEmoji[] = [];
  readonly stickers: APISticker[] = [];
  premiumTier: GuildPremiumTier = GuildPremiumTier.None;

  constructor(facts: { id: string; name: string; ownerId: string }) {
    this.id = facts.id;
    this.name = facts.name;
    this.ownerId = facts.ownerId;
    this.roles.push(roleOf({ id: this.id, name: "@everyone", permissions: EVERYONE, position: 0 }));
  }

  /** The channel, forum, or thread of that name. */
  channel(name: string): Room {
    const room = this.rooms.find((each) => each.name === name && !each.isDeleted);
    if (!room) throw new Error(`${this.name} has no channel ${name}`);
    return room;
  }

  role(name: string): APIRole {
    const role = this.roles.find((each) => each.name === name);
    if (!role) throw new Error(`${this.name} has no role ${name}`);
    return role;
  }

  /** The largest file that may be sent here, in bytes. */
  get largestFile(): number {
    if (this.premiumTier === GuildPremiumTier.Tier3) return 100 * MIB;
    return this.premiumTier === GuildPremiumTier.Tier2 ? 50 * MIB : 10 * MIB;
  }

  asMember(userId: string): APIGuildMember | undefined {
    const member = this.members.get(userId);
    return member && { ...this.withoutUser(member), user: member.user };
  }

  withoutUser({ nick, roles, joinedAt }: Member): Omit<APIGuildMember, "user"> {
    return {
      nick,
      roles: [...roles],
      joined_at: joinedAt,
      avatar: null,
      banner: null,
      premium_since: null,
      deaf: false,
      mute: false,
      flags: 0 as GuildMemberFlags,
      pending: false,
      communication_disabled_until: null,
    } satisfies Omit<APIGuildMember, "user">;
  }

  asGuild(): APIGuild {
    return {
      id: this.id,
      name: this.name,
      icon: null,
      splash: null,
      discovery_splash: null,
      owner_id: this.ownerId,
      afk_channel_id: null,
      afk_timeout: 300,
      verification_level: GuildVerificationLevel.None,
      default_message_notifications: GuildDefaultMessageNotifications.OnlyMentions,
      explicit_content_filter: GuildExplicitContentFilter.Disabled,
      roles: this.roles,
      emojis: this.emojis,
      stickers: this.stickers,
      features: [],
      mfa_level: GuildMFALevel.None,
      application_id: null,
      system_channel_id: null,
      system_channel_flags: 0 as GuildSystemChannelFlags,
      rules_channel_id: null,
      vanity_url_code: null,
      description: null,
      banner: null,
      premium_tier: this.premiumTier,
      premium_subscription_count: 0,
      preferred_locale: Locale.EnglishUS,
      public_updates_channel_id: null,
      nsfw_level: GuildNSFWLevel.Default,
      premium_progress_bar_enabled: false,
      hub_type: null,
      safety_alerts_channel_id: null,
      incidents_data: null,
      region: "deprecated",
      max_members: 500_000,
      max_video_channel_users: 25,
    } satisfies APIGuild;
  }
}

export function roleOf(facts: {
  id: string;
  name: string;
  permissions: readonly PermissionName[];
  position: number;
  botId?: string;
}): APIRole {
  return {
    id: facts.id,
    name: facts.name,
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    icon: null,
    unicode_emoji: null,
    position: facts.position,
    permissions: String(bitsOf(facts.permissions)),
    managed: facts.botId !== undefined,
    mentionable: facts.botId === undefined,
    flags: 0 as RoleFlags,
    ...(facts.botId === undefined ? {} : { tags: { bot_id: facts.botId } }),
  } satisfies APIRole;
}
