import { mkdirSync, writeFileSync } from "node:fs";
import { mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stateLayout } from "./state-dir.ts";

/** What differs from session to session in one process: skills and prompt templates, first first. */
export interface SessionResources {
  readonly skills: readonly string[];
  readonly promptTemplates: readonly string[];
}

export const NO_RESOURCES: SessionResources = { skills: [], promptTemplates: [] };

export function isSameResources(one: SessionResources, other: SessionResources): boolean {
  return one === other || JSON.stringify(manifestOf(one)) === JSON.stringify(manifestOf(other));
}

/**
 * A package of ours in one pi, loaded with `-e`, that names the skills and templates of the session which that
 * pi has open. pi reads it anew with each session it opens, and before everything that it finds by itself: what
 * stands here wins over a skill of the same name in the person's own folder, which no extension could bring about.
 */
export class ResourcePackage {
  readonly folder: string;
  #written: SessionResources = NO_RESOURCES;

  /** Writes the package down, still empty: a pi whose `-e` leads nowhere does not start. */
  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(manifestIn(folder), JSON.stringify(manifestOf(NO_RESOURCES)));
  }

  /** The next session that pi opens has these. */
  async offer(resources: SessionResources): Promise<void> {
    if (isSameResources(resources, this.#written)) return;
    const exact = (paths: readonly string[]) => Promise.all(paths.map((path) => this.#exact(path)));
    const manifest = manifestOf({
      skills: await exact(resources.skills),
      promptTemplates: await exact(resources.promptTemplates),
    });
    await writeFile(manifestIn(this.folder), JSON.stringify(manifest));
    this.#written = resources;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** pi takes `*` and `?` for a pattern: such a path is named by a link. */
  async #exact(path: string): Promise<string> {
    if (!/[*?]/.test(path)) return path;
    const link = join(this.folder, "links", Bun.hash(path).toString(36));
    await mkdir(join(this.folder, "links"), { recursive: true });
    await rm(link, { force: true });
    await symlink(path, link);
    return link;
  }
}

/** Where the pi with `mark` has its package. */
export function packageFolder(stateRoot: string, mark: string): string {
  return join(stateLayout(stateRoot).runtime, "resources", mark);
}

/** Removes what killed gateways left behind. Only one gateway runs on a state, so all but `boot`'s is left over. */
export async function removeLeftPackages(stateRoot: string, boot: string): Promise<void> {
  const root = packageFolder(stateRoot, "");
  await mkdir(root, { recursive: true, mode: 0o700 });
  const left = (await readdir(root)).filter((name) => name !== boot);
  await Promise.all(left.map((name) => rm(join(root, name), { recursive: true, force: true })));
}

const manifestIn = (folder: string) => join(folder, "package.json");

function manifestOf({ skills, promptTemplates }: SessionResources) {
  return {
    name: "pi-gateway-session",
    private: true,
    pi: { extensions: [], skills, prompts: promptTemplates },
  };
}
