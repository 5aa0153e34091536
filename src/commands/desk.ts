import type { Command, CommandCall, CommandDesk, CommandFate, CommandResult } from "../core/command.ts";
import { readCommand, type CommandText } from "../core/command-text.ts";
import type { Config } from "../core/config-schema.ts";
import { StoreError } from "../core/errors.ts";
import type { InboundMessage } from "../core/message.ts";
import type { Route } from "../core/session-router.ts";
import type { InboxId } from "../core/store.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { newRef } from "../lib/ref.ts";
import { mayNamePiCommand } from "../core/allowed-commands.ts";
import { type Place, Replies, type Say } from "./replies.ts";
import type { CommandWords } from "./words.ts";

/** The commands that are registered, by name. */
export interface CommandTable {
  get(name: string): Command | undefined;
}

export interface DeskDeps {
  readonly commands: CommandTable;
  readonly settings: () => Config["commands"];
  readonly isOwner: (message: InboundMessage) => boolean;
  /** Whether the sender is somebody whom an owner has let in. */
  readonly isKnown: (message: InboundMessage) => Promise<boolean>;
  readonly say: Say;
  /** In the language of whoever is told. */
  readonly words: (to: InboundMessage) => CommandWords;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A command has the chat's line for itself for this long; what waits behind it then goes on. */
const LIMIT_MS = 30_000;

/** Tells commands from other messages and runs them. See {@link CommandDesk}. */
export class Desk implements CommandDesk {
  readonly #deps: DeskDeps;

  constructor(deps: DeskDeps) {
    this.#deps = deps;
  }

  async take(id: InboxId, message: InboundMessage, route: Route): Promise<CommandFate | undefined> {
    const { prefix, disabled } = this.#deps.settings();
    const text = readCommand(message.text, prefix);
    if (!text) return undefined;
    const name = text.name.toLowerCase();
    const command = this.#deps.commands.get(name);
    if (command && disabled.includes(name)) return undefined;
    if (!command) return this.#takeForPi(text, message);
    return this.#run(command, { ...text, name }, { id, message, route });
  }

  /** Whether pi knows it is seen where the session is open. */
  async #takeForPi({ name }: CommandText, message: InboundMessage): Promise<CommandFate | undefined> {
    const { allow } = this.#deps.settings();
    if (!mayNamePiCommand(name, allow)) return undefined;
    if (allow === undefined && !(await this.#isTrusted(message))) return undefined;
    return { kind: "prompt", message: { ...message, isPiCommand: true } };
  }

  async #isTrusted(message: InboundMessage): Promise<boolean> {
    return this.#deps.isOwner(message) || (await this.#deps.isKnown(message));
  }

  async #run(command: Command, { name, args }: CommandText, place: Place): Promise<CommandFate> {
    const { message, route } = place;
    const { isOwner, say, words, settings } = this.#deps;
    const replies = new Replies(place, say);
    const owns = isOwner(message);
    const written = `${settings().prefix}${name}`;
    if (!owns && (command.who === "owner" || settings().ownerOnly.includes(name))) {
      await this.#apologize(words(message).forOwners(written), replies);
      return replies.fate();
    }
    const call: CommandCall = {
      name,
      args,
      sessionKey: route.session,
      agent: route.agent,
      ...(route.role === undefined ? {} : { role: route.role }),
      channel: message.address.channel,
      sender: message.sender,
      isOwner: owns,
      message,
      reply: (markdown, options) => replies.say(markdown, options),
    };
    const result = await this.#outcome(command, call, written, replies);
    return promptOf(result, message) ?? replies.fate();
  }

  /** Nothing that a command does, or fails to do, goes further than a sentence. */
  async #outcome(
    command: Command,
    call: CommandCall,
    written: string,
    replies: Replies,
  ): Promise<CommandResult> {
    const { clock, log, words } = this.#deps;
    const over = new AbortController();
    const late: Promise<typeof LATE> = clock.sleep(LIMIT_MS, over.signal).then(() => LATE);
    const ref = newRef();
    const facts = { command: call.name, session: call.sessionKey, ref };
    try {
      const result = await Promise.race([startOf(command, call), late]);
      await replies.settled();
      if (result !== LATE) return result;
      log.warn(facts, "a command took too long, nobody waits for it any more");
      await this.#apologize(words(call.message).tooSlow(written, LIMIT_MS / 1000, ref), replies);
    } catch (error) {
      // Nothing is lost: the message is admitted again.
      if (error instanceof StoreError) throw error;
      log.error({ ...facts, error }, "a command failed");
      await this.#apologize(words(call.message).failed(written, ref), replies);
    } finally {
      over.abort();
    }
  }

  async #apologize(sentence: string, replies: Replies): Promise<void> {
    try {
      await replies.say(sentence);
    } catch (error) {
      if (error instanceof StoreError) throw error;
      this.#deps.log.error({ error }, "the answer of a command cannot be said");
    }
  }
}

const LATE: unique symbol = Symbol("late");

/** What it throws at once is a failure like any other. */
async function startOf(command: Command, call: CommandCall): Promise<CommandResult> {
  return command.run(call);
}

function promptOf(result: CommandResult, message: InboundMessage): CommandFate | undefined {
  // What a plugin returns may be anything.
  if (typeof result?.prompt !== "string") return undefined;
  const { prompt, isPiCommand } = result;
  return { kind: "prompt", message: { ...message, text: prompt, ...(isPiCommand ? { isPiCommand } : {}) } };
}
