import { AgentError } from "./errors.ts";
import type { PiProgram } from "./pi-program.ts";
import type { PiDeath } from "./rpc-process.ts";

interface Problem {
  /** What it did instead of coming up, after its name. */
  readonly what: string;
  readonly advice: string;
  /** Its own words: for the log, as they may hold paths. */
  readonly said?: string;
}

/**
 * Why a pi did not come up, as one sentence that says what to do: with paths and pi's own words for the
 * log and `doctor`, without for chats.
 */
export function startupError(program: PiProgram, cause: unknown): AgentError {
  const { what, advice, said } = problemOf(cause);
  const words = said === undefined || said === "" ? "" : ` ("${said}")`;
  return new AgentError("unavailable", `${program.path} ${what}${words}: ${advice}.`, {
    cause,
    userMessage: `pi ${what}: ${advice}.`,
  });
}

const NEEDS_PI = "agent.piCliPath must name a pi of version 0.73.1 or newer";

function problemOf(cause: unknown): Problem {
  if (isDeath(cause)) return problemOfDeath(cause);
  if (cause instanceof AgentError && cause.code === "timed-out") {
    return { what: "was started but does not answer", advice: NEEDS_PI };
  }
  const said = cause instanceof Error ? cause.message : String(cause);
  return { what: "cannot be used", said, advice: NEEDS_PI };
}

function problemOfDeath({ stderr, strayOutput, reason }: PiDeath): Problem {
  const said = shorten(stderr);
  if (strayOutput !== "") {
    return { what: "printed text instead of JSON", said: shorten(strayOutput), advice: NEEDS_PI };
  }
  if (/no (models available|api key)|not logged in/i.test(stderr)) {
    const advice = "give it an API key in the gateway's environment, or run `pi /login`";
    return { what: "has no credentials for any model", said, advice };
  }
  if (/failed to load extension/i.test(stderr)) {
    const advice = "mend that extension, or take it out of agent.extensions or pi's extensions folder";
    return { what: "could not load an extension", said, advice };
  }
  if (/(unknown|unrecognized|illegal|invalid) option/i.test(stderr)) {
    return { what: "does not know an option that pi knows", said, advice: NEEDS_PI };
  }
  const advice = "`pi-gw doctor` on the gateway's machine shows why";
  return { what: `${reason.replace(/^pi /, "")} at its start`, said, advice };
}

/** The line that says most: an error if one is named, else the last. */
function shorten(text: string): string {
  const lines = Bun.stripANSI(text)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return (lines.find((line) => /^error\b|error:/i.test(line)) ?? lines.at(-1) ?? "").slice(0, 300);
}

function isDeath(cause: unknown): cause is PiDeath {
  return typeof cause === "object" && cause !== null && "strayOutput" in cause;
}
