import { builtinCommands, type BuiltinParts } from "../commands/builtins.ts";
import type { Conversations } from "../commands/conversation.ts";
import { Desk, type DeskDeps } from "../commands/desk.ts";
import { CommandMenus } from "../commands/menus.ts";
import type { ModelShelf } from "../commands/model.ts";
import { type Asker, offeredTo, OURSELVES } from "../commands/offer.ts";
import type { PairingBook } from "../commands/pair.ts";
import { spokenCommands } from "../commands/spoken-command.ts";
import { commandWords, summariesOf } from "../commands/words.ts";
import type { AgentPool } from "../core/agent.ts";
import type { Command, CommandDesk, ListedCommand } from "../core/command.ts";
import type { Config } from "../core/config-schema.ts";
import type { CronEngine } from "../core/cron-port.ts";
import type { GatewayControl } from "../core/control.ts";
import type { ModelCatalog } from "../core/model-catalog.ts";
import type { Owners } from "../core/owners.ts";
import { type Language, languageFor } from "../core/spoken-language.ts";
import type { Store } from "../core/store.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { Pipeline } from "../pipeline/pipeline.ts";
import type { Registrations } from "../plugins/registrations.ts";
import type { Allowlist } from "../security/allowlist.ts";
import type { Base, Parts } from "./parts.ts";

/** What people can do in a chat with a word behind a slash, and what of it is shown to whom. */
export interface Commands {
  readonly desk: CommandDesk;
  /** What somebody is offered: for `/help`, and for the menus of the page and of platforms. */
  offered(asker: Asker): Promise<readonly ListedCommand[]>;
  /** What a command begins with. */
  readonly prefix: () => string;
}

export interface CommandNeeds {
  readonly config: () => Config;
  readonly registered: Registrations<Command>;
  readonly store: Pick<Store, "sessions" | "usage">;
  readonly access: {
    readonly owners: Pick<Owners, "isOwner">;
    readonly allowlist: Pick<Allowlist, "isKnown">;
    readonly pairing: PairingBook;
  };
  /** What is there once everything is. */
  readonly pipeline: () => Pipeline;
  readonly pool: () => Pick<AgentPool, "commands">;
  readonly models: () => ModelCatalog;
  readonly cron: () => CronEngine;
  readonly control: () => Pick<GatewayControl, "sessionStatus" | "budgets">;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The commands of one gateway. Call it before plugins are set up: it registers the gateway's own. */
export function buildCommands(
  { options, live, registry, store, access }: Base,
  whole: () => Parts,
): Commands {
  return assembleCommands({
    config: () => live.config,
    registered: registry.commands,
    store,
    access,
    pipeline: () => whole().pipeline,
    pool: () => whole().pool,
    models: () => whole().pool.models,
    control: () => whole().control,
    cron: () => whole().cron.desk,
    clock: systemClock,
    log: options.log,
  });
}

/** Keeps the menus of platforms as the commands of a gateway are. */
export function buildMenus({ options, registry }: Base, commands: Pick<Commands, "offered">): CommandMenus {
  const menus = new CommandMenus({
    channels: () => registry.channels,
    // Such a menu is the same for all: it holds what nobody is refused.
    offered: () => commands.offered({ isOwner: false, isTrusted: false }),
    clock: systemClock,
    log: options.log,
  });
  const changed = { added: () => menus.wake(), removed: () => menus.wake() };
  registry.commands.watch(changed);
  registry.channelList.watch(changed);
  return menus;
}

/** Registers the gateway's own commands, so that no plugin can take their names, and builds the desk for all. */
export function assembleCommands(needs: CommandNeeds): Commands {
  const { config, registered, store, pipeline, clock, log } = needs;
  const settings = () => config().commands;
  const prefix = () => settings().prefix;
  const language = () => config().gateway.language;
  const { owners, allowlist, pairing } = needs.access;
  const isKnown: DeskDeps["isKnown"] = (message) => allowlist.isKnown(message);
  const offered: Commands["offered"] = (asker) =>
    offeredTo(asker, {
      registered: () => registered.entries,
      settings,
      piCommands: (session) => needs.pool().commands(session),
    });
  const parts = {
    conversations: conversationsOf(needs),
    models: shelfOf(needs.models),
    statusOf: (session) => needs.control().sessionStatus(session),
    usage: store.usage,
    cron: needs.cron,
    pairing,
    budgets: () => needs.control().budgets(),
    queueDefaults: ({ channel }) => pipeline().queue.rules(channel, undefined),
    offered: async ({ message, sessionKey: session, isOwner: owns }) => {
      const listed = await offered({ isOwner: owns, isTrusted: owns || (await isKnown(message)), session });
      return listed.map((one) => summedUpIn(languageFor(language(), message), one));
    },
    prefix,
  } satisfies Omit<BuiltinParts, "words">;
  const make = (spoken: () => Language) => builtinCommands({ ...parts, words: () => commandWords(spoken()) });
  for (const command of spokenCommands(make, language)) registered.add(command.name, command, OURSELVES);
  const desk = new Desk({
    commands: registered,
    settings,
    isOwner: (message) => owners.isOwner(message),
    isKnown,
    say: ({ route, ...reply }) => pipeline().answerCommand({ ...reply, session: route.session }),
    words: (to) => commandWords(languageFor(language(), to)),
    clock,
    log,
  });
  return { desk, offered, prefix };
}

/** The gateway's own commands are explained in the language of whoever asks. */
function summedUpIn(language: Language, listed: ListedCommand): ListedCommand {
  const own = listed.from === "gateway" ? summariesOf(listed.name)?.[language] : undefined;
  return own === undefined ? listed : { ...listed, summary: own };
}

function conversationsOf({ store, pipeline }: CommandNeeds): Conversations {
  return {
    sessions: store.sessions,
    open: ({ sessionKey: session, agent, role, message }) =>
      pipeline().openSession({ session, agent, ...(role === undefined ? {} : { role }) }, message.address),
    end: (session) => pipeline().endSession(session),
    stop: (session, only) => pipeline().stopSession(session, only),
    isBusy: (session) => pipeline().isBusy(session),
  };
}

function shelfOf(models: () => ModelCatalog): ModelShelf {
  return {
    list: () => models().list(),
    resolve: (name) => models().resolve(name),
    currentOf: (session) => models().currentOf(session),
    levelsOf: (model) => models().levelsOf(model),
  };
}
