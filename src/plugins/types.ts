/** Everything a plugin author may import, and nothing else: `import type { … } from "pi-gateway"`. */
import type { Channel } from "../core/channel.ts";
import type { Command, CommandCall, CommandResult } from "../core/command.ts";
import type { Config } from "../core/config-schema.ts";
import type { HookHandler, HookName } from "../core/hooks.ts";
import type { Question, QuestionAnswer } from "../core/question.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { Tool } from "../core/tool.ts";
import type { Logger } from "../lib/logger.ts";
import type { HttpHandler, HttpMethod, HttpRouteOptions } from "./http-route.ts";

export type * from "../core/browser-channel.ts";
export type * from "../core/channel.ts";
export type * from "../core/chat-settings.ts";
export type * from "../core/command.ts";
export type * from "../core/fetch.ts";
export type * from "../core/hooks.ts";
export type * from "../core/message.ts";
export type * from "../core/tool.ts";
export type { ToolContent, ToolOutput, Usage } from "../core/agent.ts";
export type { Config } from "../core/config-schema.ts";
export type { Approval, Question, QuestionAnswer } from "../core/question.ts";
export type { SessionKey } from "../core/session-key.ts";
export type { Logger } from "../lib/logger.ts";
export type * from "./http-route.ts";
export { ChannelError, FetchError, NameTakenError, RequestError } from "../core/errors.ts";
export { formatSessionKey, parseSessionKey } from "../core/session-key.ts";

/** What a plugin's file exports by default. */
export type Plugin = (api: GatewayPluginApi) => void | Promise<void>;

/**
 * What a plugin can add. Each call returns a handle that takes the addition back, and all of them are taken back
 * when the plugin is unloaded, so a plugin needs no `unload`. A name already taken throws and says who has it.
 */
export interface GatewayPluginApi {
  /** The plugin's id. */
  readonly name: string;
  readonly config: Config;
  /** This plugin's own section of the configuration, as its schema made it. */
  readonly options: unknown;
  readonly log: Logger;
  /** Small values of this plugin's own that outlive a restart. */
  readonly state: PluginState;

  /** A chat platform. One that cannot start or send yet is listed as incomplete and otherwise left alone. */
  registerChannel(channel: ChannelDraft): Disposable;
  /** Something the model may call. */
  registerTool<Params extends object = Record<string, unknown>>(tool: Tool<Params>): Disposable;
  /** A hook, or one handler for several. */
  registerHook<const Names extends readonly HookName[]>(
    names: Names,
    handler: HookHandler<Names[number]>,
    options?: HookOptions,
  ): Disposable;
  /** Short for a single hook. */
  on<Name extends HookName>(name: Name, handler: HookHandler<Name>, options?: HookOptions): Disposable;
  /**
   * Asks an owner in a chat while the turn in `sessionKey` runs, and resolves with the answer; undefined if there is
   * none: the turn is over, time is up, or no owner can be reached. Does not count for the time limit of a hook.
   * To have a tool call approved, `before_tool_call` returns `{ requireApproval: { title } }` instead.
   */
  askOwner(
    sessionKey: SessionKey,
    question: Question,
    signal?: AbortSignal,
  ): Promise<QuestionAnswer | undefined>;
  /** A way in over HTTP, behind the gateway's own credential unless `options.auth` is `none`. */
  registerHttpRoute(
    method: HttpMethod,
    path: `/${string}`,
    handler: HttpHandler,
    options?: HttpRouteOptions,
  ): Disposable;
  /** A method of the WebSocket, for clients with the gateway's own credential. */
  registerGatewayMethod(name: string, handler: GatewayMethod): Disposable;
  /** Something people write after a slash: `/name`. */
  registerCommand(name: string, handler: CommandHandler, options?: CommandOptions): Disposable;
  /** Something that runs as long as the gateway, or until it is taken back. */
  registerService(service: PluginService): Disposable;
  /** A command of the program itself: `pi-gw name`. */
  registerCli(name: string, handler: CliHandler, options?: CliOptions): Disposable;
}

/** A channel, perhaps one that is still being written. */
export type ChannelDraft = Pick<Channel, "name"> & Partial<Channel>;

/** Small values by name. `set` resolves once the value is on the disk. */
export interface PluginState {
  get(key: string): Promise<string | undefined>;
  /** At most 64 KiB. */
  set(key: string, value: string): Promise<void>;
}

export interface HookOptions {
  /** Plugins run in the order of the configuration; among the handlers of one, the higher goes first. Default 0. */
  readonly priority?: number;
  /** How long this handler may take, at most 600 s. Default: `plugins.hookTimeoutMs`. */
  readonly timeoutMs?: number;
}

/** What it returns, or throws as a `RequestError`, is the answer. */
export type GatewayMethod = (params: Readonly<Record<string, unknown>>) => unknown;

/** Runs a command; what it returns as `prompt` goes on to the agent. */
export type CommandHandler = (context: CommandCall) => CommandResult | Promise<CommandResult>;

/** How `/help` and the platforms' menus show a command, and who may use it. */
export type CommandOptions = Partial<Pick<Command, "summary" | "parameters" | "who">>;

/** Started with the gateway, or at once where that runs already; stopped with it, or when it is taken back. */
export interface PluginService {
  readonly name: string;
  /** Resolves once it works. `signal` aborts when it has to stop. */
  start(signal: AbortSignal): void | Promise<void>;
  stop?(): void | Promise<void>;
}

/** Runs a command of the program; what it returns is the exit code, 0 if nothing. */
export type CliHandler = (context: CliCall) => number | void | Promise<number | void>;

export interface CliCall {
  /** What stands behind the name. */
  readonly args: readonly string[];
  readonly print: (line: string) => void;
}

export interface CliOptions {
  /** What it does, in one line of `pi-gw --help`. */
  readonly summary?: string;
}

/** A registered command of the program. */
export interface CliCommand extends CliOptions {
  readonly name: string;
  readonly run: CliHandler;
}
