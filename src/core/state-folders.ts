import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import type { RunFile, StateLayout } from "./state-dir.ts";

/** Makes what is missing of the state; all of it is for the person alone (0700). */
export async function makeStateFolders(layout: StateLayout): Promise<void> {
  const { root, sessions, media, logs, workspace, runtime } = layout;
  for (const folder of [root, sessions, media, logs, workspace, runtime]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }
  await chmod(root, 0o700);
}

/** Tells client commands where the gateway is. Take it back with `retractRunFile`. */
export async function writeRunFile(layout: StateLayout, run: RunFile): Promise<void> {
  await writeFile(layout.runFile, JSON.stringify(run), { mode: 0o600 });
}

export async function retractRunFile(layout: StateLayout): Promise<void> {
  await rm(layout.runFile, { force: true });
}
