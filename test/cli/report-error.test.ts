import { expect, test } from "bun:test";
import { CommanderError } from "commander";
import { CliError } from "../../src/cli/cli-error.ts";
import { EXIT } from "../../src/cli/exit-codes.ts";
import { reportError } from "../../src/cli/report-error.ts";
import { ConfigError, StoreError } from "../../src/core/errors.ts";
import { ListenError } from "../../src/http/listen.ts";

function report(error: unknown, isVerbose = false) {
  const lines: string[] = [];
  const code = reportError(error, isVerbose, (line) => lines.push(line));
  return { code, lines };
}

test("each kind of failure has its own exit code and its own sentence", () => {
  expect(report(new CliError(EXIT.notRunning, "No gateway runs."))).toEqual({
    code: EXIT.notRunning,
    lines: ["No gateway runs."],
  });
  expect(report(new ListenError("port-taken", "Port 80 is taken.", undefined))).toEqual({
    code: EXIT.portTaken,
    lines: ["Port 80 is taken."],
  });
  expect(report(new StoreError("full", "The disk is full."))).toEqual({
    code: EXIT.failed,
    lines: ["The disk is full."],
  });
});

test("a configuration is answered with every problem it has", () => {
  const { code, lines } = report(new ConfigError(["a.jsonc:1:2 port: no", "a.jsonc:3:4 bind: no"]));
  expect(code).toBe(EXIT.badConfig);
  expect(lines.slice(1)).toEqual(["  a.jsonc:1:2 port: no", "  a.jsonc:3:4 bind: no"]);
});

test("nobody is shown a stack who did not ask for it", () => {
  const mistake = new TypeError("x is not a function");
  expect(report(mistake).lines.join("\n")).not.toContain("\n    at ");
  expect(report(mistake).lines.join("\n")).toContain("--verbose");
  expect(report(mistake, true).lines.join("\n")).toContain("report-error.test.ts");
});

test("what the command line itself has already answered is not said twice", () => {
  expect(report(new CommanderError(0, "commander.help", "help"))).toEqual({ code: EXIT.ok, lines: [] });
  expect(report(new CommanderError(1, "commander.unknownOption", "no"))).toEqual({
    code: EXIT.usage,
    lines: [],
  });
});
