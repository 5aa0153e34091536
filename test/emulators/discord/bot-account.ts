import {
  ApplicationFlags,
  type APIApplicationCommand,
  type APIUser,
  type UserFlags,
} from "discord-api-types/v10";

export interface BotOptions {
  readonly username: string;
  /** What people see; the user name if left out. */
  readonly name?: string;
  readonly token?: string;
  /** Whether the privileged intent Message Content is switched on in the developer portal. */
  readonly messageContent?: boolean;
  /** The same for Server Members and for Presence. */
  readonly guildMembers?: boolean;
  readonly presence?: boolean;
}

/** One application with its bot: its token, its switches in the developer portal, and its commands. */
export class BotAccount {
  readonly user: APIUser;
  token: string;
  messageContent: boolean;
  guildMembers: boolean;
  presence: boolean;
  /** False once the token was reset. */
  isTokenValid = true;
  /** Commands by the server that they are for; the global ones under "". */
  readonly commands = new Map<string, APIApplicationCommand[]>();
  /** How often the commands were written, for tests that want it to be rare. */
  commandWrites = 0;
  /** IDENTIFYs that are left for today. */
  identifiesLeft = 1000;

  constructor(id: string, options: BotOptions) {
    const { username, name = username } = options;
    this.user = userOf({ id, username, global_name: name, bot: true });
    this.token =
      options.token ?? `${btoa(id).replaceAll("=", "")}.Gstand.${"in-token-of-a-bot".padEnd(38, "x")}`;
    this.messageContent = options.messageContent ?? true;
    this.guildMembers = options.guildMembers ?? false;
    this.presence = options.presence ?? false;
  }

  get id(): string {
    return this.user.id;
  }

  get username(): string {
    return this.user.username;
  }

  get name(): string {
    return this.user.global_name ?? this.user.username;
  }

  /** The flags of the application: which privileged intents it may use, as one that is in fewer than 100 servers. */
  get flags(): number {
    return (
      (this.messageContent ? ApplicationFlags.GatewayMessageContentLimited : 0) |
      (this.guildMembers ? ApplicationFlags.GatewayGuildMembersLimited : 0) |
      (this.presence ? ApplicationFlags.GatewayPresenceLimited : 0)
    );
  }
}

export function userOf(facts: Pick<APIUser, "id" | "username" | "global_name" | "bot">): APIUser {
  return {
    ...facts,
    discriminator: facts.bot ? "0001" : "0",
    avatar: null,
    public_flags: 0 as UserFlags,
  } satisfies APIUser;
}
