import type { BotCommand, BotCommandScope, LanguageCode } from "grammy/types";
import { menuCommands, menuDescription, type MenuNaming } from "../../../menu-commands.ts";
import type { MenuCommand } from "../../../types.ts";
import type { Calls } from "./calls.ts";
import { isKind } from "./errors.ts";

const LONGEST_DESCRIPTION = 256;
const NAMING: MenuNaming = {
  nameOf: (name) => name.toLowerCase().replaceAll("-", "_"),
  pattern: /^[a-z0-9_]{1,32}$/,
  mostCommands: 100,
};
/** What Telegram's own button sends with which every chat begins: whoever presses it has not asked anything yet. */
const START = "start";
/** A narrower scope hides a wider one, so each is set: what an older program left there would stay. */
const SCOPES: readonly BotCommandScope[] = [
  { type: "default" },
  { type: "all_private_chats" },
  { type: "all_group_chats" },
];

/** For whom a menu is: where, and in which language; for all others without one. */
interface Audience {
  readonly scope: BotCommandScope;
  readonly language_code?: LanguageCode;
}

/** Telegram's own menu of commands, whose names have no hyphens. The way back is known for the commands it was told of. */
export class CommandMenu {
  readonly #calls: Calls;
  #originals: ReadonlyMap<string, string> = new Map();

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** The gateway's name of a command that somebody picked from the menu, or typed. */
  nameOf(typed: string): string {
    const name = typed.toLowerCase();
    return this.#originals.get(name) ?? (name === START ? "help" : typed);
  }

  /** From now on these are the commands there are. */
  learn(commands: readonly MenuCommand[]): void {
    const menu = menuCommands(commands, NAMING);
    this.#originals = new Map(menu.map(({ name, command }) => [name, command.name]));
  }

  /** Resolves once everybody is offered these. What is so already is left alone. */
  async show(commands: readonly MenuCommand[]): Promise<void> {
    this.learn(commands);
    for (const language of [undefined, ...languagesOf(commands)]) {
      const entries = menuOf(commands, language);
      const spoken = language === undefined ? {} : { language_code: language };
      for (const scope of SCOPES) await this.#showTo({ scope, ...spoken }, entries);
    }
  }

  async #showTo(audience: Audience, entries: readonly BotCommand[]): Promise<void> {
    const shown = await this.#calls.make("getMyCommands", (raw) => raw.getMyCommands({ ...audience }));
    if (isSame(shown, entries)) return;
    if (entries.length === 0) {
      await this.#calls.make("deleteMyCommands", (raw) => raw.deleteMyCommands({ ...audience }));
      return;
    }
    try {
      await this.#calls.make("setMyCommands", (raw) => raw.setMyCommands({ ...audience, commands: entries }));
    } catch (error) {
      // All of them together may have too many letters, which Telegram does not count for us.
      if (!isKind(error, "too-many-commands") || entries.length < 2) throw error;
      await this.#showTo(audience, entries.slice(0, Math.floor(entries.length / 2)));
    }
  }
}

/** Two letters are all that Telegram knows a language by. */
function languagesOf(commands: readonly MenuCommand[]): readonly LanguageCode[] {
  const all = new Set(commands.flatMap(({ translations = {} }) => Object.keys(translations)));
  return [...all].filter((one): one is LanguageCode => /^[a-z]{2}$/.test(one));
}

function menuOf(commands: readonly MenuCommand[], language?: LanguageCode): readonly BotCommand[] {
  return menuCommands(commands, NAMING).map(({ name, command: { summary, translations } }) => {
    const said = (language && translations?.[language]) ?? summary;
    return { command: name, description: menuDescription(said, name, LONGEST_DESCRIPTION) };
  });
}

function isSame(shown: readonly BotCommand[], wanted: readonly BotCommand[]): boolean {
  return (
    shown.length === wanted.length &&
    shown.every(
      ({ command, description }, at) =>
        command === wanted[at]?.command && description === wanted[at].description,
    )
  );
}
