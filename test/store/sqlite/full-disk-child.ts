import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StoreError } from "../../../src/core/errors.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { inbound } from "../../contracts/store-words.ts";
import { storeIn } from "../temporary-store.ts";

/** Fills the disk under a store, goes on for a while, makes room, and says what became of its messages. */
const [folder = "", limit] = process.argv.slice(2);
const filler = join(folder, "filler");
// On a disk of its own this is what takes the space away, and gives it back.
if (limit === undefined) writeFileSync(filler, Buffer.alloc(1 << 20));
const store = storeIn(folder, systemClock);
await store.open();
if (limit !== undefined) store.connection.database.run("pragma max_page_count = 200");

const acknowledged: string[] = [];
const codes = new Set<string>();
let failed = 0;
for (let i = 0; failed < 20 && i < 10_000; i++) {
  try {
    acknowledged.push((await store.inbox.record(inbound("a", `m${i}`, { text: "x".repeat(3000) }))).id);
  } catch (error) {
    failed += 1;
    codes.add(error instanceof StoreError ? error.code : String(error));
  }
}

if (limit === undefined) rmSync(filler);
else store.connection.database.run("pragma max_page_count = 100000");
const { receipt: afterwards } = await store.inbox.record(inbound("a", "after", { text: "x".repeat(3000) }));
await store.close();
await store.open();
const there = new Set((await store.inbox.unsettled()).map(({ id }) => id));
const missing = acknowledged.filter((id) => !there.has(id)).length;
const tooMany = there.size - acknowledged.length - 1;
await store.close();
await Bun.write(
  Bun.stdout,
  JSON.stringify({
    acknowledged: acknowledged.length,
    missing,
    tooMany,
    failed,
    codes: [...codes],
    afterwards,
  }),
);
