import type {
  APIApplication,
  APIApplicationCommand,
  RESTPostAPIChatInputApplicationCommandsJSONBody,
} from "discord-api-types/v10";
import { Locale } from "discord-api-types/v10";
import type { ChannelMemory } from "../../../channel-memory.ts";
import { menuCommands, menuDescription, type MenuNaming } from "../../../menu-commands.ts";
import type { MenuCommand } from "../../../types.ts";
import type { Calls } from "./calls.ts";
import { isKind } from "./errors.ts";

/** The one option of a command: what people would write behind its name. */
export const TEXT_OPTION = "text";

const LONGEST_DESCRIPTION = 100;
const NAMING: MenuNaming = {
  nameOf: (name) => name.toLowerCase().replaceAll(/[^-_'\p{L}\p{N}]+/gu, "-"),
  pattern: /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u,
  mostCommands: 100,
};
const CHAT_INPUT = 1;
const STRING_OPTION = 3;
const MEMORY_KEY = "commands";

/** The languages that Discord knows, by the two letters of ours. */
const LOCALES: Readonly<Record<string, readonly Locale[]>> = {
  en: [Locale.EnglishUS, Locale.EnglishGB],
  zh: [Locale.ChineseCN, Locale.ChineseTW],
  es: [Locale.SpanishES, Locale.SpanishLATAM],
  pt: [Locale.PortugueseBR],
  sv: [Locale.Swedish],
  de: [Locale.German],
  fr: [Locale.French],
  it: [Locale.Italian],
  ja: [Locale.Japanese],
  ko: [Locale.Korean],
  ru: [Locale.Russian],
};
const WHAT_TO_SAY = {
  [Locale.ChineseCN]: "命令后面的内容",
  [Locale.ChineseTW]: "命令後面的內容",
} as const;

type Command = RESTPostAPIChatInputApplicationCommandsJSONBody;

/** Discord's own list of commands. The way back from its names is known for the commands it was told of. */
export class CommandMenu {
  readonly #calls: Calls;
  readonly #memory: ChannelMemory;
  #originals: ReadonlyMap<string, string> = new Map();
  #application: string | undefined;

  constructor(calls: Calls, memory: ChannelMemory) {
    this.#calls = calls;
    this.#memory = memory;
  }

  /** The gateway's name of a command that somebody picked. */
  nameOf(picked: string): string {
    return this.#originals.get(picked.toLowerCase()) ?? picked;
  }

  /** From now on these are the commands there are. */
  learn(commands: readonly MenuCommand[]): void {
    const menu = menuCommands(commands, NAMING);
    this.#originals = new Map(menu.map(({ name, command }) => [name, command.name]));
  }

  /** Resolves once everybody is offered these. What is so already is left alone: Discord counts what is written. */
  async show(commands: readonly MenuCommand[]): Promise<void> {
    this.learn(commands);
    const wanted = menuCommands(commands, NAMING).map(({ name, command }) => commandOf(name, command));
    const path = `/applications/${await this.#applicationId()}/commands` as const;
    const hash = new Bun.CryptoHasher("sha256").update(path + factsOf(wanted)).digest("base64url");
    const shown = await this.#shown(path);
    const isShown = shown
      ? factsOf(shown) === factsOf(wanted)
      : (await this.#memory.get(MEMORY_KEY)) === hash;
    if (!isShown) await this.#calls.make<unknown>({ method: "PUT", path, body: wanted });
    await this.#memory.set(MEMORY_KEY, hash);
  }

  /** Undefined where Discord does not tell. */
  async #shown(path: `/${string}`): Promise<readonly APIApplicationCommand[] | undefined> {
    try {
      const query = { with_localizations: "true" };
      return await this.#calls.make<APIApplicationCommand[]>({ method: "GET", path, query });
    } catch (error) {
      if (isKind(error, "bad-token", "rate-limited")) throw error;
      // What we remember of it is the next best.
      return undefined;
    }
  }

  async #applicationId(): Promise<string> {
    this.#application ??= (
      await this.#calls.make<APIApplication>({ method: "GET", path: "/applications/@me" })
    ).id;
    return this.#application;
  }
}

function commandOf(name: string, { summary, parameters, translations = {} }: MenuCommand): Command {
  const localizations = Object.entries(translations).flatMap(([language, said]) =>
    (LOCALES[language] ?? []).map((locale) => [locale, descriptionOf(said, name)] as const),
  );
  return {
    type: CHAT_INPUT,
    name,
    description: descriptionOf(summary, name),
    ...(localizations.length > 0 ? { description_localizations: Object.fromEntries(localizations) } : {}),
    ...(parameters === undefined ? {} : { options: [textOption(parameters)] }),
  };
}

function textOption(parameters: string) {
  return {
    type: STRING_OPTION,
    name: TEXT_OPTION,
    description: descriptionOf(parameters, TEXT_OPTION),
    description_localizations: WHAT_TO_SAY,
    required: false,
  };
}

function descriptionOf(said: string, name: string): string {
  return menuDescription(said, name, LONGEST_DESCRIPTION);
}

/** What of commands can differ, in one order; what Discord adds to them is left out. */
function factsOf(commands: readonly (Command | APIApplicationCommand)[]): string {
  const facts = commands.map(
    ({ type = CHAT_INPUT, name, description, description_localizations, options = [] }) => ({
      type,
      name,
      description,
      localizations: sortedOf(description_localizations),
      options: options.map((option) => ({
        type: option.type,
        name: option.name,
        description: option.description,
        localizations: sortedOf(option.description_localizations),
        isRequired: option.required ?? false,
      })),
    }),
  );
  return JSON.stringify(facts.toSorted((one, other) => (one.name < other.name ? -1 : 1)));
}

function sortedOf(localizations: object | null | undefined) {
  return Object.entries(localizations ?? {}).toSorted(([one], [other]) => (one < other ? -1 : 1));
}
