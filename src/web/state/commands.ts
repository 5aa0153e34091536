import { type Signal, signal } from "@preact/signals";
import type { CommandList, KnownCommand } from "../wire/frames.ts";
import { readCommands } from "../wire/read.ts";

/** What the gateway told is good for this long. */
const FRESH_MS = 30_000;

export interface CommandBookWishes {
  readonly request: (method: string, params: object) => Promise<unknown>;
  readonly now: () => number;
}

/** The commands that people may write here, asked for when somebody begins to write one. */
export class CommandBook {
  readonly known: Signal<CommandList | undefined> = signal(undefined);
  readonly #wishes: CommandBookWishes;
  #asked: { readonly sessionKey: string; readonly atMs: number } | undefined;

  constructor(wishes: CommandBookWishes) {
    this.#wishes = wishes;
  }

  /** Sees to it that they are known soon. Never rejects: without them, one writes a command as any other text. */
  async look(sessionKey: string): Promise<void> {
    const atMs = this.#wishes.now();
    const { sessionKey: before, atMs: askedAtMs = 0 } = this.#asked ?? {};
    if (before === sessionKey && atMs - askedAtMs < FRESH_MS) return;
    this.#asked = { sessionKey, atMs };
    try {
      this.known.value = readCommands(await this.#wishes.request("command.list", { sessionKey }));
    } catch {
      // Offline, or a gateway that has none: the next sign asks again.
      this.#asked = undefined;
    }
  }
}

/** True for a text that may become a command: worth asking which there are. */
export const mayBecomeCommand = (text: string) => /^[^\s\p{L}\p{N}]{1,3}\S{0,128}$/u.test(text);

/** The commands that `text` may become, likeliest first; none once it goes on behind the name. */
export function matching(text: string, list: CommandList | undefined): readonly KnownCommand[] {
  if (!list || !text.startsWith(list.prefix)) return [];
  const typed = text.slice(list.prefix.length).toLowerCase();
  if (/\s/.test(typed)) return [];
  const places = list.commands.map((command, order) => ({
    command,
    order,
    place: placeOf(typed, command.name),
  }));
  return places
    .filter(({ place }) => place >= 0)
    .toSorted((a, b) => a.place - b.place || a.order - b.order)
    .map(({ command }) => command);
}

/** 0: the name begins so. 1: a later word of it does. -1: neither. */
function placeOf(typed: string, name: string): number {
  const lower = name.toLowerCase();
  if (lower.startsWith(typed)) return 0;
  return lower.split(/[:_\-.]/).some((word) => word.startsWith(typed)) ? 1 : -1;
}

/** What stands in the field once a command is chosen: ready to be sent, or to be gone on with. */
export function written({ name, parameters }: KnownCommand, { prefix }: CommandList): string {
  return `${prefix}${name}${parameters === undefined ? "" : " "}`;
}
