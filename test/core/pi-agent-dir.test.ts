import { afterEach, beforeEach, expect, test } from "bun:test";
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AgentDirView, agentDirRevision, withPlainTries } from "../../src/core/pi-agent-dir.ts";

let root: string;
let theirs: string;
let view: AgentDirView;
let ours: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "agent-dir-"));
  theirs = join(root, "theirs");
  ours = join(root, "state/runtime/agent");
  view = new AgentDirView(theirs, ours);
});
afterEach(() => rm(root, { recursive: true, force: true }));

const put = async (path: string, text: string) => {
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, text);
};

test("a person who never had a pi gets an empty folder, and nothing is made in their home", async () => {
  expect(await view.refresh()).toBe(ours);
  expect(await readdir(ours)).toEqual([]);
  expect(await readdir(root)).toEqual(["state"]);
});

test("what is theirs is seen, and settings can be changed without changing theirs", async () => {
  await put(join(theirs, "auth.json"), '{"a":1}');
  await put(join(theirs, "settings.json"), '{"defaultModel":"x"}');
  await put(join(theirs, "skills/pdf/SKILL.md"), "# pdf");
  await view.refresh();
  expect(await readFile(join(ours, "auth.json"), "utf8")).toBe('{"a":1}');
  expect(await readFile(join(ours, "skills/pdf/SKILL.md"), "utf8")).toBe("# pdf");
  await writeFile(join(ours, "settings.json"), '{"defaultModel":"changed by pi"}');
  expect(await readFile(join(theirs, "settings.json"), "utf8")).toBe('{"defaultModel":"x"}');
  // What pi changed there is gone with the next look, and theirs is what counts.
  await view.refresh();
  expect(await readFile(join(ours, "settings.json"), "utf8")).toBe('{"defaultModel":"x"}');
});

test("a login that is renewed ends in their file", async () => {
  await put(join(theirs, "auth.json"), "old");
  await view.refresh();
  await writeFile(join(ours, "auth.json"), "renewed");
  expect(await readFile(join(theirs, "auth.json"), "utf8")).toBe("renewed");
  await view.refresh();
  expect(await readFile(join(ours, "auth.json"), "utf8")).toBe("renewed");
});

test("a first login and a first skill are seen by the next look", async () => {
  await view.refresh();
  await writeFile(join(ours, "auth.json"), "{}"); // pi makes an empty one when there is none.
  await put(join(theirs, "auth.json"), "logged in");
  await put(join(theirs, "skills/new/SKILL.md"), "# new");
  await view.refresh();
  expect(await readFile(join(ours, "auth.json"), "utf8")).toBe("logged in");
  expect(await readdir(join(ours, "skills"))).toEqual(["new"]);
});

test("what is no longer theirs is no longer seen, and no link dangles", async () => {
  await put(join(theirs, "auth.json"), "x");
  await put(join(theirs, "settings.json"), "{}");
  await view.refresh();
  await rm(theirs, { recursive: true });
  await writeFile(join(ours, "made-by-pi"), "stays");
  await view.refresh();
  expect(await readdir(ours)).toEqual(["made-by-pi"]);
});

test("transcripts and logs are not shown, and programs in folders of our own", async () => {
  await put(join(theirs, "sessions/x/a.jsonl"), "{}");
  await put(join(theirs, "stray.jsonl"), "{}");
  await put(join(theirs, "pi-debug.log"), "");
  await put(join(theirs, "bin/fd"), "fd");
  await put(join(theirs, "tools/rg"), "rg");
  await view.refresh();
  expect((await readdir(ours)).toSorted()).toEqual(["bin", "tools"]);
  expect((await lstat(join(ours, "bin"))).isSymbolicLink()).toBe(false);
  expect(await readlink(join(ours, "bin/fd"))).toBe(join(theirs, "bin/fd"));
  // pi moves programs from one to the other; theirs stay where they are.
  await rm(join(ours, "tools/rg"));
  expect(await readFile(join(theirs, "tools/rg"), "utf8")).toBe("rg");
});

test("a folder that is a link itself is followed", async () => {
  await put(join(root, "dotfiles/settings.json"), "{}");
  await symlink(join(root, "dotfiles"), theirs);
  await view.refresh();
  expect(await readdir(ours)).toEqual(["settings.json"]);
});

test("the revision changes with what a running pi cannot notice", async () => {
  const seen = new Set<string>();
  const look = async () => seen.add(await agentDirRevision(theirs));
  await look();
  await put(join(theirs, "auth.json"), '{"anthropic":{"type":"oauth","access":"a"}}');
  await look();
  await put(
    join(theirs, "auth.json"),
    '{"anthropic":{"type":"oauth","access":"a"},"openai":{"type":"api_key","key":"k"}}',
  );
  await look();
  await put(join(theirs, "settings.json"), "{}");
  await look();
  await put(join(theirs, "models.json"), "{}");
  await look();
  await put(join(theirs, "skills/pdf/SKILL.md"), "# pdf");
  await look();
  expect(seen.size).toBe(6);
});

test("a renewed login and a new transcript change no revision", async () => {
  await put(join(theirs, "auth.json"), '{"anthropic":{"type":"oauth","access":"a","expires":1}}');
  const before = await agentDirRevision(theirs);
  await put(join(theirs, "auth.json"), '{"anthropic":{"type":"oauth","access":"b","expires":2}}');
  await put(join(theirs, "sessions/x.jsonl"), "{}");
  expect(await agentDirRevision(theirs)).toBe(before);
});

test("each try at a model is one request, unless a person has said otherwise", async () => {
  const plain = new AgentDirView(theirs, ours, withPlainTries);
  const settings = async () => {
    await plain.refresh();
    return JSON.parse(await readFile(join(ours, "settings.json"), "utf8")) as unknown;
  };
  expect(await settings()).toEqual({ retry: { provider: { maxRetries: 0 } } });
  await put(join(theirs, "settings.json"), '{"theme":"dark","retry":{"baseDelayMs":9}}');
  expect(await settings()).toEqual({
    theme: "dark",
    retry: { baseDelayMs: 9, provider: { maxRetries: 0 } },
  });
  expect(await readFile(join(theirs, "settings.json"), "utf8")).toBe(
    '{"theme":"dark","retry":{"baseDelayMs":9}}',
  );
  await put(join(theirs, "settings.json"), '{"retry":{"provider":{"maxRetries":5}}}');
  expect(await settings()).toEqual({ retry: { provider: { maxRetries: 5 } } });
  expect(withPlainTries("{ broken")).toBe("{ broken");
  await rm(join(theirs, "settings.json"));
  await view.refresh();
  expect(await readdir(ours)).toEqual([]);
});
