import { RecentMap } from "../../../../lib/recent-map.ts";
import type { Calls } from "./calls.ts";
import { isKind } from "./errors.ts";
import { messagePath } from "./posts.ts";
import { reactionNameOf } from "./reaction-names.ts";

interface Reaction {
  readonly reaction_id?: string;
  readonly operator?: { readonly operator_id?: string; readonly operator_type?: string };
}

interface Page {
  readonly items?: readonly Reaction[];
  readonly has_more?: boolean;
  readonly page_token?: string;
}

interface Given {
  readonly name: string;
  readonly id: string | undefined;
}

/** So many messages are remembered with our reaction to them. */
const MOST_KNOWN = 1000;
const MOST_PAGES = 20;

/** Our reactions to messages: one each, as people know it of other chats. */
export class Reactions {
  readonly #calls: Calls;
  readonly #appId: string;
  readonly #given = new RecentMap<Given>(MOST_KNOWN);

  constructor(calls: Calls, appId: string) {
    this.#calls = calls;
    this.#appId = appId;
  }

  /** Feishu has reactions of its own: the nearest of them. An empty `emoji` takes ours away. */
  async set(message: string, emoji: string): Promise<void> {
    if (emoji.trim() === "") return this.#clear(message);
    const before = this.#given.get(message);
    const name = reactionNameOf(emoji);
    if (before?.name === name) return;
    const given = await this.#calls.make<Reaction>({
      method: "POST",
      path: `${messagePath(message)}/reactions`,
      body: { reaction_type: { emoji_type: name } },
    });
    this.#given.set(message, { name, id: given.reaction_id });
    if (before?.id !== undefined) await this.#remove(message, before.id);
  }

  async #clear(message: string): Promise<void> {
    const known = this.#given.get(message)?.id;
    const ids = known === undefined ? await this.#ours(message) : [known];
    for (const id of ids) await this.#remove(message, id);
    this.#given.delete(message);
  }

  /** Those that were given before a restart: Feishu knows them. */
  async #ours(message: string): Promise<readonly string[]> {
    const ours: string[] = [];
    let token: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const {
        items = [],
        has_more,
        page_token,
      } = await this.#calls.make<Page>({
        method: "GET",
        path: `${messagePath(message)}/reactions`,
        query: { page_size: 50, page_token: token },
      });
      for (const { operator, reaction_id } of items) {
        if (operator?.operator_id === this.#appId && reaction_id !== undefined) ours.push(reaction_id);
      }
      if (has_more !== true || page_token === undefined) break;
      token = page_token;
    }
    return ours;
  }

  async #remove(message: string, id: string): Promise<void> {
    try {
      const path = `${messagePath(message)}/reactions/${encodeURIComponent(id)}`;
      await this.#calls.make({ method: "DELETE", path });
    } catch (error) {
      // It is gone, which is what was wanted.
      if (!isKind(error, "message-gone")) throw error;
    }
  }
}
