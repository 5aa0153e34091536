import { expect, test } from "bun:test";
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { keepFile, type MediaRules } from "../../src/tools/media-file.ts";
import { ToolWorld } from "./tool-world.ts";

const rulesOf = (world: ToolWorld, more: Partial<MediaRules> = {}): MediaRules => ({
  workspace: world.at("workspace"),
  folders: [],
  closed: [world.at("state")],
  into: world.at("media"),
  maxBytes: 1000,
  signal: new AbortController().signal,
  ...more,
});

test("a file is copied before it is sent: what happens to it later changes nothing", async () => {
  using world = new ToolWorld();
  writeFileSync(world.at("workspace/note.txt"), "a note");
  const kept = await keepFile("./note.txt", rulesOf(world));
  expect(kept).toMatchObject({ name: "note.txt", mimeType: "text/plain", sizeBytes: 6 });
  writeFileSync(world.at("workspace/note.txt"), "changed");
  expect(readFileSync(kept.path, "utf8")).toBe("a note");
  expect(kept.path).toStartWith(world.at("media"));
  expect(await keepFile(world.at("workspace/note.txt"), rulesOf(world))).not.toEqual(kept);
});

test("the same content is kept once, and nothing unfinished stays behind", async () => {
  using world = new ToolWorld();
  for (const name of ["a.txt", "b.txt"]) writeFileSync(world.at("workspace", name), "same");
  const [a, b] = [await keepFile("a.txt", rulesOf(world)), await keepFile("b.txt", rulesOf(world))];
  expect(a.path).toBe(b.path);
  writeFileSync(world.at("workspace/big.txt"), "x".repeat(1001));
  expect(keepFile("big.txt", rulesOf(world))).rejects.toThrow("too big");
  expect(readdirSync(world.at("media"))).toHaveLength(1);
});

test("links are followed to where they lead, and judged by that", async () => {
  using world = new ToolWorld();
  writeFileSync(world.at("outside.txt"), "outside");
  writeFileSync(world.at("workspace/inside.txt"), "inside");
  symlinkSync(world.at("outside.txt"), world.at("workspace/out.txt"));
  symlinkSync(world.folder, world.at("workspace/up"));
  symlinkSync(world.at("workspace/inside.txt"), world.at("in.txt"));
  for (const path of ["out.txt", "up/outside.txt", "../outside.txt", world.at("outside.txt")]) {
    expect(keepFile(path, rulesOf(world))).rejects.toThrow("may not be sent");
  }
  expect(await keepFile("up/workspace/inside.txt", rulesOf(world))).toMatchObject({ sizeBytes: 6 });
  expect(await keepFile("../in.txt", rulesOf(world))).toMatchObject({ sizeBytes: 6 });
});

test("a workspace that is reached by a link is one", async () => {
  using world = new ToolWorld();
  writeFileSync(world.at("workspace/a.txt"), "a");
  symlinkSync(world.at("workspace"), world.at("linked"));
  expect(await keepFile("a.txt", rulesOf(world, { workspace: world.at("linked") }))).toMatchObject({
    name: "a.txt",
  });
});

test("folders of the configuration are open too; a folder whose name only begins like one is not", async () => {
  using world = new ToolWorld();
  for (const name of ["shared", "shared-not"]) {
    mkdirSync(world.at(name));
    writeFileSync(world.at(name, "a.txt"), "a");
  }
  const rules = rulesOf(world, { folders: [world.at("shared"), world.at("not-there")] });
  expect(await keepFile(world.at("shared/a.txt"), rules)).toMatchObject({ name: "a.txt" });
  expect(keepFile(world.at("shared-not/a.txt"), rules)).rejects.toThrow("may not be sent");
});

test("our own state stays closed in an open folder, and a workspace inside of it stays open", async () => {
  using world = new ToolWorld();
  writeFileSync(world.at("state/token"), "the token");
  mkdirSync(world.at("state/workspace"));
  writeFileSync(world.at("state/workspace/a.txt"), "a");
  const all = rulesOf(world, { workspace: world.folder, folders: [world.folder] });
  expect(keepFile("state/token", all)).rejects.toThrow("may not be sent");
  const usual = rulesOf(world, { workspace: world.at("state/workspace") });
  expect(await keepFile("a.txt", usual)).toMatchObject({ name: "a.txt" });
  expect(keepFile("../token", usual)).rejects.toThrow("may not be sent");
});

test("what is no file with something in it is refused, without waiting for it", async () => {
  using world = new ToolWorld();
  mkdirSync(world.at("workspace/folder"));
  writeFileSync(world.at("workspace/empty.txt"), "");
  Bun.spawnSync(["mkfifo", world.at("workspace/pipe")]);
  symlinkSync("/dev/zero", world.at("workspace/zero"));
  symlinkSync("loop", world.at("workspace/loop"));
  const everything = rulesOf(world, { folders: ["/"] });
  expect(keepFile("folder", everything)).rejects.toThrow("is no file");
  expect(keepFile("pipe", everything)).rejects.toThrow("is no file");
  expect(keepFile("zero", everything)).rejects.toThrow("is no file");
  expect(keepFile("loop", everything)).rejects.toThrow("cannot be read");
  expect(keepFile("empty.txt", everything)).rejects.toThrow("is empty");
  expect(keepFile("gone.txt", everything)).rejects.toThrow("There is no file gone.txt");
  expect(keepFile("/proc/self/environ", everything)).rejects.toThrow("may not be sent");
});

test("a copy that nobody waits for any more is given up", async () => {
  using world = new ToolWorld();
  writeFileSync(world.at("workspace/a.txt"), "a");
  expect(keepFile("a.txt", rulesOf(world, { signal: AbortSignal.abort() }))).rejects.toThrow("abort");
  expect(readdirSync(world.at("media"))).toEqual([]);
});

test("another name for the same file is that file", async () => {
  using world = new ToolWorld();
  writeFileSync(world.at("workspace/a.txt"), "a");
  linkSync(world.at("workspace/a.txt"), world.at("workspace/b.txt"));
  rmSync(world.at("workspace/a.txt"));
  expect(await keepFile("b.txt", rulesOf(world))).toMatchObject({ name: "b.txt" });
});
