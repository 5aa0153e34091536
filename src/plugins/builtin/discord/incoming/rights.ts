import { type APIOverwrite, type APIRole, OverwriteType } from "discord-api-types/v10";

/** What the bot needs in a chat, and what people read about it. The bits are Discord's permissions. */
export const rights = {
  view: { bit: 1n << 10n, name: "View Channel" },
  send: { bit: 1n << 11n, name: "Send Messages" },
  history: { bit: 1n << 16n, name: "Read Message History" },
  files: { bit: 1n << 15n, name: "Attach Files" },
  embeds: { bit: 1n << 14n, name: "Embed Links" },
  reactions: { bit: 1n << 6n, name: "Add Reactions" },
  threads: { bit: 1n << 35n, name: "Create Public Threads" },
  inThreads: { bit: 1n << 38n, name: "Send Messages in Threads" },
  pins: { bit: 1n << 51n, name: "Pin Messages" },
} as const;

export type Right = (typeof rights)[keyof typeof rights];

const ADMINISTRATOR = 1n << 3n;
const ALL = -1n;

/** A member of a server, as rights go by it. */
export interface RightHolder {
  readonly id: string;
  readonly roles: readonly string[];
}

/** A server's own rules. */
export interface RightRules {
  readonly id: string;
  readonly roles: readonly Pick<APIRole, "id" | "permissions">[];
}

/** What a member may do in a channel, as Discord computes it from roles and from the channel's exceptions. */
export function permissionsIn(
  guild: RightRules,
  exceptions: readonly APIOverwrite[],
  member: RightHolder,
): bigint {
  const own = new Set(member.roles);
  const base = guild.roles
    .filter(({ id }) => id === guild.id || own.has(id))
    .reduce((all, { permissions }) => all | BigInt(permissions), 0n);
  if ((base & ADMINISTRATOR) !== 0n) return ALL;
  const everyone = exceptions.filter(({ id }) => id === guild.id);
  const byRole = exceptions.filter(({ id, type }) => type === OverwriteType.Role && own.has(id));
  const personal = exceptions.filter(({ id }) => id === member.id);
  return [everyone, byRole, personal].reduce(excepted, base);
}

/** Of those that permissions lack. */
export function missingOf(permissions: bigint, wanted: readonly Right[]): readonly Right[] {
  return wanted.filter(({ bit }) => (permissions & bit) === 0n);
}

/** Where somebody lets the bot into a server, with the rights that it needs. */
export function inviteUrl(application: string): string {
  const permissions = Object.values(rights).reduce((all, { bit }) => all | bit, 0n);
  const query = new URLSearchParams({
    client_id: application,
    scope: "bot applications.commands",
    permissions: String(permissions),
  });
  return `https://discord.com/oauth2/authorize?${query.toString()}`;
}

/** What is allowed by one exception of a kind is allowed, whatever another one denies. */
function excepted(permissions: bigint, exceptions: readonly APIOverwrite[]): bigint {
  const denied = exceptions.reduce((all, { deny }) => all | BigInt(deny), 0n);
  const allowed = exceptions.reduce((all, { allow }) => all | BigInt(allow), 0n);
  return (permissions & ~denied) | allowed;
}
