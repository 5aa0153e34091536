import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { workspaceOf } from "../core/agent-list.ts";
import { Budgets } from "../core/budget.ts";
import { Heartbeats } from "../core/heartbeat.ts";
import { MovedChats } from "../core/moved-chats.ts";
import { configuredRouter } from "../core/session-router.ts";
import { systemClock } from "../lib/clock.ts";
import type { Base, Parts } from "./parts.ts";

/** What an agent looks after, in its workspace. */
const LIST = "HEARTBEAT.md";

/** Agents that look around by themselves. */
export function buildHeartbeats(needs: Base & Pick<Parts, "pipeline">): Heartbeats {
  const { options, layout, live, registry, store, access, pipeline } = needs;
  const budgets = new Budgets({
    settings: () => live.config.agent.budget,
    usage: store.usage,
    clock: systemClock,
  });
  return new Heartbeats({
    config: () => live.config,
    state: store.state,
    errands: pipeline.errands,
    usage: store.usage,
    exceededBy: (turn) => budgets.exceededBy(turn),
    owners: access.owners,
    movedTo: (to) => new MovedChats(store.state).now(to),
    router: configuredRouter(() => live.config),
    channel: (to) => registry.channelFor(to),
    isBusy: (session) => pipeline.isBusy(session),
    hasSomethingToDo: (agent) =>
      hasSomethingToDo(join(workspaceOf(live.config, agent, layout.workspace), LIST)),
    clock: systemClock,
    log: options.log.child({ part: "heartbeat" }),
  });
}

/** Without a list the prompt says what there is to do; a list of headings and empty lines says that it is nothing. */
export async function hasSomethingToDo(file: string): Promise<boolean> {
  try {
    const text = await readFile(file, "utf8");
    return text
      .replaceAll(/<!--[\s\S]*?-->/g, "")
      .split("\n")
      .some((line) => !/^\s*(#.*|[-*]\s*(\[ \]\s*)?)?$/.test(line));
  } catch {
    // There is no list, or it cannot be read: whoever is asked finds out.
    return true;
  }
}
