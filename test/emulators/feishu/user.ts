import type { AppAccount } from "./app-account.ts";
import { hexOf } from "./ids.ts";

export interface UserFacts {
  readonly name: string;
  /** What apps with the scope for it are told; made up by default. */
  readonly userId?: string;
}

/** A person as the platform knows them. Each app knows them by an `open_id` of its own. */
export class User {
  readonly kind = "user";
  readonly name: string;
  readonly unionId: string;
  readonly userId: string;

  constructor(number: number, facts: UserFacts) {
    this.name = facts.name;
    this.userId = facts.userId ?? hexOf(`user ${number}`, 8);
    this.unionId = `on_${hexOf(`union ${number}`, 32)}`;
  }

  openIdIn(app: AppAccount): string {
    return `ou_${hexOf(`${this.unionId} ${app.appId}`, 32)}`;
  }
}

/** Whoever can be in a chat: a person, or the bot of an app. */
export type Actor = User | AppAccount;

/** The ids by which an app is told of somebody. */
export function idsFor(actor: Actor, app: AppAccount): Record<string, unknown> {
  if (actor.kind === "app") return { open_id: actor.openIdIn(app), union_id: actor.unionId, user_id: "" };
  return {
    open_id: actor.openIdIn(app),
    union_id: actor.unionId,
    user_id: app.scopes.has("contact:user.employee_id:readonly") ? actor.userId : null,
  };
}
