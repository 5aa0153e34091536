import type { Command, CommandCall, CommandResult } from "../core/command.ts";
import { type Language, languageFor } from "../core/spoken-language.ts";

/**
 * Commands that answer each caller in the caller's language, and are listed in the gateway's. `make` makes all of
 * them, in the same order, for whatever language it is given.
 */
export function spokenCommands(
  make: (language: () => Language) => readonly Command[],
  gateway: () => Language,
): readonly Command[] {
  const versions = { en: make(() => "en"), zh: make(() => "zh") };
  return make(gateway).map((listed, at) => {
    const inLanguage = ({ message }: CommandCall) => versions[languageFor(gateway(), message)][at] ?? listed;
    return new SpokenCommand(listed, inLanguage);
  });
}

class SpokenCommand implements Command {
  readonly #listed: Command;
  readonly #inLanguage: (call: CommandCall) => Command;

  constructor(listed: Command, inLanguage: (call: CommandCall) => Command) {
    this.#listed = listed;
    this.#inLanguage = inLanguage;
  }

  get name(): string {
    return this.#listed.name;
  }

  get summary(): string {
    return this.#listed.summary;
  }

  get parameters(): string {
    return this.#listed.parameters ?? "";
  }

  get who(): "anyone" | "owner" {
    return this.#listed.who ?? "anyone";
  }

  run(call: CommandCall): CommandResult | Promise<CommandResult> {
    return this.#inLanguage(call).run(call);
  }
}
