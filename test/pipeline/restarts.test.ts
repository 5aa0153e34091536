import { expect, test } from "bun:test";
import type { Posting } from "../../src/pipeline/post.ts";
import { Restarts } from "../../src/pipeline/restarts.ts";
import { sentencesIn } from "../../src/pipeline/sentences.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { CHAT, SESSION } from "../fakes/path-world.ts";

const asker = { id: "turn1", session: SESSION, chat: CHAT };

/** What is there before and after a restart. */
class Machine {
  readonly values = new Map<string, string>();
  readonly posted: Posting[] = [];
  readonly turn = Promise.withResolvers<void>();
  restarts = 0;
  postFails = false;

  boot(canRestart = true): Restarts {
    return new Restarts({
      state: {
        get: async (place, key) => this.values.get(`${place} ${key}`),
        set: async (place, key, value) => void this.values.set(`${place} ${key}`, value),
      },
      turnEnd: () => this.turn.promise,
      post: async (posting) => {
        if (this.postFails) throw new Error("the channel is gone");
        this.posted.push(posting);
        return true;
      },
      sentences: () => sentencesIn("en"),
      restart: canRestart ? () => void (this.restarts += 1) : undefined,
      log: silentLogger,
    });
  }
}

test("the restart comes when the turn has ended, once however many ask", async () => {
  const machine = new Machine();
  const restarts = machine.boot();
  expect(await restarts.ask(asker)).toBe("planned");
  expect(await restarts.ask({ ...asker, id: "turn2" })).toBe("planned");
  expect(machine.restarts).toBe(0);
  machine.turn.resolve();
  await machine.turn.promise;
  await Promise.resolve();
  expect(machine.restarts).toBe(1);
});

test("the chat that asked hears that the gateway is back, under a key that no second start repeats", async () => {
  const machine = new Machine();
  await machine.boot().ask(asker);
  await machine.boot().start();
  expect(machine.posted).toMatchObject([
    {
      to: CHAT,
      session: SESSION,
      key: "restart/turn1",
      message: { markdown: "The gateway has restarted and is back." },
    },
  ]);
  await machine.boot().start();
  expect(machine.posted).toHaveLength(1);
});

test("a turn that goes on after the restart, and asks again, learns that it has happened", async () => {
  const machine = new Machine();
  await machine.boot().ask(asker);
  const next = machine.boot();
  await next.start();
  expect(await next.ask(asker)).toBe("done");
  expect(await next.ask({ ...asker, id: "turn2" })).toBe("planned");
});

test("nothing is promised where nobody can start the process anew", async () => {
  const machine = new Machine();
  expect(await machine.boot(false).ask(asker)).toBe("impossible");
  await machine.boot().start();
  expect(machine.posted).toEqual([]);
});

test("a chat that cannot be told keeps no gateway from starting", async () => {
  const machine = new Machine();
  await machine.boot().ask(asker);
  machine.postFails = true;
  await machine.boot().start();
  machine.postFails = false;
  await machine.boot().start();
  expect(machine.posted).toEqual([]);
});
