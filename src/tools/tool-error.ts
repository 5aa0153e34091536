import { GatewayError } from "../core/errors.ts";

/** Why a tool did not do what was asked, in a sentence that the model can act on. */
export class ToolError extends GatewayError {
  readonly code = "tool-failed";
}
