import { expect, test } from "bun:test";
import type { FileShelf, OutgoingFile } from "../../../src/web/state/file-shelf.ts";
import { Outbox, type OutboxEntry } from "../../../src/web/state/outbox.ts";
import { LostRequest, RefusedRequest } from "../../../src/web/wire/connection.ts";
import { KEY } from "./conversations.ts";
import { MemoryStore } from "./memory-store.ts";

class Shelf implements FileShelf {
  readonly files = new Map<string, readonly OutgoingFile[]>();
  async put(key: string, files: readonly OutgoingFile[]) {
    this.files.set(key, files);
  }
  async get(key: string) {
    return this.files.get(key);
  }
  async remove(key: string) {
    this.files.delete(key);
  }
}

const refused = (retryable: boolean, code = "BAD_REQUEST") =>
  new RefusedRequest({ code, message: "No.", retryable, retryAfterMs: 0 });

/** A browser and its gateway: `outcomes` says how each delivery goes; when there are none left, well. */
class World {
  readonly store = new MemoryStore();
  readonly shelf = new Shelf();
  readonly delivered: { key: string; files: number }[] = [];
  outcomes: (Error | undefined)[] = [];
  outbox = this.open();

  /** The same storage in a page that was loaded anew. */
  open(): Outbox {
    return new Outbox(this.store, this.shelf, async (entry, files) => {
      this.delivered.push({ key: entry.key, files: files.length });
      const outcome = this.outcomes.shift();
      if (outcome) throw outcome;
    });
  }

  async write(key: string, files: readonly OutgoingFile[] = [], sessionKey = KEY): Promise<void> {
    const attachments = files.map(({ name, mimeType }) => ({ name, mimeType }));
    await this.outbox.add({ key, sessionKey, text: key, atMs: this.delivered.length, attachments }, files);
    await this.outbox.settled(sessionKey);
  }

  get states(): readonly string[] {
    return this.outbox.entries.value.map((entry: OutboxEntry) => `${entry.key} ${entry.state}`);
  }
}

test("a message that was acknowledged is kept no longer", async () => {
  const world = new World();
  await world.write("a");
  expect(world.states).toEqual([]);
  expect(world.store.keys()).toEqual([]);
});

test("without a connection a message waits, survives a reload, and goes out under the same key", async () => {
  const world = new World();
  world.outcomes = [new LostRequest("offline")];
  await world.write("a");
  expect(world.states).toEqual(["a waiting"]);
  world.outbox = world.open();
  expect(world.states).toEqual(["a waiting"]);
  world.outbox.flush();
  await world.outbox.settled(KEY);
  expect(world.delivered.map(({ key }) => key)).toEqual(["a", "a"]);
  expect(world.states).toEqual([]);
});

test("messages of a conversation go out in order, one after the other", async () => {
  const world = new World();
  world.outcomes = [new LostRequest("offline")];
  await world.write("a");
  world.outcomes = [new LostRequest("offline")];
  await world.write("b");
  world.delivered.length = 0;
  world.outbox.flush();
  await world.outbox.settled(KEY);
  expect(world.delivered.map(({ key }) => key)).toEqual(["a", "b"]);
});

test("a message is not sent before the one before it is acknowledged", async () => {
  const world = new World();
  const { promise, resolve } = Promise.withResolvers<void>();
  const begun: string[] = [];
  world.outbox = new Outbox(world.store, world.shelf, (entry) => {
    begun.push(entry.key);
    return promise;
  });
  for (const key of ["a", "b"]) {
    await world.outbox.add({ key, sessionKey: KEY, text: key, atMs: begun.length, attachments: [] }, []);
  }
  expect(begun).toEqual(["a"]);
  expect(world.states).toEqual(["a sending", "b waiting"]);
  expect(world.open().entries.value.map(({ state }) => state)).toEqual(["waiting", "waiting"]);
  resolve();
  await world.outbox.settled(KEY);
  expect(begun).toEqual(["a", "b"]);
});

test("a refused message says so, stays for the person to decide, and does not hold up the next one", async () => {
  const world = new World();
  world.outcomes = [refused(false)];
  await world.write("a");
  await world.write("b");
  expect(world.states).toEqual(["a failed"]);
  expect(world.outbox.entries.value[0]?.error?.message).toBe("No.");
  world.outbox = world.open();
  expect(world.states).toEqual(["a failed"]);
  world.outbox.retry("a");
  await world.outbox.settled(KEY);
  expect(world.states).toEqual([]);
});

test("a discarded message is never sent, and its files go with it", async () => {
  const world = new World();
  world.outcomes = [refused(false)];
  await world.write("a", [{ name: "x", mimeType: "text/plain", base64: "eA==" }]);
  world.outbox.remove("a");
  world.outbox.flush();
  await world.outbox.settled(KEY);
  expect(world.delivered).toHaveLength(1);
  expect(world.store.keys()).toEqual([]);
  expect(world.shelf.files.size).toBe(0);
});

test("files wait with their message, and a message without its files is not sent without a word", async () => {
  const world = new World();
  world.outcomes = [new LostRequest("offline")];
  await world.write("a", [{ name: "x", mimeType: "text/plain", base64: "eA==" }]);
  world.outbox = world.open();
  world.outbox.flush();
  await world.outbox.settled(KEY);
  expect(world.delivered.at(-1)).toEqual({ key: "a", files: 1 });

  world.outcomes = [new LostRequest("offline")];
  await world.write("b", [{ name: "x", mimeType: "text/plain", base64: "eA==" }]);
  world.shelf.files.clear();
  world.outbox = world.open();
  world.outbox.flush();
  await world.outbox.settled(KEY);
  expect(world.outbox.entries.value[0]?.error?.code).toBe("FILES_LOST");
});

test("conversations do not wait for each other", async () => {
  const world = new World();
  const { promise, resolve } = Promise.withResolvers<void>();
  const sent: string[] = [];
  world.outbox = new Outbox(world.store, world.shelf, async (entry) => {
    if (entry.key === "slow") await promise;
    sent.push(entry.key);
  });
  const other = "agent:main:webchat:dm:two";
  await world.outbox.add({ key: "slow", sessionKey: KEY, text: "", atMs: 1, attachments: [] }, []);
  await world.write("quick", [], other);
  expect(sent).toEqual(["quick"]);
  resolve();
  await world.outbox.settled(KEY);
  expect(sent).toEqual(["quick", "slow"]);
});

test("what another tab keeps or has sent is seen after a look at the storage", async () => {
  const world = new World();
  const other = new Outbox(world.store, world.shelf, () => Promise.reject(new LostRequest("offline")));
  await other.add({ key: "a", sessionKey: KEY, text: "a", atMs: 1, attachments: [] }, []);
  await other.settled(KEY);
  world.outbox.reload();
  expect(world.states).toEqual(["a waiting"]);
  other.remove("a");
  world.outbox.reload();
  expect(world.states).toEqual([]);
});
