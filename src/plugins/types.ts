/** Everything a plugin author may import, and nothing else: `import type { … } from "pi-gateway"`. */
import type { Channel } from "../core/channel.ts";
import type { Config } from "../core/config-schema.ts";
import type { HookHandler, HookName } from "../core/hooks.ts";
import type { Logger } from "../lib/logger.ts";

export type * from "../core/browser-channel.ts";
export type * from "../core/channel.ts";
export type * from "../core/hooks.ts";
export type * from "../core/message.ts";
export type { SessionKey } from "../core/session-key.ts";
export { ChannelError, RequestError } from "../core/errors.ts";
export { formatSessionKey, parseSessionKey } from "../core/session-key.ts";

export type Plugin = (api: GatewayPluginApi) => void | Promise<void>;

/**
 * What a plugin can add. Each call returns a handle that takes the addition back, so a plugin needs
 * no `unload`. A name already taken throws: two plugins never fight silently.
 */
export interface GatewayPluginApi {
  /** The plugin's id. */
  readonly name: string;
  readonly config: Config;
  /** This plugin's own section of the configuration, as its schema made it. */
  readonly options: unknown;
  readonly log: Logger;

  registerChannel(channel: Channel): Disposable;
  registerHook<const Names extends readonly HookName[]>(
    names: Names,
    handler: HookHandler<Names[number]>,
  ): Disposable;
}
