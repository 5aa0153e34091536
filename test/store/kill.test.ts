import { expect, test } from "bun:test";
import { join } from "node:path";
import { StoreError } from "../../src/core/errors.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { seqOf } from "../../src/store/sqlite/sequence.ts";
import { CLAIM, idsOf, inbound } from "../contracts/store-words.ts";
import { storeIn, temporaryFolder } from "./temporary-store.ts";

/** Starts a writer in `folder` and resolves with it once it has told `facts` lines; it goes on meanwhile. */
async function startWriter(folder: string, facts: number) {
  const writer = Bun.spawn([process.execPath, join(import.meta.dir, "endless-writer.ts"), folder], {
    stdout: "pipe",
    stderr: "inherit",
  });
  const reader = writer.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let told = "";
  const readUntil = async (isEnough: () => boolean) => {
    while (!isEnough()) {
      const { value, done } = await reader.read();
      if (done) return;
      told += value;
    }
  };
  await readUntil(() => told.split("\n").length > facts);
  return {
    /** Kills it in the middle of what it does; resolves with every fact it had told. */
    async kill(): Promise<string[][]> {
      process.kill(writer.pid, "SIGKILL");
      await writer.exited;
      await readUntil(() => false);
      // The last line may be cut off: then it was not told.
      return told
        .slice(0, told.lastIndexOf("\n"))
        .split("\n")
        .map((line) => line.split(" "));
    },
  };
}

const factsOf = (facts: string[][], kind: string) => facts.filter(([word]) => word === kind);

test("after kill -9 in the middle of writes, everything that was acknowledged is there", async () => {
  using folder = temporaryFolder();
  for (const enough of [1, 37, 500]) {
    const writer = await startWriter(folder.path, enough);
    const facts = await writer.kill();
    const store = storeIn(folder.path, systemClock);
    await store.open();
    expect(store.connection.database.query("pragma integrity_check").values()).toEqual([["ok"]]);
    for (const [, chat, messageId, id] of factsOf(facts, "recorded")) {
      expect(await store.inbox.record(inbound(chat!, messageId!))).toEqual({ receipt: "duplicate", id: id! });
    }
    for (const [, , key] of factsOf(facts, "answered")) {
      expect(await store.outbox.find(key!)).toMatchObject({ state: "pending" });
    }

    // What was queued and not answered is still to be answered, by turns that are free at once.
    const answered = new Set(factsOf(facts, "answered").map(([, messageId]) => messageId));
    for (let turn = await store.turns.claim("w", CLAIM); turn; turn = await store.turns.claim("w", CLAIM)) {
      expect(idsOf(turn)).not.toEqual([]);
      for (const id of idsOf(turn)!) expect(answered.has(id)).toBe(false);
      await store.turns.finish(turn.id, "w", { state: "done", replies: [] });
    }
    expect(await store.turns.depth()).toBe(0);
    const stateOf = store.connection.database.query<{ state: string }, [number]>(
      "select t.state from inbox i join turn t on t.seq = i.turn where i.seq = ?",
    );
    const idOfMessage = new Map(factsOf(facts, "recorded").map(([, , messageId, id]) => [messageId, id]));
    for (const [, messageId] of factsOf(facts, "queued")) {
      expect(stateOf.get(seqOf(idOfMessage.get(messageId)!))).toEqual({ state: "done" });
    }

    // The next round begins with names that are new.
    await store.close();
    for (const name of ["gateway.db", "gateway.db-wal", "gateway.db-shm"]) {
      await Bun.file(join(folder.path, name))
        .delete()
        .catch((error: unknown) => expect(error).toMatchObject({ code: "ENOENT" }));
    }
  }
}, 60_000);

test("while one process has the state no other gets it, and after its death the next one does", async () => {
  using folder = temporaryFolder();
  const writer = await startWriter(folder.path, 5);
  const store = storeIn(folder.path, systemClock);
  const refusal = await store.open().catch((error: unknown) => error);
  if (!(refusal instanceof StoreError)) throw new Error("the second process was let in");
  expect([refusal.code, refusal.retry]).toEqual(["locked", "never"]);
  expect(refusal.message).toContain("Another pi-gateway is running on this state");
  expect(refusal.message).toContain("gateway.lock.db");
  await store.close();
  await writer.kill();
  await store.open();
  expect((await store.turns.depth()) >= 0).toBe(true);
  await store.close();
}, 30_000);
