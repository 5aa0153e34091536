import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "jsonc-parser";
import manifest from "../package.json";

const ROOT = resolve(import.meta.dir, "..");
const INSTALL_MS = 300_000;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "install-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }), INSTALL_MS);

function run(cwd: string, ...command: string[]) {
  const { exitCode, stdout, stderr } = Bun.spawnSync(command, { cwd });
  return { exitCode, output: `${stdout.toString()}${stderr.toString()}` };
}

test(
  "npm ci passes in an empty clone, without install scripts too, and the command works in it",
  () => {
    const clone = join(folder, "clone");
    expect(run(folder, "git", "clone", "--quiet", ROOT, clone)).toMatchObject({ exitCode: 0 });
    const ci = ["npm", "ci", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"];
    expect(run(clone, ...ci)).toMatchObject({ exitCode: 0 });
    const version = run(clone, "node", "bin/pi-gw.mjs", "--version");
    expect(version).toEqual({ exitCode: 0, output: `${manifest.version}\n` });
  },
  INSTALL_MS,
);

test(
  "installed for the whole machine it runs plugins from anywhere: their imports are the gateway's, their types are there",
  async () => {
    const packed = run(ROOT, "npm", "pack", "--silent", "--ignore-scripts", `--pack-destination=${folder}`);
    expect(packed.exitCode).toBe(0);
    const archive = join(folder, packed.output.trim().split("\n").at(-1) ?? "");
    const prefix = join(folder, "global");
    const offline = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"];
    expect(run(folder, "npm", "install", "-g", `--prefix=${prefix}`, ...offline, archive)).toMatchObject({
      exitCode: 0,
    });
    const home = join(folder, "elsewhere");
    await mkdir(home);
    const env = { PATH: process.env["PATH"] ?? "", HOME: home, NO_COLOR: "1" };
    const installed = (...args: string[]) =>
      Bun.spawnSync([join(prefix, "bin/pi-gw"), ...args], { cwd: home, env }).stdout.toString();
    expect(installed("plugin", "new", "hello")).toContain("Wrote plugins/hello");
    await writeFile(
      join(home, "plugins/hello/index.ts"),
      `import { ChannelError, type GatewayPluginApi } from "pi-gateway";
       export default (api: GatewayPluginApi) =>
         void api.registerCli("probe", ({ print }) => print(new ChannelError("not-found", "x").code));`,
    );
    expect(installed("probe")).toBe("not-found\n");
    expect(installed("plugin", "list")).toContain("hello 0.1.0  can be loaded");
    const types = join(prefix, "lib/node_modules/pi-gateway/types/index.d.ts");
    expect(await readFile(types, "utf8")).toContain("export interface GatewayPluginApi");
  },
  INSTALL_MS,
);

test("npm and bun install the same versions", async () => {
  const npm = JSON.parse(await readFile(join(ROOT, "package-lock.json"), "utf8")) as {
    packages: Record<string, { version: string; name?: string }>;
  };
  const bun = parse(await readFile(join(ROOT, "bun.lock"), "utf8")) as {
    packages: Record<string, [string]>;
  };
  const inNpm = Object.entries(npm.packages)
    .filter(([path]) => path !== "")
    .map(
      ([path, { version, name = path.slice(path.lastIndexOf("node_modules/") + 13) }]) =>
        `${name}@${version}`,
    );
  const inBun = Object.values(bun.packages).map(([nameAndVersion]) => nameAndVersion);
  const once = (names: readonly string[]) => [...new Set(names)].toSorted();
  expect(once(inBun)).toEqual(once(inNpm));
});

test("the locks name no registry, so that everybody's own is used", async () => {
  for (const lock of ["package-lock.json", "bun.lock"]) {
    const text = await readFile(join(ROOT, lock), "utf8");
    expect(text, lock).not.toContain('"resolved"');
    expect(text, lock).not.toMatch(/https?:\/\/[^"]*(registry|\.tgz)/);
  }
});

test("every direct dependency is pinned to one version", () => {
  const wanted = { ...manifest.dependencies, ...manifest.devDependencies };
  const loose = Object.entries(wanted).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
  expect(loose).toEqual([]);
});
