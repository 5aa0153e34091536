import type { BuiltinChannels } from "./builtin-channels.ts";
import type { AccessParts } from "./build-access.ts";
import type { Commands } from "./build-commands.ts";
import type { WebhookParts } from "./build-webhooks.ts";
import type { CommandMenus } from "../commands/menus.ts";
import type { GatewayControl } from "../core/control.ts";
import type { LoadedConfig } from "../core/config.ts";
import type { LiveConfig } from "../core/config-live.ts";
import type { Cron } from "../core/cron.ts";
import type { Delegations } from "../core/delegations.ts";
import type { Heartbeats } from "../core/heartbeat.ts";
import type { RpcPool } from "../core/rpc-pool.ts";
import type { StateLayout } from "../core/state-dir.ts";
import type { Store } from "../core/store.ts";
import type { Doors } from "../http/doors.ts";
import type { Router } from "../http/router.ts";
import type { Logger } from "../lib/logger.ts";
import type { Pipeline } from "../pipeline/pipeline.ts";
import type { Questions } from "../pipeline/questions.ts";
import type { Restarts } from "../pipeline/restarts.ts";
import type { ChannelIntake } from "../plugins/channel-intake.ts";
import type { HookRegistry } from "../plugins/hooks.ts";
import type { PluginLoader } from "../plugins/loader.ts";
import type { PluginRegistry } from "../plugins/registry.ts";
import type { PluginBackground } from "../plugins/plugin-background.ts";
import type { Plugin } from "../plugins/types.ts";
import type { Credentials } from "../security/credentials.ts";
import type { ToolBox } from "../tools/index.ts";
import type { MethodTable } from "../ws/methods.ts";
import type { SessionFeed } from "../ws/session-feed.ts";

/** A plugin that is no file of the configuration: built in, or given by whoever starts the gateway. */
export interface NamedPlugin {
  readonly name: string;
  readonly plugin: Plugin;
}

export interface GatewayOptions {
  readonly loaded: LoadedConfig;
  /** Reads the configuration again. Throws `ConfigError` when it cannot be used. */
  readonly load: () => LoadedConfig;
  /** The files that may hold the configuration: watched, also while they do not exist. */
  readonly files: readonly string[];
  readonly log: Logger;
  /** Besides the built-in ones. */
  readonly plugins?: readonly NamedPlugin[];
  /** Stops this gateway softly and starts it anew; without it, it cannot restart itself. */
  readonly restart?: () => void;
}

/** What there is before anything that needs it. */
export interface Base {
  readonly options: GatewayOptions;
  readonly lifetime: Lifetime;
  readonly layout: StateLayout;
  readonly live: LiveConfig;
  readonly hooks: HookRegistry;
  readonly registry: PluginRegistry;
  readonly store: Store;
  readonly access: AccessParts;
}

/** All parts of one gateway. */
export interface Parts extends Base {
  readonly tools: ToolBox;
  readonly pool: RpcPool;
  readonly pipeline: Pipeline;
  readonly questions: Questions;
  readonly restarts: Restarts;
  readonly commands: Commands;
  readonly menus: CommandMenus;
  readonly channels: ChannelIntake;
  readonly builtin: BuiltinChannels;
  /** Those of the configuration. */
  readonly plugins: PluginLoader;
  readonly pluginServices: PluginBackground;
  readonly credentials: Credentials;
  readonly heartbeats: Heartbeats;
  readonly cron: Cron;
  readonly delegations: Delegations;
  readonly webhooks: WebhookParts;
  readonly control: GatewayControl;
  readonly router: Router;
  readonly methods: MethodTable;
  readonly doors: Doors;
  readonly feed: SessionFeed;
}

/** What changes over the life of a gateway and belongs to no part. */
export interface Lifetime {
  readonly startedAtMs: number;
  isStopping: boolean;
}
