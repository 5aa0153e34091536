import { createHmac, timingSafeEqual } from "node:crypto";

/** How the sender of a webhook signs what it sends. */
export interface SignatureRule {
  readonly scheme: "github" | "stripe";
  readonly secret: string;
  /** How far the time in a signature may be from ours. */
  readonly toleranceSeconds: number;
}

/**
 * Why `body`, exactly the bytes that came, is not believed to come from whoever has the secret, in a sentence;
 * undefined if it is. Compares in constant time.
 */
export function signatureProblem(
  rule: SignatureRule,
  headers: Pick<Headers, "get">,
  body: Uint8Array,
  nowMs: number,
): string | undefined {
  return rule.scheme === "github"
    ? githubProblem(rule, headers, body)
    : stripeProblem(rule, headers, body, nowMs);
}

/** https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
function githubProblem(
  { secret }: SignatureRule,
  headers: Pick<Headers, "get">,
  body: Uint8Array,
): string | undefined {
  const header = headers.get("x-hub-signature-256");
  if (header === null)
    return "The header X-Hub-Signature-256 is missing: set a secret for the webhook at GitHub.";
  const signature = /^sha256=([0-9a-f]{64})$/i.exec(header.trim())?.[1];
  if (signature === undefined) return "The header X-Hub-Signature-256 is malformed.";
  return isSame(signature, hmac(secret, body)) ? undefined : WRONG;
}

/** https://docs.stripe.com/webhooks#verify-manually; during a change of the secret there are several v1. */
function stripeProblem(
  { secret, toleranceSeconds }: SignatureRule,
  headers: Pick<Headers, "get">,
  body: Uint8Array,
  nowMs: number,
): string | undefined {
  const header = headers.get("stripe-signature");
  if (header === null) return "The header Stripe-Signature is missing.";
  const pairs = header.split(",").map((pair) => pair.trim().split("=", 2));
  const signedAt = pairs.find(([name]) => name === "t")?.[1] ?? "";
  const signatures = pairs.flatMap(([name, value]) => (name === "v1" && value !== undefined ? [value] : []));
  if (!/^\d{1,12}$/.test(signedAt) || signatures.length === 0)
    return "The header Stripe-Signature is malformed.";
  const expected = hmac(secret, Buffer.concat([Buffer.from(`${signedAt}.`), body]));
  // All of them are compared, so that the time taken does not tell which one fits.
  const isRight = signatures.slice(0, MOST_SIGNATURES).filter((one) => isSame(one, expected)).length > 0;
  if (!isRight) return WRONG;
  if (Math.abs(nowMs / 1000 - Number(signedAt)) <= toleranceSeconds) return undefined;
  return `The signature is older than ${toleranceSeconds} s, or a clock is wrong: it is not taken again.`;
}

const WRONG = "The signature does not fit what was sent: the secret here and at the sender differ.";
const MOST_SIGNATURES = 8;

const hmac = (secret: string, body: Uint8Array) => createHmac("sha256", secret).update(body).digest("hex");

function isSame(offered: string, expected: string): boolean {
  const [one, other] = [Buffer.from(offered.toLowerCase()), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
