import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { HOOK_RULES } from "../../src/plugins/hook-rules.ts";

const ROOT = resolve(import.meta.dir, "../..");

/** The guide's table "Available Hooks": the fields of each context. */
const GUIDE: Readonly<Record<string, string>> = {
  before_agent_start: "sessionKey, message, config",
  agent_end: "sessionKey, messages, usage",
  message_received: "sessionKey, message, channel",
  message_sending: "sessionKey, message, channel",
  message_sent: "sessionKey, message, channel",
  before_tool_call: "sessionKey, tool, params",
  after_tool_call: "sessionKey, tool, params, result",
  tool_result_persist: "sessionKey, tool, result",
  session_start: "sessionKey",
  session_end: "sessionKey",
  before_compaction: "sessionKey",
  after_compaction: "sessionKey",
  gateway_start: "config",
  gateway_stop: "",
};

/** Beside the guide's. */
const OURS: Readonly<Record<string, string>> = {
  transcribe_audio: "sessionKey, message, path, mimeType, fileName, language",
};

interface Row {
  readonly hook: string;
  readonly given: string;
  readonly returns: string;
  readonly fails: string;
  readonly file: string;
}

/** The table of the hooks in `docs/plugins.md`. */
const documented: readonly Row[] = readFileSync(join(ROOT, "docs/plugins.md"), "utf8")
  .split("\n")
  .filter((line) => /^\| `\w+` +\|.*\| `src\//.test(line))
  .map((line) => {
    const [hook = "", given = "", returns = "", fails = "", file = ""] = line
      .split("|")
      .slice(1)
      .map((cell) => cell.trim().replaceAll("`", ""));
    return { hook, given, returns, fails, file };
  });

const plain = (given: string) => given.replaceAll("*", "");

/** Where the source runs each hook, by its name. */
function places(): Readonly<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  const files = readdirSync(join(ROOT, "src"), { recursive: true }).map(String);
  for (const file of files.filter((name) => name.endsWith(".ts"))) {
    const text = readFileSync(join(ROOT, "src", file), "utf8");
    for (const [, hook = ""] of text.matchAll(/hooks\s*\.run\(\s*"(\w+)"/g)) {
      (found[hook] ??= []).push(`src/${file}`);
    }
  }
  return found;
}

test("the documents have every hook of the guide, with the guide's fields, and those that are ours", () => {
  const all = { ...GUIDE, ...OURS };
  expect(Object.fromEntries(documented.map(({ hook, given }) => [hook, plain(given)]))).toEqual(all);
  expect(Object.keys(HOOK_RULES).toSorted()).toEqual(Object.keys(all).toSorted());
  expect(Object.keys(GUIDE)).toHaveLength(14);
});

test("each hook is run in exactly one place, which the documents name", () => {
  const expected = Object.fromEntries(documented.map(({ hook, file }) => [hook, [file]]));
  expect(places()).toEqual(expected);
});

test("the documents say what each hook may return, what it may assign, and what failing means", () => {
  for (const { hook, given, returns, fails } of documented) {
    const rule = HOOK_RULES[hook as keyof typeof HOOK_RULES];
    const bold = [...given.matchAll(/\*\*(\w+)\*\*/g)].map(([, field]) => field);
    const inContext = rule.assignable.filter((field) => plain(given).split(", ").includes(field));
    expect({ hook, returns, bold, fails }).toEqual({
      hook,
      returns: rule.returns.join(", "),
      bold: inContext,
      fails: rule.policy === "closed" ? "**blocks**" : "skipped",
    });
  }
});
