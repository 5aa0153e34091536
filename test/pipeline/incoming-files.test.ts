import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ChannelError, FetchError } from "../../src/core/errors.ts";
import { CHAT } from "../fakes/path-world.ts";
import { away, file, FilesWorld, gone, pathsIn, PNG, withFiles } from "./files-world.ts";

test("a file is a path in the workspace, under a name that stays there", async () => {
  using world = new FilesWorld();
  world.platform.holds("s", "content");
  const { text, images } = await world.prompt(
    withFiles("1", "look", file("s", { name: "../../etc/passwd" })),
  );
  const [path = ""] = pathsIn(text);
  expect(text).toBe(`look\n\n[file: ${path} (text/plain)]`);
  expect(dirname(path)).toMatch(new RegExp(`^${world.workspace}/inbox/1-[0-9a-f]{12}$`));
  expect(basename(path)).toBe("passwd");
  expect(readFileSync(path, "utf8")).toBe("content");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(images).toEqual([]);
  expect(world.told).toEqual([]);
});

test("files of the same name are files of their own, in one message, in two, and in two chats", async () => {
  using world = new FilesWorld();
  const same = { name: "a.txt" };
  const two = withFiles("1", "", file("x", same), file("y", same));
  const elsewhere = { ...withFiles("1", "", file("z", same)), address: { ...CHAT, chat: "43" } };
  const { text } = await world.prompt(two, withFiles("2", "", file("w", same)), elsewhere);
  const paths = pathsIn(text);
  expect(paths.map((path) => readFileSync(path, "utf8"))).toEqual([
    "bytes of x",
    "bytes of y",
    "bytes of w",
    "bytes of z",
  ]);
  expect(paths.slice(0, 2).map((path) => basename(path))).toEqual(["a.txt", "a (2).txt"]);
});

test("a file without a name gets one that says what it is", async () => {
  using world = new FilesWorld();
  const nameless = (kind: "photo" | "audio", mimeType: string) => ({
    ...file("s", { kind, mimeType }),
    name: "",
  });
  const { text } = await world.prompt(
    withFiles("1", "", nameless("photo", "image/heic"), nameless("audio", "audio/mpeg")),
  );
  expect(pathsIn(text).map((path) => basename(path))).toEqual(["photo.heic", "audio.mp3"]);
});

test("a picture is one by its bytes, whatever it claims to be, and lies in the workspace too", async () => {
  using world = new FilesWorld();
  world.platform.holds("real", PNG);
  world.platform.holds("false", "no picture");
  world.platform.holds("cut", PNG.subarray(0, 50));
  const { text, images } = await world.prompt(
    withFiles(
      "1",
      "look",
      file("real", { name: "real.txt" }),
      file("false", { kind: "photo", mimeType: "image/png", name: "false.png" }),
      file("cut", { kind: "photo", mimeType: "image/png", name: "cut.png" }),
    ),
  );
  expect(images).toEqual([{ mimeType: "image/png", base64: PNG.toString("base64") }]);
  const folder = dirname(pathsIn(text)[0] ?? "");
  expect(text.split("\n\n")).toEqual([
    "look",
    `[picture: ${folder}/real.txt (image/png)]`,
    `[file: ${folder}/false.png (image/png)]`,
    `[file: ${folder}/cut.png (image/png)]`,
  ]);
  expect(readFileSync(`${folder}/real.txt`).equals(PNG)).toBe(true);
});

test("more pictures than one request takes are files: the first ones are seen", async () => {
  using world = new FilesWorld();
  const heavy = await heavyPicture();
  const names = Array.from({ length: 6 }, (_, index) => `p${index}`);
  for (const name of names) world.platform.holds(name, heavy);
  const { text, images } = await world.prompt(withFiles("1", "", ...names.map((name) => file(name))));
  const fit = Math.floor(15_000_000 / (images[0]?.base64.length ?? 1));
  expect(images.length).toBe(fit);
  expect(fit).toBeLessThan(6);
  expect(text.match(/^\[picture: /gm)).toHaveLength(fit);
  expect(text.match(/^\[picture, not shown here: /gm)).toHaveLength(6 - fit);
});

/** About 3 MB that do not shrink. */
async function heavyPicture(): Promise<Uint8Array> {
  const side = 850;
  const pixels = Buffer.alloc(54 + side * side * 4);
  for (let at = 54; at < pixels.length; at += 65_536)
    crypto.getRandomValues(pixels.subarray(at, at + 65_536));
  pixels.write("BM");
  for (const [at, value] of [
    [2, pixels.length],
    [10, 54],
    [14, 40],
    [18, side],
    [22, side],
    [26, 0x20_0001],
  ] as const)
    pixels.writeUInt32LE(value, at);
  pixels.fill(0, 30, 54);
  return new Bun.Image(pixels).png().bytes();
}

test("a file that does not come costs nothing but itself: pi is told why, and its sender once, in words", async () => {
  using world = new FilesWorld({ config: { media: { maxDownloadMb: 1 } } });
  world.platform.holds("old", gone());
  world.platform.holds("odd", new Error("a mistake of the channel"));
  world.platform.holds("grew", new Uint8Array(1_048_577));
  world.platform.holds("theirs", new ChannelError("too-long", "the platform's own limit"));
  world.platform.holds("inside", new FetchError("refused-address", "10.0.0.1"));
  const message = withFiles(
    "1",
    "all of these",
    file("old"),
    file("huge", { sizeBytes: 2_000_000 }),
    file("grew"),
    file("odd"),
    file("inside"),
    file("theirs"),
    file("good"),
  );
  const { text } = await world.prompt(message);
  expect(text.split("\n\n").slice(0, 7)).toEqual([
    "all of these",
    "[file not available: old.txt: it is not there any more]",
    "[file not available: huge.txt: it is too big]",
    "[file not available: grew.txt: it is too big]",
    "[file not available: odd.txt: it could not be fetched]",
    "[file not available: inside.txt: it could not be fetched]",
    "[file not available: theirs.txt: it is too big]",
  ]);
  expect(readFileSync(pathsIn(text)[0] ?? "", "utf8")).toBe("bytes of good");
  // What is known to be too big is not even asked for.
  expect(world.platform.downloads).not.toContain("huge");
  expect(world.told).toEqual([
    [
      "The file `old.txt` is not there any more. Please send it again.",
      "The file `huge.txt` is too big: at most 1 MB can be taken.",
      "The file `grew.txt` is too big: at most 1 MB can be taken.",
      "The file `odd.txt` could not be fetched, so the agent has not seen it.",
      "The file `inside.txt` could not be fetched, so the agent has not seen it.",
      "The file `theirs.txt` is too big to be taken here.",
    ].join("\n\n"),
  ]);
  await world.prompt(message);
  expect(world.told).toHaveLength(1);
});

test("in Chinese, too", async () => {
  using world = new FilesWorld({ language: "zh" });
  world.platform.holds("旧", gone());
  await world.prompt(withFiles("1", "", file("旧", { name: "报告.pdf" })));
  expect(world.told).toEqual(["文件 `报告.pdf` 已经失效,请重新发送。"]);
});

test("whoever sent it is told where they sent it, as an answer to it", async () => {
  using world = new FilesWorld();
  world.platform.holds("old", gone());
  const topic = { ...CHAT, scope: "topic", thread: "7" } as const;
  await world.prompt(
    { ...withFiles("9", "", file("old")), address: topic },
    withFiles("10", "", file("fine")),
  );
  expect([...world.posted.values()]).toMatchObject([{ to: topic, message: { replyTo: "9" } }]);
});

test("what fails for a moment is tried again, a little later, and not for ever", async () => {
  using world = new FilesWorld();
  world.platform.holds("twice", away(), away(), "came");
  world.platform.holds("never", away());
  world.platform.holds(
    "slow-down",
    new ChannelError("rate-limited", "429", { retry: { afterMs: 3000 } }),
    "ok",
  );
  world.platform.holds("later", new ChannelError("rate-limited", "429", { retry: { afterMs: 600_000 } }));
  const names = ["twice", "never", "slow-down", "later"];
  const made = world.prompt(withFiles("1", "", ...names.map((name) => file(name))));
  await until(world, made);
  const { text } = await made;
  expect(text).toContain("twice.txt (text/plain)");
  expect(text).toContain("slow-down.txt (text/plain)");
  expect(text).toContain("[file not available: never.txt: it could not be fetched just now]");
  expect(text).toContain("[file not available: later.txt: it could not be fetched just now]");
  const counts = names.map((name) => world.platform.downloads.filter((one) => one === name).length);
  expect(counts).toEqual([3, 3, 2, 1]);
  expect(world.told[0]).toContain("could not be fetched just now. Please send it again in a while.");
});

test("a download that never ends is given up after its time, each try of it", async () => {
  using world = new FilesWorld({ config: { media: { downloadTimeoutMs: 10_000 } } });
  const ended: boolean[] = [];
  world.platform.holds("deaf", ({ signal }) => {
    signal.addEventListener("abort", () => ended.push(true));
    return new Promise(() => {});
  });
  const made = world.prompt(withFiles("1", "", file("deaf")));
  await until(world, made);
  expect((await made).text).toBe("[file not available: deaf.txt: it could not be fetched just now]");
  expect(ended).toHaveLength(3);
});

test("a turn that is stopped meanwhile ends, and nobody is told of files", async () => {
  using world = new FilesWorld();
  world.platform.holds("deaf", () => new Promise(() => {}));
  const made = world.prompt(withFiles("1", "", file("deaf")));
  world.stop.abort(new Error("stopped"));
  expect(made).rejects.toThrow("stopped");
  await made.catch(() => {});
  expect(world.told).toEqual([]);
});

test("a turn that is tried again finds what is there, also what an agent has changed since", async () => {
  using world = new FilesWorld();
  world.platform.holds("photo", PNG);
  const message = withFiles("1", "", file("a"), file("photo", { name: "p.png" }));
  const first = await world.prompt(message);
  writeFileSync(pathsIn(first.text)[0] ?? "", "changed");
  const second = await world.prompt(message);
  expect(second).toEqual(first);
  expect(world.platform.downloads).toHaveLength(2);
  expect(readFileSync(pathsIn(first.text)[0] ?? "", "utf8")).toBe("changed");
});

test("the same sticker is fetched once, whoever sends it and however many do at a time", async () => {
  using world = new FilesWorld();
  const sticker = () => file("s", { cacheKey: "unique", kind: "sticker", name: "s.bin" });
  const [one, other] = await Promise.all([
    world.prompt(withFiles("1", "", sticker())),
    world.prompt(withFiles("2", "", sticker())),
  ]);
  const third = await world.prompt(withFiles("3", "", { ...sticker(), source: "another handle" }));
  expect(world.platform.downloads).toEqual(["s"]);
  const paths = [one, other, third].flatMap(({ text }) => pathsIn(text));
  expect(new Set(paths).size).toBe(3);
  for (const path of paths) expect(readFileSync(path, "utf8")).toBe("bytes of s");
  // An agent's copy is its own.
  writeFileSync(paths[0] ?? "", "spoilt");
  const fourth = await world.prompt(withFiles("4", "", sticker()));
  expect(readFileSync(pathsIn(fourth.text)[0] ?? "", "utf8")).toBe("bytes of s");
});

test("no more than three are fetched side by side, and they keep their order", async () => {
  using world = new FilesWorld();
  let running = 0;
  let most = 0;
  const full = Promise.withResolvers<void>();
  const names = Array.from({ length: 9 }, (_, index) => `f${index}`);
  for (const name of names) {
    world.platform.holds(name, async () => {
      most = Math.max(most, ++running);
      if (running === 3) full.resolve();
      await full.promise;
      // A fourth one would come now.
      await Bun.sleep(5);
      running--;
      return Buffer.from(name);
    });
  }
  const { text } = await world.prompt(withFiles("1", "", ...names.map((name) => file(name))));
  expect(most).toBe(3);
  expect(pathsIn(text).map((path) => basename(path, ".txt"))).toEqual(names);
});

test("messages without files touch neither the disk nor the platform", async () => {
  using world = new FilesWorld();
  await world.prompt(withFiles("1", "hello"));
  expect(existsSync(world.workspace)).toBe(false);
  expect(readdirSync(world.media)).toEqual([]);
});

test("a channel that hands over no files says so of each", async () => {
  using world = new FilesWorld();
  Object.defineProperty(world.platform, "download", { value: undefined });
  expect((await world.prompt(withFiles("1", "hi", file("a")))).text).toBe(
    "hi\n\n[file not available: a.txt: it could not be fetched]",
  );
});

test("a disk that takes nothing fails no turn", async () => {
  using world = new FilesWorld();
  writeFileSync(join(world.folder, "workspace"), "a file where the folder should be");
  expect((await world.prompt(withFiles("1", "hi", file("a")))).text).toContain("[file not available: a.txt");
});

/** Lets time pass until `work` is done; what is done on the disk in between takes its own. */
async function until(world: FilesWorld, work: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  void work.then(() => done.abort());
  const late = AbortSignal.timeout(10_000);
  while (!done.signal.aborted && !late.aborted) await world.clock.advance(500);
  expect(done.signal.aborted).toBe(true);
}
