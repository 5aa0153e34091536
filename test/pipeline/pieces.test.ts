import { describe, expect, test } from "bun:test";
import { joinPieces } from "../../src/pipeline/join-pieces.ts";
import { answeredIn } from "../../src/pipeline/notice.ts";
import { answer, hang } from "../fakes/fake-pi.ts";
import { CHAT, inbound, PathWorld, SESSION } from "../fakes/path-world.ts";
import { GroupWorld } from "../fakes/group-world.ts";

const WAIT_MS = 1000;
const part = (of: string) => ({ part: { of, waitMs: WAIT_MS } });
const photo = (source: string) => [{ kind: "photo", mimeType: "image/png", source }] as const;
/** Files are looked for outside the clock of the test. */
async function until(isThere: () => boolean, wait: () => Promise<void>): Promise<void> {
  for (let round = 0; round < 5000 && !isThere(); round++) await wait();
}

const prompts = (world: PathWorld) => world.pi.prompts.map(({ text }) => text);

/** A turn that goes on until it is stopped. */
async function behindTurn(queue: object): Promise<PathWorld> {
  const world = await new PathWorld({ config: { queue } }).start();
  world.pi.script = hang("Half");
  await world.say("0", "zero");
  world.pi.script = answer((prompt) => `re: ${prompt}`);
  return world;
}

async function paste(world: PathWorld): Promise<void> {
  for (const [id, text] of [
    ["1", "one "],
    ["2", "two "],
    ["3", "three"],
  ] as const) {
    await world.say(id, text, part("paste"));
  }
}

describe("pieces of one message", () => {
  test("are one turn and one message of the prompt, once no more can come", async () => {
    await using world = await new PathWorld().start();
    await paste(world);
    expect(prompts(world)).toEqual([]);
    await world.pass(WAIT_MS);
    expect(prompts(world)).toEqual(["one two three"]);
    expect(world.endings()).toEqual(["1+2+3: final The answer is 42."]);
  });

  test("wait from the last one on, and for 7.5 seconds at most", async () => {
    await using world = await new PathWorld().start();
    for (let n = 0; n < 9; n++) {
      await world.say(`${n}`, `${n}`, part("paste"));
      await world.clock.advance(900);
    }
    expect(world.clock.now()).toBeGreaterThan(7_500);
    expect(prompts(world)).toEqual(["012345678"]);
  });

  test("of an album keep all captions and files", () => {
    const joined = joinPieces([
      inbound("0", "before"),
      { ...inbound("1", "Look"), ...part("album"), attachments: photo("a") },
      inbound("2", "between"),
      { ...inbound("3", ""), ...part("album"), attachments: photo("b") },
      { ...inbound("4", "here"), ...part("album"), attachments: photo("c") },
      { ...inbound("5", "elsewhere"), ...part("album"), address: { ...CHAT, chat: "other" } },
    ]);
    expect(joined.map(({ id, text }) => [id, text])).toEqual([
      ["0", "before"],
      ["1", "Look\n\nhere"],
      ["2", "between"],
      ["5", "elsewhere"],
    ]);
    expect(joined[1]?.attachments.map(({ source }) => source)).toEqual(["a", "b", "c"]);
  });

  test("are quoted by what stands at their beginning", () => {
    const album = ["1", "2", "3"].map((id) => ({ ...inbound(id, ""), ...part("album") }));
    expect(answeredIn([inbound("0", "before"), ...album])).toBe("1");
    expect(answeredIn([...album, inbound("4", "behind")])).toBe("4");
    expect(answeredIn([])).toBeUndefined();
  });

  test.each(["steer", "followup", "collect"])("behind a turn are one turn in the mode %s", async (mode) => {
    await using world = await behindTurn({ mode, debounceMs: 0 });
    await paste(world);
    await world.say("4", "four");
    expect(world.pi.steers).toEqual([]);
    await world.pass(WAIT_MS);
    await world.pipeline.workers.stopTurn(SESSION, "asked");
    await world.pass(WAIT_MS);
    const together = ["zero", "one two three\n\nfour"];
    expect(prompts(world)).toEqual(mode === "followup" ? ["zero", "one two three", "four"] : together);
  });

  test("interrupt a turn once, and supersede nothing of themselves", async () => {
    await using world = await behindTurn({ mode: "interrupt" });
    await paste(world);
    await world.pass(WAIT_MS);
    expect(prompts(world)).toEqual(["zero", "one two three"]);
    expect(world.endings()).toEqual(["0: aborted Half", "1+2+3: final re: one two three"]);
    expect(world.platform.transcript()).toEqual(["Half\n\n*Stopped.*", "re: one two three"]);
  });

  test("that had to make room go together, and their sender is told once", async () => {
    await using world = await behindTurn({ mode: "collect", maxPerSession: 1, drop: "old", debounceMs: 0 });
    await paste(world);
    await world.say("4", "four");
    await world.pass(WAIT_MS);
    expect(world.endings()).toEqual(["1: aborted", "2: aborted", "3: aborted"]);
    expect(world.platform.transcript().filter((text) => text.startsWith("Too much"))).toHaveLength(1);
  });

  test("are refused as one where the first found no room, and taken as one where it did", async () => {
    await using world = await behindTurn({ mode: "collect", maxPerSession: 1, drop: "new", debounceMs: 0 });
    await paste(world);
    for (const id of ["4", "5"]) await world.say(id, id, part("another"));
    await world.pass(WAIT_MS);
    expect(world.endings()).toEqual(["4: error", "5: error"]);
    expect(world.platform.transcript().filter((text) => text.startsWith("Too much"))).toHaveLength(1);
  });

  test("are no commands, but for the first one", async () => {
    await using world = await new PathWorld().start();
    await world.say("1", "Read this: ", part("paste"));
    await world.say("2", "/stop", part("paste"));
    await world.pass(WAIT_MS);
    expect(prompts(world)).toEqual(["Read this: /stop"]);
    await world.say("3", "/new What is", part("another"));
    await world.say("4", " /this?", part("another"));
    await world.pass(WAIT_MS);
    expect(prompts(world).at(-1)).toBe("What is /this?");
  });

  test("that were recorded before a crash are answered once, without more waiting", async () => {
    await using world = await new PathWorld().start();
    await world.say("1", "one ", part("paste"));
    await world.say("2", "two", part("paste"));
    await world.restart();
    await world.pass();
    expect(prompts(world)).toEqual(["one two"]);
    expect(await world.say("2", "two", part("paste"))).toBe("duplicate");
    await world.pass(WAIT_MS);
    expect(prompts(world)).toHaveLength(1);
  });
});

describe("in a group", () => {
  test("an album is for the bot as a whole, whichever piece says so", async () => {
    await using world = await new GroupWorld().start();
    await world.chat("1", "", { ...part("album"), attachments: photo("a") });
    await world.ask("2", "@lab_bot what is this?", { ...part("album"), attachments: photo("b") });
    await world.chat("3", "", { ...part("album"), attachments: photo("c") });
    await world.pass(WAIT_MS);
    await until(
      () => world.endings().length > 0,
      () => world.pass(),
    );
    expect(world.prompts).toHaveLength(1);
    expect(world.prompts[0]).toStartWith("Ada: @lab_bot what is this?");
    expect(world.prompts[0]?.split("not available")).toHaveLength(4);
    expect(world.endings()).toEqual(["1+2+3: final The answer is 42."]);
  });
});
