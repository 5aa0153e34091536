import type { AppAccount } from "./app-account.ts";
import type { Post } from "./room.ts";
import type { User } from "./user.ts";

/** A button of a card that somebody has pressed, and what became of it. */
export interface Press {
  /** With which the card may be updated later. */
  readonly token: string;
  readonly post: Post;
  readonly app: AppAccount;
  readonly by: User;
  readonly atMs: number;
  /** `failed` if the app did not answer in time, or said something that is no answer. */
  state: "waiting" | "answered" | "failed";
  /** What the person is shown for a moment. */
  toast: { readonly type: string; readonly content: string } | undefined;
  /** How often the token may still be used. */
  usesLeft: number;
}
