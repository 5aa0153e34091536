import { buttonLabelOf } from "./button-ids.ts";
import type { MenuCommand } from "./types.ts";

/** How a platform's list of commands names them. */
export interface MenuNaming {
  /** What the gateway's name becomes. */
  readonly nameOf: (name: string) => string;
  /** Names that the platform takes. */
  readonly pattern: RegExp;
  readonly mostCommands: number;
}

/** A command, and the name that people see it by. */
export interface ShownCommand {
  readonly name: string;
  readonly command: MenuCommand;
}

/** The commands that a platform can list, in the order in which they are offered; each name once. */
export function menuCommands(
  commands: readonly MenuCommand[],
  { nameOf, pattern, mostCommands }: MenuNaming,
): readonly ShownCommand[] {
  const menu = new Map<string, ShownCommand>();
  const isChanged = ({ name }: MenuCommand) => nameOf(name) !== name;
  // Whoever is called so by right has the name before one that only becomes it here.
  const inOrder = commands.toSorted((one, other) => Number(isChanged(one)) - Number(isChanged(other)));
  for (const command of inOrder) {
    const name = nameOf(command.name);
    if (pattern.test(name) && !menu.has(name)) menu.set(name, { name, command });
  }
  const asOffered = commands.map(({ name }) => menu.get(nameOf(name)));
  return [...new Set(asOffered)].filter((one) => one !== undefined).slice(0, mostCommands);
}

/** What is said of a command on one line, at most `longest` UTF-16 units; its name where nothing is. */
export function menuDescription(said: string, name: string, longest: number): string {
  return buttonLabelOf(said.trim() === "" ? name : said, longest);
}
