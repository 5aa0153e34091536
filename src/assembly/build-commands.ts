import { builtinCommands } from "../commands/builtins.ts";
import { Desk } from "../commands/desk.ts";
import { type Asker, offeredTo, OURSELVES } from "../commands/offer.ts";
import { commandWords } from "../commands/words.ts";
import type { CommandCall, CommandDesk } from "../core/command.ts";
import type { InboundMessage } from "../core/message.ts";
import { isOwner } from "../core/owners.ts";
import type { SessionKey } from "../core/session-key.ts";
import { systemClock } from "../lib/clock.ts";
import type { Base, Parts } from "./parts.ts";

/** What people can do in a chat with a word behind a slash, and what of it is shown to whom. */
export interface Commands {
  readonly desk: CommandDesk;
  /** What somebody is offered: for menus of the page and of platforms. */
  offered(asker: Asker): ReturnType<typeof offeredTo>;
  readonly prefix: () => string;
}

/**
 * Registers the gateway's own commands, before any plugin can take their names, and builds the desk that runs
 * all of them.
 */
export function buildCommands({ options, live, registry, store }: Base, whole: () => Parts): Commands {
  const settings = () => live.config.commands;
  const prefix = () => settings().prefix;
  const words = () => commandWords(live.config.gateway.language);
  const owns = (message: InboundMessage) => isOwner(live.config, message);
  const isKnown = ({ address: { channel, account }, sender }: InboundMessage) =>
    store.access.isAllowed({ channel, account, senderId: sender.id });
  const offered = (asker: Asker) =>
    offeredTo(asker, {
      registered: () => registry.commands.entries,
      settings,
      piCommands: (session) => whole().pool.commands(session),
    });
  const builtins = builtinCommands({
    conversations: conversationsOf(whole, store),
    models: modelsOf(whole),
    statusOf: (session) => whole().control.sessionStatus(session),
    queueDefaults: ({ channel }) => whole().pipeline.queue.rules(channel, undefined),
    offered: async ({ message, sessionKey, isOwner: isTheirs }) =>
      offered({
        isOwner: isTheirs,
        isTrusted: isTheirs || (await isKnown(message)),
        session: sessionKey,
      }),
    prefix,
    words,
  });
  for (const command of builtins) registry.commands.add(command.name, command, OURSELVES);
  const desk = new Desk({
    commands: registry.commands,
    settings,
    isOwner: owns,
    isKnown,
    say: ({ id, message, route, part, markdown }) =>
      whole().pipeline.answerCommand({ id, message, session: route.session, part, markdown }),
    words,
    clock: systemClock,
    log: options.log,
  });
  return { desk, offered, prefix };
}

function conversationsOf(whole: () => Parts, { sessions }: Base["store"]) {
  const pipeline = () => whole().pipeline;
  return {
    sessions,
    open: ({ sessionKey, agent, role, message }: CommandCall) =>
      pipeline().openSession(
        { session: sessionKey, agent, ...(role === undefined ? {} : { role }) },
        message.address,
      ),
    end: (session: SessionKey) => pipeline().endSession(session),
    stop: (session: SessionKey) => pipeline().stopSession(session),
    isBusy: (session: SessionKey) => pipeline().isBusy(session),
  };
}

function modelsOf(whole: () => Parts) {
  const models = () => whole().pool.models;
  return {
    list: () => models().list(),
    resolve: (name: string) => models().resolve(name),
    currentOf: (session: Parameters<Parts["pool"]["models"]["currentOf"]>[0]) => models().currentOf(session),
    levelsOf: (model: string | undefined) => models().levelsOf(model),
  };
}
