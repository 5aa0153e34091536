import { CommanderError } from "commander";
import { ConfigError, GatewayError } from "../core/errors.ts";
import { ListenError } from "../http/listen.ts";
import { CliError } from "./cli-error.ts";
import { type ExitCode, EXIT } from "./exit-codes.ts";
import { startedAs } from "./started-as.ts";

/**
 * Tells the person at the terminal what went wrong, in sentences, and says what to exit with. A stack trace is
 * for `--verbose`: most people cannot do anything with it.
 */
export function reportError(
  error: unknown,
  isVerbose: boolean,
  say: (line: string) => void = console.error,
): ExitCode {
  // Commander has already printed its own sentence, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof ConfigError) {
    say("The configuration cannot be used:");
    for (const problem of error.problems) say(`  ${problem}`);
  } else if (error instanceof GatewayError) {
    say(error.message);
  } else {
    const reason = error instanceof Error ? error.message : String(error);
    say(`Something went wrong that should not: ${reason}`);
    if (!isVerbose) say(`More is shown by: ${startedAs()} … --verbose`);
  }
  if (isVerbose && error instanceof Error) say(error.stack ?? "");
  return exitCodeOf(error);
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CliError) return error.exitCode;
  if (error instanceof ConfigError) return EXIT.badConfig;
  if (error instanceof ListenError) return EXIT.portTaken;
  return EXIT.failed;
}
