import { ModelFailover } from "../../src/core/model-failover.ts";
import { SessionModels } from "../../src/core/session-models.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";

/** The models of a turn with a scripted pi, which has one and takes any other. */
export function scriptedModels(chain: readonly string[] = ["test/scripted"]): SessionModels {
  const failover = new ModelFailover({ settings: () => undefined, clock: systemClock, log: silentLogger });
  const available = chain.map((name) => ({ provider: "test", id: name.slice(name.indexOf("/") + 1) }));
  return new SessionModels({
    turn: failover.begin({ chain }),
    available,
    setModel: async () => {},
    redact: (text) => text,
  });
}
