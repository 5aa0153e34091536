import { afterAll } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConfigInput, type LoadedConfig, loadConfig } from "../../src/core/config.ts";
import { ConfigError } from "../../src/core/errors.ts";
import { channelSchemas } from "../../src/plugins/builtin/channel-schemas.ts";

export const HOME = "/home/somebody";

export type Given = Partial<Omit<ConfigInput, "file">>;

/**
 * Configurations in a folder of their own, which is gone when the tests of the calling file are done.
 * They are loaded in an environment without variables unless `given` has some.
 */
export function configs() {
  const folder = mkdtempSync(join(tmpdir(), "pi-gateway-config-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let count = 0;

  /** Writes a configuration of its own: text as it is, anything else as JSON. */
  const fileOf = (content: unknown): string => {
    count += 1;
    const file = join(folder, `config-${count}.jsonc`);
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content, null, 2));
    return file;
  };

  const inputFor = (file: string | undefined, given: Given = {}): ConfigInput => ({
    file,
    env: {},
    home: HOME,
    cwd: folder,
    channels: channelSchemas,
    isInContainer: false,
    ...given,
  });

  const load = (content: unknown, given?: Given): LoadedConfig =>
    loadConfig(inputFor(fileOf(content), given));

  /** What is wrong with `content`, without the name of its file; fails if nothing is. */
  const problemsIn = (content: unknown, given?: Given): readonly string[] => {
    try {
      load(content, given);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return error.problems.map(withoutFile);
    }
    throw new Error("this configuration was to be refused, and was not");
  };

  /** The warnings about `content`, without the name of its file. */
  const warningsIn = (content: unknown, given?: Given): readonly string[] =>
    load(content, given).warnings.map(withoutFile);

  return { folder, fileOf, inputFor, load, problemsIn, warningsIn };
}

const withoutFile = (line: string) => line.replace(/^config-\d+\.jsonc:/, "");
