import { describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  expandHome,
  findConfigFile,
  formatPath,
  parseConfigText,
  readConfigFile,
} from "../../src/core/config-file.ts";
import { ConfigError } from "../../src/core/errors.ts";
import { configs } from "./config-of.ts";

const { folder } = configs();

const faultIn = (text: string) => {
  try {
    parseConfigText(text, "f");
  } catch (error) {
    if (error instanceof ConfigError) return error.problems[0];
    throw error;
  }
  return undefined;
};

describe("the file that counts", () => {
  const [cwd, home] = [join(folder, "cwd"), join(folder, "home")];
  const inCwd = join(cwd, "pi-gateway.jsonc");
  const inHome = join(home, ".pi/gateway/pi-gateway.jsonc");
  const named = join(folder, "named.jsonc");
  const search = { cwd, home, env: {} };

  test("is --config, then $PI_GATEWAY_CONFIG, then the working directory's, then the home folder's, then none", () => {
    mkdirSync(cwd, { recursive: true });
    mkdirSync(join(home, ".pi/gateway"), { recursive: true });
    expect(findConfigFile(search)).toBeUndefined();
    writeFileSync(inHome, "{}");
    expect(findConfigFile(search)).toBe(inHome);
    writeFileSync(inCwd, "{}");
    expect(findConfigFile(search)).toBe(inCwd);
    writeFileSync(named, "{}");
    const env = { PI_GATEWAY_CONFIG: "../named.jsonc" };
    expect(findConfigFile({ ...search, env })).toBe(named);
    expect(findConfigFile({ ...search, env, flag: "~/.pi/gateway/pi-gateway.jsonc" })).toBe(inHome);
  });

  test("must exist if it was named, and the message says who named it", () => {
    expect(() => findConfigFile({ ...search, flag: "nowhere.jsonc" })).toThrow(/nowhere\.jsonc.*--config/);
    expect(() => findConfigFile({ ...search, env: { PI_GATEWAY_CONFIG: "/no" } })).toThrow(
      /PI_GATEWAY_CONFIG/,
    );
  });

  test("is not looked for under an empty name", () => {
    expect(findConfigFile({ ...search, cwd: folder, env: { PI_GATEWAY_CONFIG: "" } })).toBe(inHome);
  });
});

describe("JSONC", () => {
  test("may have comments, trailing commas, // in texts, a byte order mark, and any line ending", () => {
    const text = '\uFEFF// first\r\n{ /* in */ "a": "http://x/*y*/", // after\r\n "b": [1, 2,],\r\n}\r\n';
    const { value, locate } = parseConfigText(text, "f");
    expect(value).toEqual({ a: "http://x/*y*/", b: [1, 2] });
    expect(locate(["a"])).toBe("f:2:17");
    expect(locate(["b"], "key")).toBe("f:3:2");
    expect(locate(["b", 1])).toBe("f:3:11");
  });

  test("that is broken is refused with line and column", () => {
    expect(faultIn('{\n  "a": 1\n  "b": 2\n}')).toBe("f:3:3 expected a comma before this");
    expect(faultIn('{\n  "a" 1 }')).toBe("f:2:7 expected a colon after the key");
    expect(faultIn("{ a: 1 }")).toStartWith("f:1:3 ");
    expect(faultIn('{ "a": }')).toBe("f:1:8 expected a value");
    expect(faultIn('{ "a": "b\n}')).toStartWith("f:1:8 this text has no closing quote");
    expect(faultIn('{ "a": 1')).toBe("f:1:9 expected } before the end of the file");
    expect(faultIn("{ } }")).toBe("f:1:5 expected nothing after the closing brace");
    expect(faultIn("/* no end")).toBe("f:1:1 this comment is never closed");
  });

  test("that is empty or no section is refused", () => {
    expect(faultIn("")).toBe("f:1:1 the file is empty; an empty configuration is written { }");
    expect(faultIn(" \n")).toContain("the file is empty");
    expect(faultIn("// nothing\n")).toContain("{ … }");
    expect(faultIn("[1]")).toBe("f:1:1 expected a configuration in braces: { … }");
  });

  test("that sets a key twice is a warning, and the last one counts, with its own place", () => {
    const { value, warnings, locate } = parseConfigText('{ "a": { "x": 1 },\n "a": { "y": "2" } }', "f");
    expect(value).toEqual({ a: { y: "2" } });
    expect(warnings).toEqual(["f:2:2 a: set twice; the last one counts"]);
    expect(locate(["a", "y"])).toBe("f:2:14");
    expect(locate(["a", "x"])).toBe("f:2:2");
  });

  test("shows what is missing at the section that lacks it", () => {
    const { locate } = parseConfigText('{ "gateway":\n { "auth": {} } }', "f");
    expect(locate(["gateway", "auth", "password"])).toBe("f:2:4");
    expect(locate(["nothing"])).toBe("f:1:1");
  });
});

test("a file is named as seen from the working directory, if it is below it", () => {
  const file = join(folder, "named-as.jsonc");
  writeFileSync(file, "{,}");
  expect(() => readConfigFile(file, folder)).toThrow(/^named-as\.jsonc:1:2/);
  expect(() => readConfigFile(file, "/elsewhere")).toThrow(new RegExp(`^${RegExp.escape(file)}:1:2`));
});

test("a file that cannot be read says so", () => {
  expect(() => readConfigFile(folder, folder)).toThrow(/cannot be read/);
});

test("only a leading ~ is the home folder", () => {
  expect(["~", "~/a", "~b/c", "a/~"].map((path) => expandHome(path, "/h"))).toEqual([
    "/h",
    "/h/a",
    "~b/c",
    "a/~",
  ]);
});

test("a path is written as one would write it in JavaScript", () => {
  expect(formatPath(["cron", "jobs", 0, "id"])).toBe("cron.jobs[0].id");
  expect(formatPath(["groups", "-100123", "a.b", "$schema"])).toBe('groups.-100123["a.b"].$schema');
});
