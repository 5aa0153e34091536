import { readFile, stat } from "node:fs/promises";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { z } from "zod";
import type { JsonSchema } from "../core/tool.ts";
import { PluginError } from "./plugin-error.ts";

/** Where a plugin is, and what it says about itself. */
export interface PluginSource {
  readonly id: string;
  readonly version?: string;
  /** The folder that holds its files. */
  readonly folder: string;
  /** The file whose default export is called. */
  readonly main: string;
  /** What its options have to look like. */
  readonly configSchema?: JsonSchema;
}

/** The file in a plugin's folder that says what it is. */
export const MANIFEST = "pi-gateway.plugin.json";
/** The same inside a `package.json`. */
const PACKAGE_FIELD = "pi-gateway";

const MAINS = ["index.ts", "index.tsx", "index.js", "index.mjs"];
const PACKAGE_NAME = /^(@[\w.-]+\/)?\w[\w.-]*$/;
const ID = /^@?[A-Za-z0-9][\w.-]*(\/[\w.-]+)?$/;

const manifestSchema = z.looseObject({
  id: z.string().regex(ID, "expected letters, digits, _, - and .").optional(),
  version: z.string().optional(),
  main: z.string().min(1).optional(),
  configSchema: z.record(z.string(), z.unknown()).optional(),
});

const packageSchema = z.looseObject({
  version: z.string().optional(),
  main: z.string().optional(),
  module: z.string().optional(),
  [PACKAGE_FIELD]: manifestSchema.optional(),
});

type Manifest = z.output<typeof manifestSchema>;

/**
 * Finds the plugin that an entry of the configuration names: a file, a folder, or the name of a package, which
 * is looked for from `configFolder` upwards and then beside the gateway. Throws {@link PluginError}.
 */
export async function findPlugin(path: string, configFolder: string): Promise<PluginSource> {
  const kind = await kindOf(path);
  if (kind === "file") return fromFile(path);
  if (kind === "folder") return fromFolder(path, basename(path));
  const name = relative(configFolder, path).replaceAll("\\", "/");
  const found = PACKAGE_NAME.test(name) ? await findPackage(name, configFolder) : undefined;
  if (found !== undefined) return fromFolder(found, name);
  const orPackage = PACKAGE_NAME.test(name) ? `, and no package "${name}" is installed` : "";
  throw new PluginError(
    `${path} does not exist${orPackage}`,
    `Correct its place; paths start at ${configFolder}.`,
  );
}

/** A file without a manifest is called like itself, an `index` like its folder. */
async function fromFile(main: string): Promise<PluginSource> {
  const folder = dirname(main);
  const name = basename(main, extname(main));
  const manifest = await readManifest(folder);
  const isMeant = manifest !== undefined && (await mainOf(folder, manifest)) === main;
  return sourceOf(folder, main, isMeant ? manifest : {}, name === "index" ? basename(folder) : name);
}

async function fromFolder(folder: string, name: string): Promise<PluginSource> {
  const manifest = (await readManifest(folder)) ?? {};
  const main = await mainOf(folder, manifest);
  if (main !== undefined) return sourceOf(folder, main, manifest, name);
  const missing = manifest.main === undefined ? MAINS[0] : manifest.main;
  throw new PluginError(
    `${folder} has no ${missing}`,
    `Create it, or name the plugin's file as "main" in ${MANIFEST}.`,
  );
}

function sourceOf(folder: string, main: string, manifest: Manifest, name: string): PluginSource {
  const { version, configSchema } = manifest;
  return {
    id: manifest.id ?? (name.replaceAll(/[^\w.@/-]+/g, "-") || "plugin"),
    ...(version === undefined ? {} : { version }),
    folder,
    main,
    ...(configSchema === undefined ? {} : { configSchema }),
  };
}

async function mainOf(folder: string, { main }: Manifest): Promise<string | undefined> {
  for (const name of main === undefined ? MAINS : [main]) {
    const file = resolve(folder, name);
    if ((await kindOf(file)) === "file") return file;
  }
  return undefined;
}

/** The manifest, or what a `package.json` says in its place. */
async function readManifest(folder: string): Promise<Manifest | undefined> {
  const own = await readJson(join(folder, MANIFEST), manifestSchema);
  if (own !== undefined) return own;
  const inPackage = await readJson(join(folder, "package.json"), packageSchema);
  if (inPackage === undefined) return undefined;
  const { version, module, main = module, [PACKAGE_FIELD]: field } = inPackage;
  return { ...(version === undefined ? {} : { version }), ...(main === undefined ? {} : { main }), ...field };
}

async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T | undefined> {
  if ((await kindOf(file)) !== "file") return undefined;
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PluginError(`${file} cannot be read: ${reason}`, "Mend the file; it is JSON.", error);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.map(String).join(".") || "the file";
  throw new PluginError(`${file}: ${field}: ${issue?.message.replace(/^Invalid input: /, "")}`);
}

/** From the configuration's folder upwards, then from ours, as programs look for packages. */
async function findPackage(name: string, from: string): Promise<string | undefined> {
  for (const start of [from, import.meta.dir]) {
    for (let folder = start; ; folder = dirname(folder)) {
      const place = join(folder, "node_modules", name);
      if ((await kindOf(place)) === "folder") return place;
      if (folder === dirname(folder)) break;
    }
  }
  return undefined;
}

async function kindOf(path: string): Promise<"file" | "folder" | undefined> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "file";
  } catch {
    // Not there, or not for us to read: the caller says what that means.
    return undefined;
  }
}
