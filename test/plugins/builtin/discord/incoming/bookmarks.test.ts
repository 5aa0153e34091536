import { describe, expect, test } from "bun:test";
import { Bookmarks } from "../../../../../src/plugins/builtin/discord/incoming/bookmarks.ts";
import type { Place } from "../../../../../src/plugins/builtin/discord/incoming/places.ts";
import { idAt } from "../../../../../src/plugins/builtin/discord/incoming/snowflake.ts";
import { FakeClock } from "../../../../fakes/fake-clock.ts";
import { keepLines } from "../../../../fakes/log-lines.ts";

const HOUR_MS = 3_600_000;

class Desk {
  readonly clock = new FakeClock();
  readonly kept = new Map<string, string>();
  writes = 0;
  isFull = false;
  readonly lines = keepLines();

  readonly state = {
    get: async (key: string) => this.kept.get(key),
    set: async (key: string, value: string) => {
      if (this.isFull) throw new Error("the disk is full");
      this.writes += 1;
      this.kept.set(key, value);
    },
  };

  async open(): Promise<Bookmarks> {
    const bookmarks = new Bookmarks({ state: this.state, clock: this.clock, log: this.lines.log });
    await bookmarks.load();
    return bookmarks;
  }

  /** An id of so long ago. */
  ago(ms: number): string {
    return idAt(this.clock.now() - ms);
  }
}

const place = (id: string): Place => ({ id, kind: "channel", guild: "1" });

test("a hundred messages cost one write, a new chat costs one at once", async () => {
  const desk = new Desk();
  const bookmarks = await desk.open();
  bookmarks.beginWith(desk.ago(HOUR_MS));
  await bookmarks.keep(place("10"), desk.ago(1000));
  expect(desk.writes).toBe(1);
  for (let ms = 999; ms > 899; ms--) {
    await bookmarks.keep(place("10"), desk.ago(ms));
    bookmarks.move(place("10"), desk.ago(ms));
  }
  expect(desk.writes).toBe(1);
  await desk.clock.advance(2000);
  expect(desk.writes).toBe(2);
  await desk.clock.advance(60_000);
  expect(desk.writes).toBe(2);
});

test("what is remembered outlives the process: how far, and what the chat is", async () => {
  const desk = new Desk();
  const bookmarks = await desk.open();
  expect(bookmarks.isNew).toBe(true);
  bookmarks.beginWith(desk.ago(HOUR_MS));
  const thread: Place = { id: "20", kind: "thread", guild: "1", parent: "10", isOurs: true };
  const direct: Place = { id: "30", kind: "dm", user: "5" };
  const upTo = desk.ago(500);
  for (const one of [thread, direct]) bookmarks.move(one, upTo);
  await bookmarks.write();
  const next = await desk.open();
  expect(next.isNew).toBe(false);
  expect(next.places).toEqual([thread, direct]);
  expect(next.startOf("20")).toBe(upTo);
});

describe("a chat without a bookmark", () => {
  test("was read as far as the line, less a minute in which messages may come out of order", async () => {
    const desk = new Desk();
    const bookmarks = await desk.open();
    bookmarks.beginWith(desk.ago(HOUR_MS));
    bookmarks.move(place("10"), desk.ago(0));
    expect(bookmarks.startOf("11")).toBe(desk.ago(HOUR_MS));
    bookmarks.noteLine(desk.ago(0));
    expect(bookmarks.startOf("11")).toBe(desk.ago(60_000));
    expect(bookmarks.startOf("10")).toBe(desk.ago(0));
  });

  test("was never read before the account was there", async () => {
    const desk = new Desk();
    const bookmarks = await desk.open();
    bookmarks.beginWith(desk.ago(10_000));
    expect(bookmarks.startOf("11")).toBe(desk.ago(10_000));
  });

  test("keeps its place once something waits in it, however far the line moves on", async () => {
    const desk = new Desk();
    const bookmarks = await desk.open();
    bookmarks.beginWith(desk.ago(HOUR_MS));
    const waits = desk.ago(1000);
    bookmarks.begin(place("11"), waits);
    await desk.clock.advance(HOUR_MS);
    bookmarks.noteLine(desk.ago(0));
    await bookmarks.write();
    expect((await desk.open()).startOf("11")).toBe(waits);
  });

  test("stays where it was until its server is described, also where the process dies before that", async () => {
    const desk = new Desk();
    const first = await desk.open();
    first.beginWith(desk.ago(HOUR_MS));
    const waits = first.startOfOthers;
    first.awaitGuilds(["1", "2"]);
    await desk.clock.advance(HOUR_MS);
    first.noteLine(desk.ago(0));
    first.noteDescribed("2");
    await first.write();
    const second = await desk.open();
    second.awaitGuilds(["1", "2"]);
    await desk.clock.advance(HOUR_MS);
    second.noteLine(desk.ago(0));
    expect(second.startOf("11", "1")).toBe(waits);
    expect(second.startOf("21", "2")).toBe(desk.ago(HOUR_MS + 60_000));
    second.noteDescribed("1");
    expect(second.startOf("11", "1")).toBe(desk.ago(60_000));
    second.awaitGuilds([]);
    expect(second.startOf("21", "2")).toBe(desk.ago(60_000));
  });
});

test("of ten thousand chats the five hundred that were busy last are remembered", async () => {
  const desk = new Desk();
  const bookmarks = await desk.open();
  bookmarks.beginWith(desk.ago(HOUR_MS));
  for (let count = 0; count < 10_000; count++) bookmarks.move(place(String(count)), desk.ago(0));
  bookmarks.move(place("9600"), desk.ago(0));
  expect(bookmarks.places).toHaveLength(500);
  expect(bookmarks.places.at(-1)?.id).toBe("9600");
  await bookmarks.write();
  expect(desk.kept.get("bookmarks")?.length).toBeLessThan(64 * 1024);
});

test("threads in servers, however many, leave the private chats remembered, and the other way round", async () => {
  const desk = new Desk();
  const bookmarks = await desk.open();
  bookmarks.beginWith(desk.ago(HOUR_MS));
  const direct = (id: number): Place => ({ id: `d${id}`, kind: "dm", user: String(id) });
  const thread = (id: number): Place => ({ id: `t${id}`, kind: "thread", guild: "1", parent: "10" });
  const idsOf = (kind: Place["kind"]) =>
    bookmarks.places.filter((one) => one.kind === kind).map(({ id }) => id);
  for (let id = 0; id < 3; id++) bookmarks.move(direct(id), desk.ago(0));
  for (let id = 0; id < 2000; id++) bookmarks.move(thread(id), desk.ago(0));
  expect(idsOf("dm")).toEqual(["d0", "d1", "d2"]);
  for (let id = 0; id < 2000; id++) bookmarks.move(direct(id), desk.ago(0));
  expect([idsOf("dm").length, idsOf("dm")[0], idsOf("dm").at(-1)]).toEqual([500, "d1500", "d1999"]);
  expect([idsOf("thread").length, idsOf("thread").at(-1)]).toEqual([500, "t1999"]);
  await bookmarks.write();
  expect((await desk.open()).places).toEqual(bookmarks.places);
});

test("a bookmark never moves back, and is gone with its chat", async () => {
  const desk = new Desk();
  const bookmarks = await desk.open();
  bookmarks.beginWith(desk.ago(HOUR_MS));
  bookmarks.move(place("10"), desk.ago(10));
  bookmarks.move(place("10"), desk.ago(20));
  expect(bookmarks.startOf("10")).toBe(desk.ago(10));
  bookmarks.forget("10");
  expect(bookmarks.places).toEqual([]);
});

test("a disk that is full for a while costs nothing but a warning", async () => {
  const desk = new Desk();
  const bookmarks = await desk.open();
  desk.isFull = true;
  bookmarks.beginWith(desk.ago(HOUR_MS));
  await bookmarks.write();
  desk.isFull = false;
  await bookmarks.write();
  expect((await desk.open()).isNew).toBe(false);
  expect(desk.lines.lines.map(({ level }) => level)).toEqual(["warn"]);
});

test("what cannot be read is said, and the account begins anew", async () => {
  const desk = new Desk();
  desk.kept.set("bookmarks", "{ broken");
  expect((await desk.open()).isNew).toBe(true);
  expect(desk.lines.lines.map(({ level }) => level)).toEqual(["error"]);
});
