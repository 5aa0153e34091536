import { expect, test } from "bun:test";
import { AgentError } from "../../src/core/errors.ts";
import { startupError } from "../../src/core/pi-startup-error.ts";
import type { PiDeath } from "../../src/core/rpc-process.ts";

const program = { command: ["pi"], env: {}, path: "/usr/bin/pi", origin: "path" } as const;
const death = (more: Partial<PiDeath>): PiDeath => ({
  code: 1,
  signal: undefined,
  stopped: false,
  orphans: true,
  reason: "pi exited with 1",
  stderr: "",
  strayOutput: "",
  ...more,
});
const MENDS: readonly (readonly [cause: unknown, problem: string, said: string, advice: string])[] = [
  [death({ strayOutput: "Welcome!\n$ /x" }), "printed text instead of JSON", "$ /x", "agent.piCliPath"],
  [death({ stderr: "No models available in /x" }), "has no credentials", "No models available", "pi /login"],
  [death({ stderr: "Error: Unknown option: /x" }), "does not know an option", "Unknown option", "0.73.1"],
  [
    death({ stderr: "\u001b[31mError: Failed to load extension /x\u001b[39m\n  at foo" }),
    "could not load an extension",
    "Error: Failed to load extension /x",
    "agent.extensions",
  ],
  [death({ stderr: "one\ntwo /x" }), "exited with 1 at its start", "two /x", "pi-gw doctor"],
  [death({ reason: "pi ended by SIGKILL" }), "ended by SIGKILL at its start", "", "pi-gw doctor"],
  [new AgentError("timed-out", "slow"), "does not answer", "", "agent.piCliPath"],
  [new AgentError("refused", "no such command /x"), "cannot be used", "no such command", "0.73.1"],
];

test("each way not to come up is one sentence that says what to do", () => {
  for (const [cause, problem, said, advice] of MENDS) {
    const { message } = startupError(program, cause);
    expect(message).toStartWith("/usr/bin/pi ");
    for (const part of [problem, said, advice]) expect(message).toContain(part);
    expect(message).not.toContain("\n");
  }
});

test("people in a chat read no path and none of pi's own words", () => {
  for (const [cause, problem, , advice] of MENDS) {
    const sentence = startupError(program, cause).userMessage ?? "";
    expect(sentence).toStartWith("pi ");
    for (const part of [problem, advice]) expect(sentence).toContain(part);
    expect(sentence).not.toContain("/x");
    expect(sentence).not.toContain("/usr/bin");
  }
});
