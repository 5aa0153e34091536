import type { PiCommand } from "./agent.ts";
import type { Button, ChannelName, InboundMessage, Sender } from "./message.ts";
import type { SessionKey } from "./session-key.ts";
import type { Route } from "./session-router.ts";
import type { InboxId } from "./store.ts";

/** Something people write after a slash. */
export interface Command {
  /** Lower case letters, digits, `_` and `-`; at most 32 of them, as platforms have it. */
  readonly name: string;
  /** What it does, in one line of `/help`. */
  readonly summary: string;
  /** What may stand behind the name, as `/help` shows it: `[model]`. */
  readonly parameters?: string;
  /** Who may use it, of those who may talk at all. Default `anyone`. */
  readonly who?: "anyone" | "owner";
  /** Runs perhaps twice around a crash, so its effect should bear that. */
  run(call: CommandCall): CommandResult | Promise<CommandResult>;
}

export interface CommandCall {
  readonly name: string;
  /** What stands behind the name, trimmed. */
  readonly args: string;
  readonly sessionKey: SessionKey;
  readonly agent: string;
  readonly role?: string;
  readonly channel: ChannelName;
  readonly sender: Sender;
  readonly isOwner: boolean;
  readonly message: InboundMessage;
  /** Answers in the chat. Durable once it resolves; several replies come in order. */
  readonly reply: (markdown: string, options?: ReplyOptions) => Promise<void>;
}

export interface ReplyOptions {
  /**
   * Rows of buttons, where the platform has them. One whose id is a command, such as `/model gpt-4o`, is that
   * command, as if whoever presses it had written it; the id begins with `/` whatever commands begin with here.
   */
  readonly buttons?: readonly (readonly Button[])[];
}

/**
 * `prompt`: the command is done and this text goes on as a message, as in `/new How are you?`. With `isPiCommand`
 * it may be one of pi's own commands, such as `/skill:weather Lima`, where `commands.allow` lets it.
 */
export type CommandResult = void | { readonly prompt: string; readonly isPiCommand?: boolean };

/** A command as people are shown it. */
export interface ListedCommand {
  /** Without the prefix. */
  readonly name: string;
  readonly summary: string;
  readonly parameters?: string;
  readonly from: "gateway" | "plugin" | PiCommand["kind"];
}

/** Where admission takes what may be a command. */
export interface CommandDesk {
  /**
   * Runs the command in `message`, or says that it is not for its sender; undefined if it is none. Rejects only
   * when the store cannot write: the admission is then made again.
   */
  take(id: InboxId, message: InboundMessage, route: Route): Promise<CommandFate | undefined>;
}

export type CommandFate =
  /**
   * Over; `said` is what the person was told first, and `key` the delivery that carries it. Without either nothing
   * was said; with a `key` alone it was said before a crash.
   */
  | { readonly kind: "done"; readonly said?: string; readonly key?: string }
  /** Goes on to the queue in this form. */
  | { readonly kind: "prompt"; readonly message: InboundMessage };
