import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { parse } from "jsonc-parser";
import { addCron } from "../src/cli/cron-commands.ts";
import { readJob } from "../src/commands/cron.ts";
import { configSchema } from "../src/core/config-schema.ts";
import { MethodTable } from "../src/ws/methods.ts";
import { registerCronMethods } from "../src/ws/methods/cron.ts";
import { Router } from "../src/http/router.ts";
import { addCronRoutes } from "../src/http/routes/cron.ts";
import type { CronEngine } from "../src/core/cron-port.ts";

const PAGE = readFileSync(join(import.meta.dir, "../docs/schedules.md"), "utf8");
const blocksOf = (language: string) =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, text = ""]) => text);

test("the configuration that is shown is one", () => {
  const [shown = ""] = blocksOf("jsonc");
  const { cron } = configSchema({}).parse(parse(shown, [], { allowTrailingComma: true }));
  expect(cron.jobs.map(({ id, kind }) => `${id} ${kind}`)).toEqual([
    "daily-report agent",
    "stretch message",
    "launch agent",
  ]);
});

describe("each command line that is shown", () => {
  const lines = blocksOf("sh").flatMap((block) => block.trim().split("\n"));
  test.each(lines)("%s is understood", (line) => {
    const program = new Command("pi-gw").exitOverride();
    addCron(
      program,
      () => {},
      (command) => command,
    );
    const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? "");
    const [cron] = program.commands;
    const named = cron?.commands.find((command) => command.name() === words[2]);
    if (!named) throw new Error(`there is no ${line}`);
    const { operands, unknown } = named.exitOverride().parseOptions(words.slice(3));
    expect(unknown).toEqual([]);
    expect(operands).toHaveLength(named.registeredArguments.length);
  });
});

test("what is shown behind /cron add is understood", () => {
  for (const text of ["at 20m Tea is ready", "every 1h …", 'cron "0 9 * * 1-5" …']) {
    expect(PAGE).toContain(text);
    expect(readJob("tea", text)).toBeDefined();
  }
});

test("every route and method that is shown is there, and every one that is there is shown", () => {
  const methods = new MethodTable();
  registerCronMethods(methods, {} as CronEngine);
  const named = new Set(
    [...PAGE.matchAll(/`(cron\.(?:list|add|get|update|remove|run|pause|resume|runs|next))`/g)].map(
      ([, name]) => name,
    ),
  );
  expect(named).toEqual(new Set(methods.names));
  const router = new Router();
  addCronRoutes(router, {} as CronEngine);
  for (const [, method = "", path = ""] of PAGE.matchAll(/`(GET|POST|PATCH|DELETE) (\/api[^`?]*)/g)) {
    expect(`${method} ${path} ${router.match(method, path).kind}`).toBe(`${method} ${path} found`);
  }
});
