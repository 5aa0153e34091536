import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AgentError } from "../../src/core/errors.ts";
import { findPi } from "../../src/core/pi-program.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { OWN_PI } from "../fakes/pi-world.ts";

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "pi-program-")));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const find = (piCliPath: string, searchPath = "") => findPi({ piCliPath, searchPath, clock: systemClock });

/** A package as npm installs it: the script inside, a link to it in `bin`. */
async function installed(
  name: string,
  version: string,
): Promise<{ bin: string; cli: string; folder: string }> {
  const folder = join(root, "lib/node_modules", name);
  const cli = join(folder, "dist/cli.js");
  await mkdir(join(folder, "dist"), { recursive: true });
  await mkdir(join(root, "bin"), { recursive: true });
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ name, version, bin: { pi: "dist/cli.js" } }),
  );
  await writeFile(cli, "#!/usr/bin/env node\n", { mode: 0o755 });
  await symlink(cli, join(root, "bin/pi"));
  return { bin: join(root, "bin"), cli, folder };
}

async function script(name: string, text: string): Promise<string> {
  const path = join(root, name);
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
  return path;
}

async function sentenceOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AgentError && error.code === "unavailable") {
      expect(error.userMessage).not.toContain("/no/such");
      return error.message;
    }
    throw error;
  }
  throw new Error("it was found");
}

test("the pi on the PATH is preferred, and run by our Bun without fetching anything", async () => {
  const { bin, cli } = await installed("@earendil-works/pi-coding-agent", "0.87.1");
  expect(await find("pi", `/nonexistent:${bin}`)).toEqual({
    command: [process.execPath, "--no-install", cli],
    env: {},
    path: join(bin, "pi"),
    version: "0.87.1",
    origin: "path",
  });
});

test("without one on the PATH it is the one that comes with the gateway", async () => {
  const own = { command: [process.execPath, "--no-install", OWN_PI], version: "0.73.1", origin: "own" };
  expect(await find("pi")).toMatchObject(own);
  // Which npm puts on the PATH of its scripts: there it is not the person's choice.
  expect(await find("pi", join(import.meta.dir, "../../node_modules/.bin"))).toMatchObject(own);
});

test("a path in the configuration wins: a link, the script, or the folder of the package", async () => {
  const { bin, cli, folder } = await installed("@earendil-works/pi-coding-agent", "1.5.2");
  for (const path of [join(bin, "pi"), cli, folder]) {
    const found = await find(path);
    expect(found).toMatchObject({ path, version: "1.5.2", origin: "configured" });
    expect(found.command.at(-1)).toBe(cli);
  }
});

test("a program that is no such package is run as it is, and asked for its version", async () => {
  const wrapper = await script("my-pi", 'test "$1" = --version && echo "pi 0.99.2 (wrapped)"');
  expect(await find(wrapper)).toEqual({
    command: [wrapper],
    env: {},
    path: wrapper,
    version: "0.99.2",
    origin: "configured",
  });
  expect(await find("my-pi", root)).toMatchObject({ command: [wrapper], version: "0.99.2" });
});

test("a program that does not tell its version has none", async () => {
  expect(await find(await script("quiet", "exit 1"))).not.toHaveProperty("version");
});

test("what cannot be executed is not taken for a program", async () => {
  await writeFile(join(root, "pi"), "text");
  expect((await find("pi", root)).origin).toBe("own");
});

test("a missing pi is one sentence that says what to do", async () => {
  const missing = await sentenceOf(find("/no/such/pi"));
  expect(missing).toContain("/no/such/pi");
  expect(missing).toContain("agent.piCliPath");
  expect(await sentenceOf(find("my-own-pi", root))).toContain("not on the PATH");
});
