import { AgentError } from "./errors.ts";
import type { PiProgram } from "./pi-program.ts";
import type { PiDeath } from "./rpc-process.ts";

/** Why a pi did not come up, as one sentence that says what to do. */
export function startupError(program: PiProgram, cause: unknown): AgentError {
  const sentence = `${program.path} ${problemOf(cause)}`;
  return new AgentError("unavailable", sentence, { cause, userMessage: sentence });
}

const NEEDS_PI = "agent.piCliPath must name a pi of version 0.73.1 or newer";
const NEEDS_LOGIN = "give it an API key in the environment, or run `pi /login`";

function problemOf(cause: unknown): string {
  if (!isDeath(cause)) {
    if (cause instanceof AgentError && cause.code === "timed-out") {
      return `was started but does not answer: ${NEEDS_PI}.`;
    }
    return `cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
  if (cause.strayOutput !== "") {
    return `printed "${shorten(cause.strayOutput)}" instead of JSON: ${NEEDS_PI}.`;
  }
  if (/no (models available|api key)|not logged in/i.test(cause.stderr)) {
    return `has no credentials for any model: ${NEEDS_LOGIN}.`;
  }
  if (/unknown option|unrecognized option|illegal option|invalid option/i.test(cause.stderr)) {
    return `does not know an option that pi knows ("${shorten(cause.stderr)}"): ${NEEDS_PI}.`;
  }
  const how = cause.reason.replace(/^pi /, "");
  const said = cause.stderr === "" ? "without a word" : `with "${shorten(cause.stderr)}"`;
  return `${how} at its start ${said}: run it by hand with --mode rpc to see why, or correct agent.piCliPath.`;
}

/** The line that says most: an error if one is named, else the last. */
function shorten(text: string): string {
  const lines = Bun.stripANSI(text)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return (lines.find((line) => /^error\b|error:/i.test(line)) ?? lines.at(-1) ?? "").slice(0, 200);
}

function isDeath(cause: unknown): cause is PiDeath {
  return typeof cause === "object" && cause !== null && "strayOutput" in cause;
}
