import { AllowedMentionsTypes, type APIAllowedMentions } from "discord-api-types/v10";
import { may } from "./permissions.ts";
import type { Pings, Post, Room } from "./room.ts";

/** What a text names, whether or not anybody is called by it. */
interface Named {
  readonly users: readonly string[];
  readonly roles: readonly string[];
  readonly isEveryone: boolean;
}

const CODE = /```[\s\S]*?```|``[\s\S]*?``|`[^`\n]*`/g;

function namedIn(content: string): Named {
  const text = content.replaceAll(CODE, " ");
  const idsOf = (pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, id = ""]) => id))];
  return {
    users: idsOf(/<@!?(\d+)>/g),
    roles: idsOf(/<@&(\d+)>/g),
    isEveryone: /@(everyone|here)\b/.test(text),
  };
}

/** Whom a message calls, after `allowed_mentions` and the rights of its author. Nothing given allows everything. */
export function pingsOf(
  room: Room,
  authorId: string,
  content: string,
  allowed: APIAllowedMentions | null | undefined,
  replyTo?: Post,
): Pings {
  const named = namedIn(content);
  const allows = (kind: AllowedMentionsTypes, ids: readonly string[] | undefined, id: string) =>
    !allowed || allowed.parse?.includes(kind) === true || ids?.includes(id) === true;
  const mayCallAll = may(room, authorId, "MentionEveryone");
  const answered = replyTo?.message.author.id;
  const isAnswerer =
    answered !== undefined && answered !== authorId && (allowed ? allowed.replied_user === true : true);
  const users = named.users.filter((id) => allows(AllowedMentionsTypes.User, allowed?.users, id));
  return {
    users: [...new Set([...users, ...(isAnswerer ? [answered] : [])])],
    roles: named.roles.filter((id) => {
      const role = room.guild?.roles.find((each) => each.id === id);
      return (
        role && (role.mentionable || mayCallAll) && allows(AllowedMentionsTypes.Role, allowed?.roles, id)
      );
    }),
    isEveryone: named.isEveryone && mayCallAll && allows(AllowedMentionsTypes.Everyone, undefined, ""),
  };
}
