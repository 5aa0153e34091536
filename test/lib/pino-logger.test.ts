import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { createLogger, type LoggerOptions } from "../../src/lib/pino-logger.ts";

function logger(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const log = createLogger({
    level: "info",
    pretty: false,
    destination: { write: (line) => lines.push(line) },
    secrets: () => [],
    ...options,
  });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? "null") as Record<string, unknown> };
}

describe("a log line", () => {
  test("is one line of JSON: level, time, fields, then the sentence", () => {
    const { log, lines, last } = logger();
    log.warn({ turn: 7 }, "turn released");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toEndWith("\n");
    expect(last()).toMatchObject({ level: "warn", turn: 7, msg: "turn released" });
    expect(new Date(String(last()["time"])).getTime()).toBeGreaterThan(0);
  });

  test("of a child has the child's fields", () => {
    const { log, last } = logger();
    log.child({ channel: "c" }).child({ account: "a", token: "t" }).info({ x: 1 }, "said");
    expect(last()).toMatchObject({ channel: "c", account: "a", token: "[redacted]", x: 1 });
  });

  test("never has a secret that is in force now, in fields or sentence, also after a reload", () => {
    let secrets = ["first-secret"];
    const { log, lines } = logger({ secrets: () => secrets });
    const child = log.child({ part: "p" });
    child.info({ url: "https://api/botfirst-secret/x" }, "said first-secret");
    secrets = ["other-secret"];
    child.error({ error: new Error("other-secret") }, "failed");
    expect(lines.join("")).not.toMatch(/first-secret|other-secret/);
  });

  test("has what people wrote at debug only", () => {
    const { log, last } = logger({ level: "debug" });
    log.info({ text: "hello" }, "received");
    expect(last()["text"]).toBe("[5 characters]");
    log.debug({ text: "hello" }, "received");
    expect(last()["text"]).toBe("hello");
  });

  test("for a terminal is readable", () => {
    const { log, lines } = logger({ pretty: true });
    log.error({ turn: 7, err: new Error("no") }, "turn failed");
    expect(lines.join("")).toContain("turn failed");
    expect(lines.join("")).toContain("ERROR");
    expect(lines.join("")).toMatch(/turn.*7/);
    expect(() => JSON.parse(lines.join("")) as unknown).toThrow();
  });

  test("goes to the file as JSON, whatever the terminal shows", () => {
    const file: string[] = [];
    const { log } = logger({ pretty: true, file: { write: (line) => file.push(line) } });
    log.info({ turn: 7 }, "said");
    expect(JSON.parse(file.join(""))).toMatchObject({ turn: 7, msg: "said" });
  });
});

describe("the level", () => {
  test("keeps out what is below it, and may change while children exist", () => {
    const { log, lines } = logger({ level: "warn" });
    const child = log.child({});
    log.info({}, "no");
    child.debug({}, "no");
    expect(lines).toEqual([]);
    log.setLevel("debug");
    child.debug({}, "yes");
    expect(lines).toHaveLength(1);
    log.setLevel("error");
    child.warn({}, "no");
    child.error({}, "yes");
    expect(lines).toHaveLength(2);
  });
});

test("each line is out when the call returns, even into a slow pipe before an exit", async () => {
  const program = `
    import { createLogger } from ${JSON.stringify(join(import.meta.dir, "../../src/lib/pino-logger.ts"))};
    const log = createLogger({ level: "info", pretty: false, secrets: () => [] });
    for (let n = 0; n < 1000; n += 1) log.info({ n, filler: "x".repeat(200) }, "line");
    process.exit(0);
  `;
  // A shell reads a pipe byte by byte.
  const slowly = `"$0" -e "$1" | { count=0; while read -r line; do count=$((count + 1)); done; echo $count; }`;
  const child = Bun.spawn(["sh", "-c", slowly, process.execPath, program], { stdout: "pipe" });
  expect(await new Response(child.stdout).text()).toBe("1000\n");
});
