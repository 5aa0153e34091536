import { access, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
// As text, so that they are inside the standalone binary too.
import demoModel from "./demo-model.ts" with { type: "text" };
import extension from "./extension.ts" with { type: "text" };
import goOn from "./go-on.ts" with { type: "text" };
import forgetBun from "./forget-bun.ts" with { type: "text" };
import slim from "./slim.ts" with { type: "text" };

/** The files that pi loads from us, by absolute path. */
export interface RuntimeFiles {
  readonly extension: string;
  readonly slim: string;
  readonly demoModel: string;
  readonly forgetBun: string;
  readonly goOn: string;
}

/**
 * Writes what pi loads from us into `folder`, as plain scripts. The name holds the content's hash: a file
 * that is there is right, and an older gateway's pi keeps its own.
 */
export async function writeRuntimeFiles(folder: string): Promise<RuntimeFiles> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return {
    extension: await writeScript(folder, "bridge", extension),
    slim: await writeScript(folder, "slim", slim),
    demoModel: await writeScript(folder, "demo-model", demoModel),
    forgetBun: await writeScript(folder, "forget-bun", forgetBun),
    goOn: await writeScript(folder, "go-on", goOn),
  };
}

/** `source` is typed as the module that the file also is; imported as text it is its text. */
async function writeScript(folder: string, name: string, source: unknown): Promise<string> {
  const script = new Bun.Transpiler({ loader: "ts", target: "node" }).transformSync(String(source));
  const file = join(folder, `${name}-${Bun.hash(script).toString(36)}.mjs`);
  if (await isThere(file)) return file;
  const unfinished = `${file}.${process.pid}.tmp`;
  await writeFile(unfinished, script, { mode: 0o600 });
  await rename(unfinished, file);
  return file;
}

async function isThere(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    // Not there, or not readable: writing it anew mends both, or says why not.
    return false;
  }
}
