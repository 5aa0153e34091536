import { afterAll } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConfigInput, type LoadedConfig, loadConfig } from "../../src/core/config.ts";
import { ConfigError } from "../../src/core/errors.ts";
import { channelSchemas } from "../../src/plugins/builtin/channel-schemas.ts";

/** Where the configurations of one test file live; gone when its tests are done. */
export const folder = mkdtempSync(join(tmpdir(), "pi-gateway-config-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

export const HOME = "/home/somebody";
let count = 0;

export type Given = Partial<Omit<ConfigInput, "file">>;

/** Writes a configuration of its own: text as it is, anything else as JSON. */
export function fileOf(content: unknown): string {
  count += 1;
  const file = join(folder, `config-${count}.jsonc`);
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content, null, 2));
  return file;
}

export function inputFor(file: string | undefined, given: Given = {}): ConfigInput {
  return { file, env: {}, home: HOME, cwd: folder, channels: channelSchemas, isInContainer: false, ...given };
}

/** Loads `content` as a file of its own, in an environment without variables unless `given` has some. */
export function load(content: unknown, given?: Given): LoadedConfig {
  return loadConfig(inputFor(fileOf(content), given));
}

/** What is wrong with `content`, without the name of its file; fails if nothing is. */
export function problemsIn(content: unknown, given?: Given): readonly string[] {
  try {
    load(content, given);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(withoutFile);
  }
  throw new Error("this configuration was to be refused, and was not");
}

/** The warnings about `content`, without the name of its file. */
export function warningsIn(content: unknown, given?: Given): readonly string[] {
  return load(content, given).warnings.map(withoutFile);
}

const withoutFile = (line: string) => line.replace(/^config-\d+\.jsonc:/, "");
