import { afterAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RotatingFile } from "../../src/lib/rotating-file.ts";

const root = mkdtempSync(join(tmpdir(), "pi-gateway-log-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;

function log(maxBytes = 1000, keep = 3) {
  count += 1;
  const folder = join(root, `logs-${count}`);
  const path = join(folder, "gateway.log");
  return { folder, path, file: new RotatingFile({ path, maxBytes, keep }) };
}

const read = (path: string) => readFileSync(path, "utf8");

describe("a log file", () => {
  test("is there with its folder at the first line, for its owner only, and goes on where it ended", () => {
    const { path, folder, file } = log();
    expect(existsSync(folder)).toBe(false);
    file.write("one\n");
    expect(read(path)).toBe("one\n");
    file.close();
    new RotatingFile({ path, maxBytes: 1000, keep: 3 }).write("two\n");
    expect(read(path)).toBe("one\ntwo\n");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  test("stays below its size, keeps as many as it should, and loses no line of those", () => {
    const { folder, path, file } = log(100, 3);
    const line = (n: number) => `line ${String(n).padStart(4, "0")}\n`;
    for (let n = 0; n < 50; n += 1) file.write(line(n));
    expect(readdirSync(folder).toSorted()).toEqual(["gateway.1.log", "gateway.2.log", "gateway.log"]);
    for (const name of readdirSync(folder))
      expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(100);
    const kept = read(join(folder, "gateway.2.log")) + read(join(folder, "gateway.1.log")) + read(path);
    const all = Array.from({ length: 50 }, (_, n) => line(n)).join("");
    expect(all.endsWith(kept)).toBe(true);
    expect(kept.length).toBeGreaterThan(200);
  });

  test("takes a line that is longer than itself", () => {
    const { path, folder, file } = log(10, 2);
    file.write("short\n");
    file.write(`${"x".repeat(50)}\n`);
    expect(read(path)).toHaveLength(51);
    expect(read(join(folder, "gateway.1.log"))).toBe("short\n");
  });

  test("may be the only one that is kept", () => {
    const { folder, path, file } = log(10, 1);
    for (const line of ["123456789\n", "abcdefghi\n"]) file.write(line);
    expect(readdirSync(folder)).toEqual(["gateway.log"]);
    expect(read(path)).toBe("abcdefghi\n");
  });

  test("is begun anew when somebody deletes it, its folder, or moves it away", () => {
    const { path, folder, file } = log();
    file.write("one\n");
    rmSync(path);
    file.write("two\n");
    expect(read(path)).toBe("two\n");
    rmSync(folder, { recursive: true });
    file.write("three\n");
    expect(read(path)).toBe("three\n");
    renameSync(path, `${path}.old`);
    file.write("four\n");
    expect(read(path)).toBe("four\n");
    expect(read(`${path}.old`)).toBe("three\n");
  });

  test("that cannot be written costs no line and no error: they come when it can", () => {
    const { path, folder, file } = log();
    writeFileSync(folder, "a file where the folder should be");
    for (const line of ["one\n", "two\n"]) file.write(line);
    rmSync(folder);
    file.write("three\n");
    expect(read(path)).toBe("one\ntwo\nthree\n");
    expect(file.lostLines).toBe(0);
  });

  test("holds back a thousand lines at most, and counts the others", () => {
    const { path, folder, file } = log(1_000_000);
    writeFileSync(folder, "in the way");
    for (let n = 0; n < 1500; n += 1) file.write(`${n}\n`);
    expect(file.lostLines).toBe(500);
    rmSync(folder);
    file.write("last\n");
    expect(read(path)).toStartWith("500\n501\n");
    expect(read(path)).toEndWith("1499\nlast\n");
  });

  test("whose name is taken by a folder later rotates into nothing and goes on", () => {
    const { folder, path, file } = log(10, 2);
    file.write("123456789\n");
    mkdirSync(join(folder, "gateway.1.log"));
    chmodSync(folder, 0o700);
    file.write("abcdefghi\n");
    rmSync(join(folder, "gateway.1.log"), { recursive: true });
    file.write("ABCDEFGHI\n");
    expect(read(join(folder, "gateway.1.log")) + read(path)).toBe("abcdefghi\nABCDEFGHI\n");
  });
});
