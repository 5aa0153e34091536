import { NameTakenError } from "../core/errors.ts";
import type { Match, Route, RouteCall, Router } from "../http/router.ts";
import { exchange } from "../plugins/http-exchange.ts";
import type { ChannelIntake } from "../plugins/channel-intake.ts";
import type { PluginRegistry } from "../plugins/registry.ts";
import type { Registration } from "../plugins/registrations.ts";
import type { PluginRoute } from "../plugins/http-route.ts";
import { forClient } from "../plugins/for-client.ts";
import type { GatewayMethod } from "../plugins/types.ts";
import { anyParams, type MethodTable } from "../ws/methods.ts";

const OWN = "pi-gateway";
const SOCKET_PATH = "/ws";
const MOST_BODY_BYTES = 32 * 1024 * 1024;
const METHOD_LIMIT_MS = 60_000;

/** Where what plugins add takes effect. */
export interface PluginTargets {
  readonly router: Router;
  readonly methods: MethodTable;
  readonly channels: ChannelIntake;
}

/**
 * Puts the routes and methods of plugins behind the gateway's doors, and starts and stops their channels, now and
 * as they come and go. What the gateway has itself is taken: call it once that is there.
 */
export function connectPlugins(
  { routes, methods, channelList }: Pick<PluginRegistry, "routes" | "methods" | "channelList">,
  doors: PluginTargets,
): void {
  channelList.watch({
    added: ({ value }) => doors.channels.add(value),
    removed: ({ value }) => doors.channels.remove(value),
  });
  const open = new Map<string, Disposable>();
  const close = (name: string) => {
    open.get(name)?.[Symbol.dispose]();
    open.delete(name);
  };
  const ofPlugins = new WeakSet<Route>();
  routes.watch({
    added: (entry) => {
      const { method, path } = entry.value;
      refuseOwn(doors.router.match(method, path), entry.value, ofPlugins);
      const route = routeOf(entry);
      open.set(entry.name, doors.router.add(method, path, route));
      ofPlugins.add(route);
    },
    removed: ({ name }) => close(name),
  });
  methods.watch({
    added: (entry) => {
      if (entry.name === "connect" || doors.methods.names.includes(entry.name)) {
        throw new NameTakenError(`the method ${entry.name} is already registered by ${OWN}`);
      }
      open.set(`method ${entry.name}`, doors.methods.register(entry.name, methodOf(entry)));
    },
    removed: ({ name }) => close(`method ${name}`),
  });
}

/** A route of ours that answers this path already, by its own pattern or by the very path. */
function refuseOwn(match: Match, { method, path }: PluginRoute, ofPlugins: WeakSet<Route>): void {
  const isOwn = match.kind === "found" && !ofPlugins.has(match.route);
  if (!isOwn && path !== SOCKET_PATH && !path.startsWith(`${SOCKET_PATH}/`)) return;
  throw new NameTakenError(`the route ${method} ${path} is already registered by ${OWN}`);
}

function routeOf({ value, owner }: Registration<PluginRoute>): Route {
  const { auth, maxBodyBytes, hosts } = value.options;
  return {
    // A webhook's secret may stand in its address, which is refused elsewhere.
    auth: auth === "none" ? "own" : "admin",
    ...(maxBodyBytes === undefined ? {} : { maxBodyBytes: Math.min(maxBodyBytes, MOST_BODY_BYTES) }),
    ...(hosts === undefined ? {} : { hosts }),
    run: (call: RouteCall) => exchange(value, owner, call),
  };
}

function methodOf({ name, value, owner }: Registration<GatewayMethod>) {
  return {
    access: "admin" as const,
    params: anyParams,
    run: (params: Record<string, unknown>) => forClient(owner, name, METHOD_LIMIT_MS, () => value(params)),
  };
}
