import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { RunFile, StateLayout } from "../core/state-dir.ts";

const ANSWER_WITHIN_MS = 3_000;

const runFileSchema = z.object({
  pid: z.int().positive(),
  url: z.url(),
  version: z.string(),
  startedAtMs: z.number(),
});

const healthSchema = z.record(z.string(), z.unknown());

/** A gateway that holds a state folder and answers. */
export interface RunningGateway {
  readonly run: RunFile;
  /** What `/health` says to the bearer of the credential, or to anybody without one. */
  readonly health: Readonly<Record<string, unknown>>;
}

/** The gateway that runs on this state, or undefined: a `run.json` that a crash left behind is not one. */
export async function findRunning(
  layout: StateLayout,
  credential?: string,
): Promise<RunningGateway | undefined> {
  const run = await readRunFile(layout.runFile);
  if (run === undefined || !isAlive(run.pid)) return undefined;
  const health = await askHealth(run.url, credential);
  return health === undefined ? undefined : { run, health };
}

/** What `run.json` holds, whether or not that process still lives; undefined if it is missing or no such file. */
export async function readRunFile(path: string): Promise<RunFile | undefined> {
  try {
    return runFileSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    // Missing or half-written: no gateway announced itself here.
    return undefined;
  }
}

async function askHealth(url: string, credential: string | undefined) {
  const headers = credential === undefined ? {} : { authorization: `Bearer ${credential}` };
  const path = credential === undefined ? "/health" : "/health?detail=1";
  try {
    const response = await fetch(url + path, { headers, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    return healthSchema.parse(await response.json());
  } catch {
    // Nobody listens there, or it is not a gateway.
    return undefined;
  }
}

/** Signal 0 only asks whether the process is there. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
