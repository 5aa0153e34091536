import type { WireIds, WireMention } from "./wire.ts";

/** What stands for everybody, which is nobody in particular. */
const ALL = "@_all";
const KEY = /@_user_\d+|@_all/g;

/** The people that a message names. Its text has keys in the place of their names. */
export class Mentions {
  readonly #names = new Map<string, string>();
  readonly #own = new Set<string>();

  /** `bot` is the `open_id` of our bot. */
  constructor(mentions: readonly WireMention[], bot: string) {
    for (const { key, id, name } of mentions) {
      if (openIdOf(id) === bot && key !== ALL) this.#own.add(key);
      if (name !== undefined) this.#names.set(key, name);
    }
  }

  /** Whether the bot itself is named. */
  get isOfBot(): boolean {
    return this.#own.size > 0;
  }

  /** The text with names, and without the mention of the bot that it merely begins with. */
  resolve(text: string): string {
    return this.named(this.#withoutAddress(text));
  }

  /** The text with names. */
  named(text: string): string {
    return text.replaceAll(KEY, (key) => {
      const name = this.#names.get(key);
      if (key === ALL) return "@all";
      return name === undefined ? key : `@${name}`;
    });
  }

  /** “@bot, look” says “look”; a mention that is all there is stays. */
  #withoutAddress(text: string): string {
    const [key] = /^\s*(@_user_\d+)/.exec(text)?.slice(1) ?? [];
    if (key === undefined || !this.#own.has(key)) return text;
    const rest = text.slice(text.indexOf(key) + key.length).replace(/^[\s,:，：]+/u, "");
    return rest === "" ? text : rest;
  }
}

/** The `open_id` among the ids of somebody. */
export function openIdOf(id: WireIds | string | undefined): string | undefined {
  return typeof id === "string" ? id : id?.open_id;
}
