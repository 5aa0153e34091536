import { expect, setDefaultTimeout, test } from "bun:test";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { PLUGIN_TYPES, pluginTypes } from "../scripts/plugin-types.ts";

setDefaultTimeout(60_000);

const ROOT = resolve(import.meta.dir, "..");

test(`${PLUGIN_TYPES} is current (made by "npm run build:types")`, () => {
  expect(readFileSync(join(ROOT, PLUGIN_TYPES), "utf8")).toBe(pluginTypes());
});

test("a plugin outside the repository is checked against the types alone: the guide's sample fits, nonsense does not", () => {
  const folder = mkdtempSync(join(tmpdir(), "types-"));
  try {
    const installed = join(folder, "node_modules/pi-gateway");
    mkdirSync(join(installed, "types"), { recursive: true });
    copyFileSync(join(ROOT, "package.json"), join(installed, "package.json"));
    copyFileSync(join(ROOT, PLUGIN_TYPES), join(installed, PLUGIN_TYPES));
    copyFileSync(join(ROOT, "test/guide/sample-plugin.ts"), join(folder, "sample.ts"));
    const head = 'import { ChannelError, type GatewayPluginApi } from "pi-gateway";';
    writeFileSync(
      join(folder, "wrong.ts"),
      `${head}
       export default (api: GatewayPluginApi) => {
         api.registerHook(["message_recieved"], () => {});
         throw new ChannelError("no-such-code", "x");
       };`,
    );
    const options = ["--noEmit", "--strict", "--module", "preserve", "--lib", "esnext,dom"];
    const check = (file: string) =>
      Bun.spawnSync([join(ROOT, "node_modules/.bin/tsc"), ...options, file], {
        cwd: folder,
      }).stdout.toString();
    expect(check("sample.ts")).toBe("");
    const faults = check("wrong.ts");
    expect(faults).toContain('"message_recieved"');
    expect(faults).toContain('"no-such-code"');
    expect(faults.match(/error TS/g)).toHaveLength(2);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
