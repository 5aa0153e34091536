import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BridgeHost } from "../../bridge/host.ts";
import type { PoolStats } from "../../core/agent.ts";
import type { Finding } from "../../core/channel.ts";
import type { LoadedConfig } from "../../core/config.ts";
import { LaunchProfiles } from "../../core/launch-profile.ts";
import { RpcPool } from "../../core/rpc-pool.ts";
import { stateLayout } from "../../core/state-dir.ts";
import { systemClock } from "../../lib/clock.ts";
import { silentLogger } from "../../lib/logger.ts";
import { HookRegistry } from "../../plugins/hooks.ts";

const UP_WITHIN_MS = 20_000;

/**
 * Starts one pi as the gateway would, and says what it is and which model answers: that it is installed, that
 * it speaks our protocol, that it has credentials. Works in a folder of its own and leaves nothing behind.
 */
export async function checkPi(loaded: LoadedConfig): Promise<readonly Finding[]> {
  const folder = await mkdtemp(join(tmpdir(), "pi-gateway-doctor-"));
  const pool = onePi(loaded, folder);
  try {
    await pool.start();
    const stats = await untilUp(pool);
    return [piFinding(stats), ...pool.findings()];
  } finally {
    await pool.stop(AbortSignal.abort());
    await rm(folder, { recursive: true, force: true });
  }
}

function onePi({ config, hiddenVariables }: LoadedConfig, folder: string): RpcPool {
  const layout = stateLayout(folder);
  const agent = { ...config.agent, pool: { ...config.agent.pool, min: 1, max: 1 } };
  const hooks = new HookRegistry(() => config.plugins.hookTimeoutMs, silentLogger);
  const bridge = new BridgeHost({ folder: layout.runtime, hooks, log: silentLogger });
  const profiles = new LaunchProfiles({
    config: () => ({ ...config, agent }),
    layout,
    bridge,
    hiddenVariables: () => hiddenVariables,
    clock: systemClock,
  });
  return new RpcPool({
    settings: () => agent,
    profiles,
    bridge,
    stateRoot: layout.root,
    clock: systemClock,
    log: silentLogger,
  });
}

async function untilUp(pool: RpcPool): Promise<PoolStats> {
  const deadlineMs = systemClock.now() + UP_WITHIN_MS;
  for (;;) {
    const stats = pool.stats();
    const isKnown = stats.pi !== undefined || stats.lastError !== undefined;
    if (isKnown || systemClock.now() >= deadlineMs) return stats;
    await systemClock.sleep(25);
  }
}

function piFinding({ pi, lastError }: PoolStats): Finding {
  if (pi !== undefined) return { level: "ok", subject: "pi", text: `${pi.version} (${pi.path})` };
  return {
    level: "error",
    subject: "pi",
    text: lastError ?? `pi did not come up within ${UP_WITHIN_MS / 1000} s`,
    fix: "Install pi with: npm install -g @mariozechner/pi-coding-agent; or set agent.piCliPath to one that works.",
  };
}
