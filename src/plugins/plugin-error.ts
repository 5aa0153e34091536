import { GatewayError } from "../core/errors.ts";

/** A plugin cannot be used. The message says why, for the person who put it into the configuration. */
export class PluginError extends GatewayError {
  readonly code = "plugin";
  /** What to do about it, as a sentence. */
  readonly fix: string | undefined;
  constructor(message: string, fix?: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.fix = fix;
  }
}
