import { createHash, timingSafeEqual } from "node:crypto";

const AGAIN_SECONDS = 1;

/** Nothing was taken: the platform keeps what it brought and brings it again. */
export function comeAgain(): Response {
  return new Response(null, { status: 503, headers: { "Retry-After": String(AGAIN_SECONDS) } });
}

/** Whether two secrets are the same, in a time that tells nothing about where they differ. */
export function isSameSecret(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
