import { homedir } from "node:os";
import { join } from "node:path";
import { workspaceOf } from "../core/agent-list.ts";
import { errandOf } from "../core/errand.ts";
import type { Outlet } from "../core/outlet.ts";
import { configuredRouter, routeTo } from "../core/session-router.ts";
import { systemClock } from "../lib/clock.ts";
import { RateLimit } from "../lib/rate-limit.ts";
import { addressOf } from "../pipeline/turn.ts";
import { ownTools, ToolBox, type ToolParts } from "../tools/index.ts";
import type { Base, Parts } from "./parts.ts";

/** The gateway's own tools in the registry, where no plugin can take their names, and the box that runs all. */
export function buildTools(base: Base, whole: () => Parts): ToolBox {
  const { registry, store, options } = base;
  const parts = toolParts(base, whole);
  for (const tool of ownTools(parts)) registry.tools.add(tool.name, tool, "the gateway");
  return new ToolBox({
    tools: () => registry.tools.values,
    turn: parts.turn,
    sessions: store.sessions,
    log: options.log,
  });
}

function toolParts(base: Base, whole: () => Parts): ToolParts {
  const { live, layout, registry, store, access } = base;
  const writing = new RateLimit(() => WRITES, systemClock);
  return {
    config: () => live.config,
    owners: access.owners,
    turn: turnOf(base, whole),
    channel: (to) => registry.channelFor(to),
    sessions: store.sessions,
    outbox: store.outbox,
    outlet: outletOf(whole),
    control: {
      reloadConfig: () => whole().control.reloadConfig(),
      restart: (asker) => whole().control.restart(asker),
      sessionStatus: (session) => whole().control.sessionStatus(session),
    },
    folders: {
      workspace: (agent) => workspaceOf(live.config, agent, layout.workspace),
      media: layout.media,
      // Our own state, and pi's folder with its login.
      closed: () => [layout.root, live.config.agent.runtime.agentDir ?? join(homedir(), ".pi", "agent")],
    },
    delegations: () => whole().delegations,
    errands: () => whole().pipeline.errands,
    mayWrite: (from) => writing.take(from) === 0,
    cron: () => whole().cron.desk,
  };
}

/** Messages of one conversation into others. */
const WRITES = { perMinute: 6, burst: 6 };

/** The turn of a session, as tools see it. */
function turnOf({ live, registry }: Base, whole: () => Parts): ToolParts["turn"] {
  const boot = crypto.randomUUID();
  return (session) => {
    const running = whole().pipeline.workers.running(session);
    if (!running) return undefined;
    const { turn, messages } = running;
    const { id } = turn;
    const attempt = `${boot}/${turn.attempt}`;
    const to = errandOf(turn)?.to;
    const channel = to && registry.channelFor(to);
    if (!to || !channel) return { id, attempt, chat: addressOf(turn), messages };
    // What the gateway itself asks has the chat in which its answer is said.
    const router = configuredRouter(() => live.config);
    return { id, attempt, chat: to, chatSession: routeTo(to, channel, router).session, messages };
  };
}

function outletOf(whole: () => Parts): Outlet {
  return {
    say: (...said) => whole().pipeline.outlet.say(...said),
    change: (...change) => whole().pipeline.outlet.change(...change),
  };
}
