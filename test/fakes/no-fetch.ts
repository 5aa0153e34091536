import { FetchError } from "../../src/core/errors.ts";
import type { FetchBytes } from "../../src/core/fetch.ts";

/** For hosts of channels that fetch nothing from the network. */
export const noFetch: FetchBytes = async () =>
  Promise.reject(new FetchError("unreachable", "there is no network here"));
