import manifest from "../package.json";
import { BuiltinChannels } from "./assembly/builtin-channels.ts";
import { assembleAccess } from "./assembly/build-access.ts";
import { buildCommands, buildMenus } from "./assembly/build-commands.ts";
import { buildControl } from "./assembly/build-control.ts";
import { buildDoors } from "./assembly/build-doors.ts";
import { buildErrands } from "./assembly/build-errands.ts";
import { buildFetch, buildProxyFor } from "./assembly/build-fetch.ts";
import { buildLoader } from "./assembly/build-loader.ts";
import { buildPipeline } from "./assembly/build-pipeline.ts";
import { buildPool } from "./assembly/build-pool.ts";
import { buildQuestions } from "./assembly/build-questions.ts";
import { buildRestarts } from "./assembly/build-restarts.ts";
import { buildTools } from "./assembly/build-tools.ts";
import { connectPlugins } from "./assembly/connect-plugins.ts";
import type { Base, GatewayOptions, Lifetime, Parts } from "./assembly/parts.ts";
import { warnAboutAgents } from "./assembly/warn-about-agents.ts";
import { workspacesOf } from "./core/agent-list.ts";
import type { LoadedConfig } from "./core/config.ts";
import { planReload } from "./core/config-diff.ts";
import { LiveConfig } from "./core/config-live.ts";
import type { GatewayControl } from "./core/control.ts";
import type { QuestionDesk } from "./core/question.ts";
import { stateLayout } from "./core/state-dir.ts";
import { makeStateFolders, retractRunFile, writeRunFile } from "./core/state-folders.ts";
import { Router } from "./http/router.ts";
import { systemClock } from "./lib/clock.ts";
import { type Service, startAll, stopAll } from "./lib/service.ts";
import { Retention } from "./pipeline/retention.ts";
import { pageAuthOf } from "./plugins/builtin/index.ts";
import { ChannelIntake } from "./plugins/channel-intake.ts";
import { HookRegistry } from "./plugins/hooks.ts";
import { PluginRegistry } from "./plugins/registry.ts";
import { PluginBackground } from "./plugins/plugin-background.ts";
import { Credentials } from "./security/credentials.ts";
import { openStore } from "./store/open-store.ts";
import { MethodTable } from "./ws/methods.ts";
import { SessionFeed } from "./ws/session-feed.ts";

export type { GatewayOptions, NamedPlugin } from "./assembly/parts.ts";

/** What whoever started the gateway may tell people. */
export interface StartedGateway {
  /** Where this machine reaches the gateway, without a slash at the end. */
  readonly url: string;
  /** The page, with the credential that opens it where there is one. */
  readonly link: string;
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
    await warnAboutAgents(live.config, this.#parts.options.log);
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

  /** The plugin in whose files `error` was thrown, where that can be told. */
  blame(error: unknown): string | undefined {
    return this.#parts.plugins.blame(error);
  }

  get config(): LoadedConfig {
    return this.#parts.live.loaded;
  }
}

/**
 * Intake starts last and stops first; the store starts first and stops last. The doors close after the turns
 * have ended, so that whoever watches one sees its end.
 */
function servicesOf({
  store,
  access,
  builtin,
  credentials,
  webhooks,
  heartbeats,
  delegations,
  cron,
  pool,
  pipeline,
  questions,
  plugins,
  pluginServices,
  channels,
  menus,
  restarts,
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
    workspaces: () => workspacesOf(live.config, rest.layout.workspace),
    clock: systemClock,
    log: rest.options.log,
  });
  return [
    kept,
    access.owners,
    builtin,
    plugins,
    credentials,
    webhooks,
    doors.http,
    webhooks.waiting,
    pool,
    deliverer,
    questions,
    workers,
    receiver,
    pluginServices,
    channels,
    delegations,
    heartbeats,
    cron,
    menus,
    live,
    retention,
    restarts,
  ];
}

/** What needs nothing else; what it calls later, it asks `whole` for. */
function buildBase(options: GatewayOptions, lifetime: Lifetime, whole: () => Parts): Base {
  const { loaded, log } = options;
  const layout = stateLayout(loaded.config.gateway.stateDir);
  const store = openStore({ database: layout.database, lock: layout.lock, clock: systemClock, log });
  const live: LiveConfig = new LiveConfig(loaded, {
    ...options,
    onChange: (now, _before, changed) => applyChange(now, changed, whole()),
  });
  const desk: Pick<QuestionDesk, "approve" | "askOwner"> = {
    approve: (...asked) => whole().questions.approve(...asked),
    askOwner: (...asked) => whole().questions.askOwner(...asked),
  };
  const hooks = new HookRegistry(() => live.config.plugins.hookTimeoutMs, log, desk);
  const registry = new PluginRegistry(hooks, { log, state: store.state, questions: desk });
  const access = assembleAccess({
    config: () => live.config,
    store,
    channel: (to) => registry.channelFor(to),
    clock: systemClock,
    log,
  });
  return { options, lifetime, layout, live, store, hooks, registry, access };
}

/**
 * Builds every part. Parts need each other in circles (a tool that pi calls posts through the pipeline that runs
 * pi), so a builder gets what is there already, and `whole` for what it calls once everything is.
 */
function buildParts(options: GatewayOptions, lifetime: Lifetime): Parts {
  const whole = (): Parts => parts;
  const base = buildBase(options, lifetime, whole);
  const { layout, live, store, registry } = base;
  const { log } = options;
  // Before any plugin: these names are taken.
  const tools = buildTools(base, whole);
  const commands = buildCommands(base, whole);
  const builtin = new BuiltinChannels({
    config: () => live.config,
    registry,
    log,
    ...(options.plugins ? { given: options.plugins } : {}),
  });
  const feed = new SessionFeed({ clock: systemClock });
  const pool = buildPool({ ...base, tools }, whole);
  const questions = buildQuestions({ ...base, feed }, whole);
  const pipeline = buildPipeline({ ...base, pool, feed, questions, commands }, whole);
  const channels = new ChannelIntake(() => registry.channels, {
    receive: (message) => pipeline.receiver.receive(message),
    report: (id, event) => pipeline.receiver.report(id, event),
    fetch: buildFetch(live),
    proxyFor: buildProxyFor(live),
    state: store.state,
    mediaDir: layout.media,
    log,
  });
  const restarts = buildRestarts({ ...base, pipeline });
  const plugins = buildLoader(base, whole);
  const pluginServices = new PluginBackground(registry.services, log);
  const credentials = new Credentials(layout.token, () => ({
    gateway: live.config.gateway.auth,
    page: pageAuthOf(live.config.channels),
  }));
  const http = { router: new Router(), methods: new MethodTable() };
  const running = {
    ...base,
    tools,
    restarts,
    builtin,
    pool,
    pipeline,
    questions,
    commands,
    menus: buildMenus(base, commands),
    channels,
    plugins,
    pluginServices,
    credentials,
    ...buildErrands({ ...base, ...http, pipeline, pool, credentials }),
    feed,
    ...http,
  };
  const control = buildControl(running, whole);
  const doors = buildDoors({ ...running, control });
  connectPlugins(registry, { ...http, channels });
  const parts: Parts = { ...running, control, doors };
  return parts;
}

/** What a changed configuration asks for beyond being read at its next use. */
async function applyChange(
  { config }: LoadedConfig,
  changed: readonly string[],
  parts: Pick<
    Parts,
    "pool" | "doors" | "builtin" | "plugins" | "menus" | "options" | "webhooks" | "heartbeats" | "cron"
  >,
): Promise<void> {
  const { pool, doors, builtin, plugins, menus, options, webhooks, heartbeats, cron } = parts;
  const plan = planReload(changed);
  await warnAboutAgents(config, options.log, changed);
  if (plan.recyclesPool) await pool.recycle();
  await builtin.follow(plan.channels);
  await plugins.follow();
  menus.wake();
  await webhooks.follow();
  heartbeats.wake();
  await cron.follow();
  doors.recheckClients();
}

/** A link that opens the page: the token is in the fragment, which browsers keep to themselves. */
function linkOf(url: string, token: string | undefined): string {
  return token === undefined ? `${url}/` : `${url}/#token=${encodeURIComponent(token)}`;
}
