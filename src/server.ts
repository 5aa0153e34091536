import manifest from "../package.json";
import { BridgeHost } from "./bridge/host.ts";
import type { BrowserChannel } from "./core/browser-channel.ts";
import type { Channel } from "./core/channel.ts";
import type { LoadedConfig } from "./core/config.ts";
import { planReload } from "./core/config-diff.ts";
import { LiveConfig } from "./core/config-live.ts";
import type { GatewayControl } from "./core/control.ts";
import { healthOf } from "./core/health.ts";
import { LaunchProfiles } from "./core/launch-profile.ts";
import { RpcPool } from "./core/rpc-pool.ts";
import { plainRouter } from "./core/session-router.ts";
import { stateLayout, type StateLayout } from "./core/state-dir.ts";
import { makeStateFolders, retractRunFile, writeRunFile } from "./core/state-folders.ts";
import type { Store } from "./core/store.ts";
import { createDoors, type Doors } from "./http/doors.ts";
import { prepareAssets } from "./http/prepare-assets.ts";
import { systemClock } from "./lib/clock.ts";
import type { Logger } from "./lib/logger.ts";
import { type Service, startAll, stopAll } from "./lib/service.ts";
import { assemblePipeline, type Pipeline } from "./pipeline/pipeline.ts";
import { Retention } from "./pipeline/retention.ts";
import { sayTo } from "./pipeline/say.ts";
import { builtinPlugins, pageAuthOf } from "./plugins/builtin/index.ts";
import { ChannelIntake } from "./plugins/channel-intake.ts";
import { HookRegistry } from "./plugins/hooks.ts";
import { PluginRegistry } from "./plugins/registry.ts";
import type { Plugin } from "./plugins/types.ts";
import { admitAuthenticated } from "./security/access-control.ts";
import { Credentials } from "./security/credentials.ts";
import { GatewayAuth } from "./security/gateway-auth.ts";
import { redactConfig } from "./security/redact.ts";
import { openStore } from "./store/open-store.ts";
import { pageAssets } from "./web/assets.ts";
import { registerMessageMethods } from "./ws/methods/message.ts";
import { SessionFeed } from "./ws/session-feed.ts";

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
}

/** What whoever started the gateway may tell people. */
export interface StartedGateway {
  /** Where this machine reaches the gateway, without a slash at the end. */
  readonly url: string;
  /** The page, with the credential that opens it where there is one. */
  readonly link: string;
}

/** All parts of one gateway. */
interface Parts {
  readonly options: GatewayOptions;
  readonly layout: StateLayout;
  readonly live: LiveConfig;
  readonly hooks: HookRegistry;
  readonly registry: PluginRegistry;
  readonly store: Store;
  readonly pool: RpcPool;
  readonly pipeline: Pipeline;
  readonly channels: ChannelIntake;
  readonly credentials: Credentials;
  readonly control: GatewayControl;
  readonly doors: Doors;
}

/**
 * The gateway: all its parts, and the one order in which they start and stop. Building it does nothing
 * yet; `start` rejects with `StoreError` "locked" while another gateway runs on the same state.
 */
export class Gateway {
  readonly #parts: Parts;
  readonly #services: readonly Service[];
  readonly #lifetime: Lifetime;

  constructor(options: GatewayOptions) {
    this.#lifetime = { startedAtMs: systemClock.now(), isStopping: false };
    this.#parts = buildParts(options, this.#lifetime);
    this.#services = servicesOf(this.#parts);
  }

  async start(): Promise<StartedGateway> {
    const { layout, live, hooks, credentials, doors } = this.#parts;
    await makeStateFolders(layout);
    await startAll(this.#services, AbortSignal.abort());
    const url = doors.url();
    const { startedAtMs } = this.#lifetime;
    await writeRunFile(layout, { pid: process.pid, url, version: manifest.version, startedAtMs });
    await hooks.run("gateway_start", { config: live.config });
    return { url, link: linkOf(url, credentials.pageToken) };
  }

  /** Soft until `hard` aborts: turns may finish, what is posted is delivered. */
  async stop(hard: AbortSignal): Promise<void> {
    this.#lifetime.isStopping = true;
    await this.#parts.hooks.run("gateway_stop", {});
    await stopAll(this.#services, hard);
    await retractRunFile(this.#parts.layout);
  }

  /** What may be asked of it while it runs. */
  get control(): GatewayControl {
    return this.#parts.control;
  }

  get config(): LoadedConfig {
    return this.#parts.live.loaded;
  }
}

/** What changes over the life of a gateway and belongs to no part. */
interface Lifetime {
  readonly startedAtMs: number;
  isStopping: boolean;
}

/**
 * Intake starts last and stops first; the store starts first and stops last. The doors close after the turns
 * have ended, so that whoever watches one sees its end.
 */
function servicesOf({
  store,
  credentials,
  pool,
  pipeline,
  channels,
  doors,
  live,
  ...rest
}: Parts): Service[] {
  const { deliverer, workers, receiver } = pipeline;
  const kept: Service = { name: "store", start: () => store.open(), stop: () => store.close() };
  const retention = new Retention({
    store,
    config: () => live.config,
    mediaDir: rest.layout.media,
    clock: systemClock,
    log: rest.options.log,
  });
  return [kept, credentials, doors.http, pool, deliverer, workers, receiver, channels, live, retention];
}

function buildParts(options: GatewayOptions, lifetime: Lifetime): Parts {
  const { loaded, log } = options;
  const layout = stateLayout(loaded.config.gateway.stateDir);
  const store = openStore({ database: layout.database, lock: layout.lock, clock: systemClock, log });
  const live: LiveConfig = new LiveConfig(loaded, {
    ...options,
    onChange: (now, _before, changed) => applyChange(now, changed, { pool, doors }),
  });
  const hooks = new HookRegistry(() => live.config.plugins.hookTimeoutMs, log);
  const registry = new PluginRegistry(hooks);
  setUpPlugins(options, registry);
  const pool = buildPool(layout, live, hooks, log);
  const feed = new SessionFeed({ clock: systemClock });
  const pipeline = buildPipeline({ options, layout, live, hooks, registry, store, pool, feed });
  const channels = new ChannelIntake(() => registry.channels, {
    receive: (message) => pipeline.receiver.receive(message),
    report: (id, event) => pipeline.receiver.report(id, event),
    state: store.state,
    mediaDir: layout.media,
    log,
  });
  const credentials = new Credentials(layout.token, () => ({
    gateway: live.config.gateway.auth,
    page: pageAuthOf(live.config.channels),
  }));
  const recheckClients = () => doors.recheckClients();
  const control = buildControl({
    lifetime,
    live,
    registry,
    pool,
    pipeline,
    channels,
    credentials,
    recheckClients,
  });
  const doors = buildDoors({ options, live, registry, store, pipeline, credentials, control, feed });
  return {
    options,
    layout,
    live,
    hooks,
    registry,
    store,
    pool,
    pipeline,
    channels,
    credentials,
    control,
    doors,
  };
}

function buildPool(layout: StateLayout, live: LiveConfig, hooks: HookRegistry, log: Logger): RpcPool {
  const bridge = new BridgeHost({ folder: layout.runtime, hooks, log });
  const profiles = new LaunchProfiles({
    config: () => live.config,
    layout,
    bridge,
    hiddenVariables: () => live.loaded.hiddenVariables,
    clock: systemClock,
  });
  const settings = () => live.config.agent;
  return new RpcPool({ settings, profiles, bridge, stateRoot: layout.root, clock: systemClock, log });
}

/** The built-in plugins that the configuration asks for, then those that were given. */
function setUpPlugins({ loaded, log, plugins = [] }: GatewayOptions, registry: PluginRegistry): void {
  const { config } = loaded;
  const builtin = builtinPlugins.filter((one) => one.isEnabled(config.channels[one.name]));
  for (const { name, plugin } of [...builtin, ...plugins]) {
    void plugin(registry.apiFor(name, config, config.channels[name], log));
  }
}

type PipelineNeeds = Pick<Parts, "options" | "layout" | "live" | "hooks" | "registry" | "store" | "pool"> & {
  readonly feed: SessionFeed;
};

function buildPipeline({
  options,
  layout,
  live,
  hooks,
  registry,
  store,
  pool,
  feed,
}: PipelineNeeds): Pipeline {
  return assemblePipeline({
    store,
    pool,
    hooks,
    events: feed,
    access: admitAuthenticated,
    router: plainRouter,
    channel: (to) => registry.channelFor(to),
    streamingMode: () => "partial",
    config: () => live.config,
    folders: {
      sessions: layout.sessions,
      workspace: () => live.config.agent.workspace ?? layout.workspace,
    },
    worker: crypto.randomUUID(),
    clock: systemClock,
    log: options.log,
  });
}

type ControlNeeds = Pick<Parts, "live" | "registry" | "pool" | "pipeline" | "channels" | "credentials"> & {
  readonly lifetime: Lifetime;
  /** Closes what came in with a credential that no longer counts. */
  readonly recheckClients: () => void;
};

function buildControl(needs: ControlNeeds): GatewayControl {
  const { lifetime, live, registry, pool, pipeline, channels, credentials, recheckClients } = needs;
  return {
    health: () =>
      healthOf({
        ...lifetime,
        version: manifest.version,
        nowMs: systemClock.now(),
        pool: pool.stats(),
        channels: registry.channels,
        storeProblem: pipeline.receiver.problem,
        channelFailures: channels.failures,
      }),
    abort: (session) => pipeline.workers.stopTurn(session, "asked"),
    kill: (session) => pipeline.endSession(session),
    reloadConfig: async () => {
      // A rotated token is in a file of its own, which is no part of the configuration.
      await credentials.start();
      const report = await live.reload();
      recheckClients();
      return report;
    },
    configForDisplay: () => redactConfig(live.loaded, credentials.generated),
  };
}

type DoorsNeeds = Pick<
  Parts,
  "options" | "live" | "registry" | "store" | "pipeline" | "credentials" | "control"
> & {
  readonly feed: SessionFeed;
};

function buildDoors(needs: DoorsNeeds): Doors {
  const { options, live, registry, store, pipeline, credentials, control, feed } = needs;
  const doors = createDoors({
    bind: options.loaded.bind,
    port: live.config.gateway.port,
    origins: () => live.config.gateway,
    auth: new GatewayAuth({ settings: () => credentials.settings, clock: systemClock }),
    store,
    control,
    browser: registry.channels.find(isBrowserChannel),
    assets: prepareAssets(pageAssets),
    feed,
    log: options.log,
    clock: systemClock,
  });
  registerMessageMethods(doors.methods, (to, text, key) =>
    sayTo(to, text, key, (place) => registry.channelFor(place), pipeline),
  );
  return doors;
}

function isBrowserChannel(channel: Channel): channel is Channel & BrowserChannel {
  return "accept" in channel;
}

/** What a changed configuration asks for beyond being read at its next use. */
async function applyChange(
  now: LoadedConfig,
  changed: readonly string[],
  { pool, doors }: { pool: RpcPool; doors: Doors },
): Promise<void> {
  const plan = planReload(changed);
  if (plan.recyclesPool) await pool.recycle();
  doors.recheckClients();
}

/** A link that opens the page: the token is in the fragment, which browsers keep to themselves. */
function linkOf(url: string, token: string | undefined): string {
  return token === undefined ? `${url}/` : `${url}/#token=${encodeURIComponent(token)}`;
}
