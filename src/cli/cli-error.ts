import { GatewayError } from "../core/errors.ts";
import type { ExitCode } from "./exit-codes.ts";

/** A command cannot do its work. The message is one sentence for the person at the terminal, fix included. */
export class CliError extends GatewayError {
  readonly code = "cli";
  readonly exitCode: ExitCode;
  constructor(exitCode: ExitCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.exitCode = exitCode;
  }
}
