import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { matching, mayBecomeCommand, written } from "../state/commands.ts";
import { strings } from "../text/strings.ts";
import type { KnownCommand } from "../wire/frames.ts";
import { useComposer } from "./composer-state.ts";
import { useChat } from "./context.ts";

const LIST_ID = "commands";
const optionId = (at: number) => `${LIST_ID}-${at}`;

/** The menu of commands over the field, and what the field has to know of it. */
export interface CommandMenu {
  readonly commands: readonly KnownCommand[];
  readonly chosen: number;
  readonly choose: (command: KnownCommand) => void;
  /** Takes a key that is meant for the menu. True if it was. */
  readonly press: (event: KeyboardEvent) => boolean;
  /** For the field: a list hangs on it, and one of its entries is marked. */
  readonly aria: Readonly<Record<string, string>>;
}

/** Follows what is written: the menu is there while that may become a command. */
export function useCommandMenu(): CommandMenu {
  const chat = useChat();
  const composer = useComposer();
  const { known } = chat.commands;
  const text = composer.text.value;
  const marked = useSignal(0);
  /** What was written when somebody closed the menu: it stays closed until there is something else. */
  const closedAt = useSignal<string | undefined>(undefined);
  const found = useComputed(() => {
    const isClosed = closedAt.value === composer.text.value;
    return isClosed ? [] : matching(composer.text.value, known.value);
  });
  useEffect(() => {
    marked.value = 0;
    if (mayBecomeCommand(text)) void chat.commands.look(chat.current.peek());
  }, [text]);

  const commands = found.value;
  const chosen = Math.min(marked.value, commands.length - 1);
  const choose = (command: KnownCommand) => {
    const list = known.peek();
    if (list) composer.put(written(command, list));
  };
  const complete = () => {
    const command = commands[chosen];
    if (command) choose(command);
  };
  const move = (by: number) => {
    marked.value = (chosen + by + commands.length) % commands.length;
  };
  const press = (event: KeyboardEvent): boolean => {
    if (commands.length === 0 || event.isComposing || event.altKey || event.ctrlKey || event.metaKey)
      return false;
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Escape") closedAt.value = text;
    else if (event.key === "Tab" && !event.shiftKey) complete();
    else if (
      event.key === "Enter" &&
      !event.shiftKey &&
      !isWhole(text, commands[chosen], known.peek()?.prefix)
    ) {
      complete();
    } else return false;
    event.preventDefault();
    return true;
  };
  return { commands, chosen, choose, press, aria: ariaOf(commands.length, chosen) };
}

/** Written to the end already: Enter sends it, as it sends everything. */
function isWhole(text: string, command: KnownCommand | undefined, prefix = ""): boolean {
  return text.toLowerCase() === `${prefix}${command?.name ?? ""}`.toLowerCase();
}

function ariaOf(count: number, chosen: number): Record<string, string> {
  if (count === 0) return { "aria-autocomplete": "list" };
  return {
    "aria-autocomplete": "list",
    "aria-controls": LIST_ID,
    "aria-activedescendant": optionId(chosen),
  };
}

/** The menu itself. The keyboard stays in the field. */
export function CommandList({ commands, chosen, choose }: Omit<CommandMenu, "press" | "aria">) {
  const prefix = useChat().commands.known.value?.prefix ?? "";
  return (
    <>
      <div class="unseen" role="status" aria-live="polite">
        {commands.length === 0 ? "" : strings.commandsFound(commands.length)}
      </div>
      {commands.length > 0 && (
        <ul class="commands" id={LIST_ID} role="listbox" aria-label={strings.commands}>
          {commands.map((command, at) => (
            <Entry
              key={command.name}
              id={optionId(at)}
              command={command}
              prefix={prefix}
              isChosen={at === chosen}
              onChoose={() => choose(command)}
            />
          ))}
        </ul>
      )}
    </>
  );
}

interface EntryFacts {
  readonly id: string;
  readonly command: KnownCommand;
  readonly prefix: string;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

function Entry({ id, command, prefix, isChosen, onChoose }: EntryFacts) {
  const entry = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isChosen) entry.current?.scrollIntoView({ block: "nearest" });
  }, [isChosen]);
  return (
    <li
      ref={entry}
      id={id}
      role="option"
      aria-selected={isChosen}
      class="command"
      // The field keeps the keyboard: on a phone it would go down and come up again.
      onPointerDown={(event) => event.preventDefault()}
      onClick={onChoose}
    >
      <span class="command-name">
        {prefix}
        {command.name}
        {command.parameters !== undefined && <span class="command-parameters"> {command.parameters}</span>}
      </span>
      {command.summary !== "" && <span class="command-summary">{command.summary}</span>}
    </li>
  );
}
