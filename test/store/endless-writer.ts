import { writeSync } from "node:fs";
import { systemClock } from "../../src/lib/clock.ts";
import { CLAIM, inbound, queued, saying } from "../contracts/store-words.ts";
import { storeIn } from "./temporary-store.ts";

/**
 * A gateway that only stores, until it is killed: messages are recorded, queued, answered and
 * delivered. Each line it prints is a fact that it was told is safe.
 */
const [folder = ""] = process.argv.slice(2);
const store = storeIn(folder, systemClock);
const tell = (...fact: string[]) => writeSync(1, `${fact.join(" ")}\n`);

await store.open();
tell("open");
for (let i = 0; ; i++) {
  const chat = `c${i % 3}`;
  const message = inbound(chat, `m${i}`);
  const { id } = await store.inbox.record(message);
  tell("recorded", chat, message.id, id);
  await store.inbox.settle(id, queued(message));
  tell("queued", message.id);
  if (i % 2 === 0) continue;
  const turn = await store.turns.claim("w", CLAIM);
  if (!turn) continue;
  const replies = [saying(chat, `${turn.id}/0`)];
  await store.turns.finish(turn.id, "w", { state: "done", replies });
  for (const { id: answered } of turn.messages) tell("answered", answered, `${turn.id}/0`);
}
