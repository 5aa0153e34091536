import { expect, test } from "bun:test";
import { startedAs } from "../../src/cli/started-as.ts";

const start = {
  launcher: undefined,
  execPath: "/usr/bin/bun",
  script: "/home/ann/pi-gateway/src/cli.ts",
  searchPath: "/usr/bin:/bin",
  cwd: "/home/ann/pi-gateway",
};

test("the launcher's word counts: npx from a clone, pi-gw when it is installed", () => {
  expect(startedAs({ ...start, launcher: "npx pi-gw" })).toBe("npx pi-gw");
  expect(startedAs({ ...start, launcher: "pi-gw" })).toBe("pi-gw");
});

test("who runs the source reads how to run the source, from where they are", () => {
  expect(startedAs(start)).toBe("bun run src/cli.ts");
  expect(startedAs({ ...start, cwd: "/tmp" })).toBe("bun run /home/ann/pi-gateway/src/cli.ts");
});

test("the standalone binary is named by its path, or shortly where the PATH has it", () => {
  const binary = { ...start, script: "/$bunfs/root/pi-gw", execPath: "/home/ann/pi-gateway/dist/pi-gw" };
  expect(startedAs(binary)).toBe("./dist/pi-gw");
  expect(startedAs({ ...binary, cwd: "/tmp" })).toBe("/home/ann/pi-gateway/dist/pi-gw");
  expect(startedAs({ ...binary, searchPath: "/bin:/home/ann/pi-gateway/dist" })).toBe("pi-gw");
});
