import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  isSameResources,
  NO_RESOURCES,
  packageFolder,
  removeLeftPackages,
  ResourcePackage,
} from "../../src/core/resource-package.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "package-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const manifestOf = (one: ResourcePackage) =>
  JSON.parse(readFileSync(join(one.folder, "package.json"), "utf8"));

test("the package is there, and empty, as soon as it is made: a pi without it would not start", () => {
  const made = new ResourcePackage(join(root, "a/1"));
  expect(manifestOf(made).pi).toEqual({ extensions: [], skills: [], prompts: [] });
});

test("it names what the next session has, in order, and nothing of the one before", async () => {
  const made = new ResourcePackage(join(root, "1"));
  await made.offer({ skills: ["/s/one", "/s/two"], promptTemplates: ["/p"] });
  expect(manifestOf(made).pi).toEqual({ extensions: [], skills: ["/s/one", "/s/two"], prompts: ["/p"] });
  await made.offer(NO_RESOURCES);
  expect(manifestOf(made).pi.skills).toEqual([]);
});

test("what is written already is not written again", async () => {
  const made = new ResourcePackage(join(root, "1"));
  const file = join(made.folder, "package.json");
  await made.offer({ skills: ["/s"], promptTemplates: [] });
  writeFileSync(file, "{}");
  await made.offer({ skills: ["/s"], promptTemplates: [] });
  expect(readFileSync(file, "utf8")).toBe("{}");
});

test("a path that pi would take for a pattern is named by a link to it", async () => {
  const odd = join(root, "what? really*");
  writeFileSync(odd, "");
  const made = new ResourcePackage(join(root, "1"));
  for (let times = 0; times < 2; times += 1) {
    await made.offer({ skills: [odd], promptTemplates: times === 0 ? [] : [odd] });
  }
  const [named] = manifestOf(made).pi.skills;
  expect(named).not.toMatch(/[*?]/);
  expect(realpathSync(named)).toBe(realpathSync(odd));
});

test("it goes with its process, and what a killed gateway left goes at the next start", async () => {
  const mine = new ResourcePackage(packageFolder(root, "boot-2/1"));
  const left = new ResourcePackage(packageFolder(root, "boot-1/7"));
  await removeLeftPackages(root, "boot-2");
  expect(existsSync(left.folder)).toBe(false);
  expect(statSync(mine.folder).isDirectory()).toBe(true);
  await mine.remove();
  expect(existsSync(mine.folder)).toBe(false);
});

test("order counts when resources are compared", () => {
  const of = (...skills: string[]) => ({ skills, promptTemplates: [] });
  expect(isSameResources(of("a", "b"), of("a", "b"))).toBe(true);
  expect(isSameResources(of("a", "b"), of("b", "a"))).toBe(false);
});
