import { BridgeHost } from "../bridge/host.ts";
import type { UiAudience } from "../bridge/ui-requests.ts";
import { LaunchProfiles } from "../core/launch-profile.ts";
import { RpcPool } from "../core/rpc-pool.ts";
import { systemClock } from "../lib/clock.ts";
import type { Base, Parts } from "./parts.ts";

/** The pi processes, and our end of the bridge into them. */
export function buildPool(needs: Base & Pick<Parts, "tools">, whole: () => Parts): RpcPool {
  const { layout, live, hooks, tools, options } = needs;
  const { log } = options;
  const bridge = new BridgeHost({ folder: layout.runtime, hooks, tools, log, ...audience(whole) });
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

/** Whom extensions of pi reach: the chats, through the desk, and whoever watches. */
function audience(whole: () => Parts): Pick<UiAudience, "questions" | "onNotice"> {
  return {
    questions: { ask: (session, question, signal) => whole().questions.ask(session, question, signal) },
    onNotice: (session, notice) => {
      const { feed, pipeline } = whole();
      const turn = pipeline.workers.running(session)?.turn.id;
      if (turn !== undefined) feed.publish(session, { kind: "notice", turn, ...notice });
    },
  };
}
