import { describe, expect, test } from "bun:test";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LiveConfig, type LiveConfigOptions } from "../../src/core/config-live.ts";
import { configFilePlaces, findConfigFile } from "../../src/core/config-file.ts";
import { loadConfig } from "../../src/core/config.ts";
import { FakeClock } from "../fakes/fake-clock.ts";
import { keepLines } from "../fakes/log-lines.ts";
import { configs } from "./config-of.ts";

const { folder, inputFor } = configs();
let count = 0;

const withPort = (port: number) => `{ "gateway": { "port": ${port} } }`;
/** A change counts at the second look that sees it. */
const SEEN = 2000;

function world(text?: string, options: Partial<LiveConfigOptions> = {}) {
  count += 1;
  const cwd = join(folder, `cwd-${count}`);
  mkdirSync(cwd);
  const file = join(cwd, "pi-gateway.jsonc");
  const write = (content: string) => writeFileSync(file, content);
  if (text !== undefined) write(text);
  const search = { cwd, home: "/nowhere", env: {} };
  const load = () => loadConfig(inputFor(findConfigFile(search), { cwd }));
  const { log, lines } = keepLines();
  const clock = new FakeClock();
  const changes: (readonly string[])[] = [];
  const live = new LiveConfig(load(), {
    load,
    files: configFilePlaces(search),
    log,
    clock,
    pollMs: 700,
    onChange: (_now, _before, changed) => void changes.push(changed),
    ...options,
  });
  const errors = () => lines.filter(({ level }) => level === "error");
  return { cwd, file, write, live, clock, lines, errors, changes };
}

async function watching(given: ReturnType<typeof world>, work: () => Promise<void>) {
  await given.live.start();
  await given.clock.advance(SEEN);
  try {
    await work();
  } finally {
    await given.live.stop();
  }
}

describe("a configuration that is watched", () => {
  test("follows its file, and says what changed", async () => {
    const given = world(withPort(1));
    await watching(given, async () => {
      expect(given.changes).toEqual([]);
      given.write(withPort(2));
      await given.clock.advance(SEEN);
      expect(given.live.config.gateway.port).toBe(2);
      expect(given.changes).toEqual([["gateway.port"]]);
    });
  });

  test("follows a file that is renamed into place, again and again, as editors do it", async () => {
    const given = world(withPort(1));
    await watching(given, async () => {
      for (const port of [2, 3, 4]) {
        writeFileSync(join(given.cwd, "new"), withPort(port));
        renameSync(join(given.cwd, "new"), given.file);
        await given.clock.advance(SEEN);
        expect(given.live.config.gateway.port).toBe(port);
      }
    });
  });

  test("follows a file that appears later", async () => {
    const given = world();
    await watching(given, async () => {
      expect(given.live.loaded.file).toBeUndefined();
      given.write(withPort(5));
      await given.clock.advance(SEEN);
      expect(given.live.loaded.file).toBe(given.file);
      expect(given.live.config.gateway.port).toBe(5);
    });
  });

  test("does not miss a change between the first reading and the start", async () => {
    const given = world(withPort(1));
    given.write(withPort(2));
    await watching(given, async () => expect(given.live.config.gateway.port).toBe(2));
  });

  test("stays the last good one while the file is wrong, and says once what is wrong", async () => {
    const given = world(withPort(1));
    await watching(given, async () => {
      given.write('{ "gateway": { "port": "high" } }');
      await given.clock.advance(5 * SEEN);
      expect(given.live.config.gateway.port).toBe(1);
      expect(given.errors()).toHaveLength(1);
      expect(given.errors()[0]?.["problems"]).toEqual([
        'pi-gateway.jsonc:1:24 gateway.port: expected a whole number from 0 to 65535, got "high"',
      ]);
      given.write(withPort(3));
      await given.clock.advance(SEEN);
      expect(given.live.config.gateway.port).toBe(3);
    });
  });

  test("stays the last good one while the file is gone: nothing runs on silent defaults", async () => {
    const given = world(withPort(1));
    await watching(given, async () => {
      rmSync(given.file);
      await given.clock.advance(SEEN);
      expect(given.live.config.gateway.port).toBe(1);
      expect(String(given.errors()[0]?.["problems"])).toContain("this file is gone");
      given.write(withPort(2));
      await given.clock.advance(SEEN);
      expect(given.live.config.gateway.port).toBe(2);
    });
  });

  test("is not read while it is being written: a state that lasts less than two looks does not count", async () => {
    const given = world(withPort(1));
    await watching(given, async () => {
      given.write('{ "gateway": { "po');
      await given.clock.advance(700);
      given.write(withPort(2));
      await given.clock.advance(SEEN);
      expect(given.errors()).toEqual([]);
      expect(given.live.config.gateway.port).toBe(2);
    });
  });

  test("is not announced when the file says the same in other words", async () => {
    const given = world(withPort(1));
    await watching(given, async () => {
      given.write(`// the same\n${withPort(1)}`);
      await given.clock.advance(SEEN);
      expect(given.changes).toEqual([]);
    });
  });

  test("is watched no more after a stop, which may come twice and before a start", async () => {
    const given = world(withPort(1));
    await given.live.stop();
    const other = world(withPort(1));
    await watching(other, async () => {});
    await other.live.stop();
    other.write(withPort(2));
    await other.clock.advance(SEEN);
    expect(other.live.config.gateway.port).toBe(1);
    expect(other.clock.sleeping).toBe(0);
  });
});

describe("a reload that somebody asks for", () => {
  test("answers what changed and what of it waits for a restart", async () => {
    const given = world('{ "hooks": { "pathh": "/x" } }');
    given.write('{ "gateway": { "port": 2, "logLevel": "debug" }, "hooks": { "pathh": "/x" } }');
    expect(await given.live.reload()).toEqual({
      changed: ["gateway.port", "gateway.logLevel"],
      needsRestart: ["gateway.port"],
      problems: [],
      warnings: ['pi-gateway.jsonc:1:61 hooks.pathh: unknown setting (did you mean "path"?)'],
    });
    expect(await given.live.reload()).toMatchObject({ changed: [] });
  });

  test("answers what is wrong, changes nothing, and is not said again by the watching", async () => {
    const given = world(withPort(1));
    await watching(given, async () => {
      given.write("{");
      expect((await given.live.reload()).problems).toEqual([
        "pi-gateway.jsonc:1:2 expected } before the end of the file",
      ]);
      expect(given.live.config.gateway.port).toBe(1);
      await given.clock.advance(SEEN);
      expect(given.errors()).toHaveLength(1);
    });
  });

  test("survives what nobody thought of", async () => {
    const broken = () => {
      throw new TypeError("no such thing");
    };
    const given = world(withPort(1), { load: broken });
    expect((await given.live.reload()).problems).toEqual(["reading the configuration failed: no such thing"]);
    const failing = world(withPort(1), {
      onChange: () => {
        throw new TypeError("cannot follow");
      },
    });
    failing.write(withPort(2));
    expect(await failing.live.reload()).toMatchObject({ changed: ["gateway.port"], problems: [] });
    expect(failing.errors()[0]?.message).toBe(
      "a change of the configuration could not be carried out in full",
    );
  });
});
