import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { folderOf } from "../assembly/build-loader.ts";
import { withPlugin } from "./add-to-config.ts";
import { CliError } from "./cli-error.ts";
import { type ExitCode, EXIT } from "./exit-codes.ts";
import { type ConfigOptions, loadHere } from "./load-config.ts";
import { ambientTypes, namesOf, pluginFiles, TYPES_FILE } from "./plugin-template.ts";
import { startedAs } from "./started-as.ts";

const NAME = /^[a-z][a-z0-9-]{0,39}$/;

/** `pi-gw plugin new`: writes a plugin that works into `plugins/<name>` beside the configuration, and names it there. */
export async function newPlugin(name: string, options: ConfigOptions): Promise<ExitCode> {
  if (!NAME.test(name)) {
    throw new CliError(
      EXIT.usage,
      `"${name}" cannot be a plugin's name: small letters, digits and -, such as my-plugin.`,
    );
  }
  const { file } = loadHere(options);
  const root = folderOf(file);
  const folder = join(root, "plugins", name);
  await refuseFull(folder);
  const names = namesOf(name);
  const testWith = `${startedAs()} plugin test ${fromHere(folder)}`;
  await mkdir(folder, { recursive: true });
  for (const [path, text] of Object.entries(pluginFiles(names, testWith))) {
    await writeFile(join(folder, path), text);
  }
  console.log(`Wrote ${fromHere(folder)}: index.ts is the plugin, index.test.ts its test.`);
  await nameInConfig(file ?? join(root, "pi-gateway.jsonc"), `./plugins/${name}`, file === undefined);
  console.log(`Test it:    ${testWith}`);
  console.log(`Look at it: ${startedAs()} plugin list`);
  console.log(`Use it:     start the gateway, and write in the chat: tool ${names.tool} {"name": "Ada"}`);
  console.log(`            The demo model calls the tool for that; a real one when you ask for a greeting.`);
  console.log(`After a change: ${startedAs()} plugin reload ${name}`);
  return EXIT.ok;
}

/** `pi-gw plugin types`: what an editor has to know of this version. */
export async function writePluginTypes(folder = "."): Promise<ExitCode> {
  const file = join(resolve(folder), TYPES_FILE);
  await writeFile(file, ambientTypes());
  console.log(`Wrote ${fromHere(file)}.`);
  return EXIT.ok;
}

async function refuseFull(folder: string): Promise<void> {
  // What is not there is empty.
  const inside = await readdir(folder).catch(() => []);
  if (inside.length > 0) throw new CliError(EXIT.failed, `${folder} exists already and is left as it is.`);
}

async function nameInConfig(file: string, path: string, isNew: boolean): Promise<void> {
  const text = isNew ? "{\n}\n" : await readFile(file, "utf8");
  const changed = withPlugin(text, path);
  if (changed === undefined) {
    console.log(`Add it to "plugins" in ${fromHere(file)}: ${JSON.stringify(path)}`);
    return;
  }
  await writeFile(file, changed, isNew ? { mode: 0o600 } : {});
  console.log(`${isNew ? "Wrote" : "Added it to"} ${fromHere(file)}; a gateway that runs loads it at once.`);
}

function fromHere(path: string): string {
  const way = relative(process.cwd(), path);
  return way === "" ? "." : way.startsWith(`..${sep}`) ? path : way;
}
