import { messageMethods } from "./messages.ts";
import { updateMethods } from "./updates.ts";

/** Every method that the stand-in has. */
export const METHODS = { ...messageMethods, ...updateMethods };
