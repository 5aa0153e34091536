import { GatewayError, RequestError } from "../core/errors.ts";
import { TimeLimitError, withinLimit } from "./time-limit.ts";

/** Code of a plugin failed while a client waited for it. Its own error is the cause. */
export class PluginFault extends GatewayError {
  readonly code = "plugin-failed";
}

/**
 * Runs what a plugin answers a client. Rejects with the `RequestError` that it threw, with one that says it took
 * too long, or with a {@link PluginFault} that names the plugin and `what` it was asked.
 */
export async function forClient<T>(
  owner: string,
  what: string,
  limitMs: number,
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await withinLimit(limitMs, work);
  } catch (error) {
    if (error instanceof RequestError) throw error;
    if (error instanceof TimeLimitError) {
      throw new RequestError("UNAVAILABLE", `The plugin ${owner} did not answer within ${limitMs} ms.`);
    }
    throw new PluginFault(`the plugin ${owner} failed in ${what}`, { cause: error });
  }
}
