import type { ChatSettings, GroupRules } from "../core/chat-settings.ts";
import type { StreamingMode } from "../core/channel.ts";

/** What `talkFields` makes of a section: how one account treats all its chats. */
export interface TalkSection {
  readonly dmPolicy: ChatSettings["access"]["dmPolicy"];
  readonly allowlist: readonly string[];
  readonly allowFrom: readonly string[];
  readonly streamingMode: StreamingMode;
  readonly groupPolicy: "allowlist" | "open" | "disabled";
  readonly showTools: boolean;
  readonly showThinking: boolean;
  readonly replyToMode?: ChatSettings["replyToMode"] | undefined;
  readonly historyLimit: number;
  readonly ackReaction?: string | undefined;
  readonly reactionNotifications: ChatSettings["reactionNotifications"];
}

/** What `groupFields` makes of a section: how one group, topic or thread is treated. */
export interface PlaceSection {
  readonly enabled: boolean;
  readonly requireMention?: boolean | undefined;
  readonly role?: string | undefined;
  readonly allowFrom?: readonly string[] | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly streamingMode?: StreamingMode | undefined;
  readonly showTools?: boolean | undefined;
  readonly showThinking?: boolean | undefined;
  readonly replyToMode?: ChatSettings["replyToMode"] | undefined;
  readonly historyLimit?: number | undefined;
}

/** One chat's settings, and the role that the agent has there. */
export interface PlacedSettings extends ChatSettings {
  readonly role?: string;
}

const GROUP_ACK = "👀";

/** How a private chat is treated. */
export function privateSettings(talk: TalkSection): PlacedSettings {
  const { ackReaction, replyToMode = "off" } = talk;
  return {
    ...sharedSettings(talk),
    access: accessOf(talk),
    replyToMode,
    ...(ackReaction ? { ackReaction } : {}),
  };
}

/**
 * How a group or a place in it is treated. `sections` are those that speak of it, from the widest (the group) to
 * the closest (the topic); empty where no key lists the group. `key` is what an owner would set, such as
 * `channels.telegram.groups`.
 */
export function groupSettings(
  talk: TalkSection,
  sections: readonly PlaceSection[],
  key: string,
): PlacedSettings {
  const place = Object.assign({}, ...sections.map(withoutGaps)) as Partial<PlaceSection>;
  const closed = whyClosed(talk, sections, key);
  const { ackReaction = GROUP_ACK } = talk;
  const { allowFrom, roles, role } = place;
  return {
    ...sharedSettings(talk),
    ...defined({ streamingMode: place.streamingMode, showTools: place.showTools }),
    ...defined({ showThinking: place.showThinking, historyLimit: place.historyLimit }),
    replyToMode: place.replyToMode ?? talk.replyToMode ?? "first",
    ...(ackReaction === "" ? {} : { ackReaction }),
    ...(role === undefined ? {} : { role }),
    access: {
      ...accessOf(talk),
      group: {
        isOpen: closed.why === undefined,
        ...closed,
        requireMention: place.requireMention ?? true,
        ...(allowFrom === undefined ? {} : { allowFrom }),
        ...(roles === undefined ? {} : { allowRoles: roles }),
      },
    },
  };
}

/** The section of a group: the exact id, else one that people take for it, else `*`. */
export function sectionOf<Section>(
  sections: Readonly<Record<string, Section>>,
  ids: readonly string[],
): { readonly section: Section; readonly key: string } | undefined {
  const key = [...ids, "*"].find((id) => Object.hasOwn(sections, id));
  const section = key === undefined ? undefined : sections[key];
  return key === undefined || section === undefined ? undefined : { section, key };
}

function sharedSettings(talk: TalkSection) {
  const { streamingMode, showTools, showThinking, historyLimit, reactionNotifications } = talk;
  return { streamingMode, showTools, showThinking, historyLimit, reactionNotifications };
}

function accessOf({ dmPolicy, allowlist, allowFrom }: TalkSection): ChatSettings["access"] {
  return { dmPolicy, allowFrom: [...new Set([...allowlist, ...allowFrom])] };
}

function whyClosed(
  { groupPolicy }: TalkSection,
  sections: readonly PlaceSection[],
  key: string,
): Pick<GroupRules, "why" | "unlistedIn"> {
  if (groupPolicy === "disabled") return { why: "groupPolicy is disabled" };
  if (groupPolicy === "allowlist" && sections.length === 0) {
    return { why: `the group is not listed in ${key}`, unlistedIn: key };
  }
  return sections.some(({ enabled }) => !enabled) ? { why: `it is not enabled in ${key}` } : {};
}

function withoutGaps(section: PlaceSection): Partial<PlaceSection> {
  return defined(section);
}

function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const present = Object.entries(values).filter(([, value]) => value !== undefined);
  // Entries of an object have the keys and values of the object.
  return Object.fromEntries(present) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
