import { join } from "node:path";
import type { PiProgram } from "../src/core/pi-program.ts";
import { GatewayProcess } from "../test/fakes/gateway-process.ts";
import { introduceModel, MODEL, type RunningModel, startModel } from "./model.ts";

/** What Bun has compiled once need not be compiled for each pi: as at home, from the second start on. */
export const COMPILED = join(import.meta.dir, "../.cache/bun-transpiler");

/** A gateway with a pi and the measuring model, on a home of its own. */
export interface Place extends AsyncDisposable {
  readonly gateway: GatewayProcess;
  readonly model: RunningModel;
}

export interface PlaceSetup {
  readonly program: PiProgram;
  /** The section `agent.pool`. */
  readonly pool?: object;
}

/** A gateway that has not been started yet. */
export async function makePlace({ program, pool = {} }: PlaceSetup): Promise<Place> {
  const model = await startModel();
  const gateway = new GatewayProcess({
    config: { agent: { piCliPath: program.path, model: MODEL, pool } },
    env: { BUN_RUNTIME_TRANSPILER_CACHE_PATH: COMPILED },
  });
  introduceModel(join(gateway.home, ".pi/agent"), model);
  return {
    gateway,
    model,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await model[Symbol.asyncDispose]();
    },
  };
}

/** The same, running, its first pi up. */
export async function openPlace(setup: PlaceSetup): Promise<Place> {
  const place = await makePlace(setup);
  await place.gateway.start();
  return place;
}

export const sessionOf = (chat: string): string => `agent:main:webchat:dm:${chat}`;
