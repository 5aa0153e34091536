import { delimiter, dirname, relative, sep } from "node:path";

/** What of this process says how it was started. */
export interface Start {
  /** Set by the launcher in `bin/`. */
  readonly launcher: string | undefined;
  readonly execPath: string;
  /** The script that runs; inside a standalone binary it does not exist on disk. */
  readonly script: string;
  readonly searchPath: string;
  readonly cwd: string;
}

/**
 * The words that start this program again from where the person is: `npx pi-gw` from a clone, `pi-gw` when it
 * is installed, `bun run src/cli.ts` as the guide has it, or the path of a standalone binary. For hints.
 */
export function startedAs(start: Start = ownStart()): string {
  if (isStandalone(start.script)) {
    const onPath = start.searchPath.split(delimiter).includes(dirname(start.execPath));
    return onPath ? "pi-gw" : fromHere(start.cwd, start.execPath);
  }
  return start.launcher ?? `bun run ${fromHere(start.cwd, start.script, "")}`;
}

function ownStart(): Start {
  return {
    launcher: process.env["PI_GATEWAY_STARTED_AS"],
    execPath: process.execPath,
    script: Bun.main,
    searchPath: process.env["PATH"] ?? "",
    cwd: process.cwd(),
  };
}

/** Bun keeps the files of a standalone binary under a path of its own. */
function isStandalone(script: string): boolean {
  return script.includes("$bunfs") || script.includes("~BUN");
}

function fromHere(cwd: string, path: string, prefix = `.${sep}`): string {
  const way = relative(cwd, path);
  return way.startsWith("..") ? path : prefix + way;
}
