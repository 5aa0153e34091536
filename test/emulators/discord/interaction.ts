import type { APIInteraction, APIModalInteractionResponseCallbackData, APIUser } from "discord-api-types/v10";
import type { BotAccount } from "./bot-account.ts";
import type { Post, Room } from "./room.ts";

/** How long a bot may take to answer at all, and to go on. */
export const FIRST_ANSWER_MS = 3000;
export const TOKEN_LIFE_MS = 15 * 60_000;

/** A slash command, a button, or a choice: what the bot was told, and what it made of it. */
export interface Interaction {
  readonly id: string;
  readonly token: string;
  readonly kind: APIInteraction["type"];
  readonly bot: BotAccount;
  readonly person: APIUser;
  readonly room: Room;
  readonly atMs: number;
  /** The message with the button. */
  readonly source: Post | undefined;
  /** What was asked: the command's or the button's name. */
  readonly name: string;
  /** The kind of the first answer; undefined as long as there is none. */
  answeredWith: number | undefined;
  answeredAtMs: number | undefined;
  /** What `@original` is. */
  original: Post | undefined;
  /** Whether the person still looks at "is thinking…". */
  isThinking: boolean;
  /** Whether only the person sees the answer. */
  isEphemeral: boolean;
  /** Words that were proposed. */
  choices: readonly { readonly name: string; readonly value: string | number }[];
  modal: APIModalInteractionResponseCallbackData | undefined;
}

/** Whether the person is told that the app did not respond. */
export function hasFailed({ answeredWith, atMs }: Interaction, nowMs: number): boolean {
  return answeredWith === undefined && nowMs - atMs >= FIRST_ANSWER_MS;
}
