import { createDecipheriv, createHash } from "node:crypto";
import type { Clock } from "../../../../lib/clock.ts";
import type { HttpRequest } from "../../../types.ts";
import { comeAgain, isSameSecret } from "../../../webhook-answers.ts";
import type { Intake } from "./intake.ts";
import { asRecord, openEnvelope, type Told } from "./wire.ts";

/** What the developer console and the configuration share. At least one is set. */
export interface WebhookSecrets {
  readonly encryptKey?: string | undefined;
  readonly verificationToken?: string | undefined;
}

export interface WebhookParts {
  readonly intake: Pick<Intake, "take">;
  /** Told of each event that is Feishu's, before it is handed over. */
  readonly onEvent: () => void;
}

export interface WebhookDoorParts {
  readonly secrets: WebhookSecrets;
  readonly appId: string;
  readonly clock: Clock;
  /** Told when Feishu has asked whose the address is, and was answered. */
  readonly onVerified: () => void;
}

/** More than any event is. */
export const MOST_EVENT_BYTES = 4 * 1024 * 1024;

/**
 * A request that says it was made longer ago is not listened to: somebody may have kept it. Feishu's own last try comes
 * after more than 7 hours, and need not be signed anew; what is brought twice within the time is known by its id and
 * taken once.
 */
const OLDEST_MS = 8 * 3_600_000;
/** Nor is one from so far ahead of our clock. */
const AHEAD_MS = 3_600_000;
const BLOCK_BYTES = 16;

type Request = Pick<HttpRequest, "headers" | "bytes">;
type Fields = Readonly<Record<string, unknown>>;

/**
 * What Feishu brings to our address. Whoever does not know the app's secrets is turned away with 401, whatever they
 * bring; what Feishu is not told 200 about, it brings again.
 */
export class Webhook {
  readonly #parts: WebhookDoorParts;
  readonly #open = new Set<Promise<Response>>();
  #inside: WebhookParts | undefined;

  constructor(parts: WebhookDoorParts) {
    this.#parts = parts;
  }

  /** Takes events until `signal` aborts; nothing is taken any more once it resolves. */
  async run(inside: WebhookParts, signal: AbortSignal): Promise<void> {
    this.#inside = inside;
    if (!signal.aborted) {
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    }
    this.#inside = undefined;
    await Promise.all(this.#open);
  }

  /** Answers Feishu. The question whose the address is, is answered whether events are taken or not. */
  answer(request: Request): Promise<Response> {
    const answer = this.#answer(request).finally(() => this.#open.delete(answer));
    this.#open.add(answer);
    return answer;
  }

  async #answer(request: Request): Promise<Response> {
    const body = this.#verified(request);
    if (body === undefined) return new Response(null, { status: 401 });
    if (body["type"] === "url_verification") {
      const { challenge } = body;
      this.#parts.onVerified();
      return Response.json({ challenge: typeof challenge === "string" ? challenge : "" });
    }
    const told = openEnvelope(body);
    if (told === undefined) return new Response(null, { status: 400 });
    if (told.app !== undefined && told.app !== this.#parts.appId) return new Response(null, { status: 401 });
    return this.#take(told);
  }

  async #take(told: Told): Promise<Response> {
    if (!this.#inside) return comeAgain();
    this.#inside.onEvent();
    // A card wants an object for an answer: an empty one changes nothing that people see.
    return (await this.#inside.intake.take(told)) === "taken" ? Response.json({}) : comeAgain();
  }

  /** What was brought, if it was Feishu that brought it. */
  #verified(request: Request): Fields | undefined {
    const { encryptKey } = this.#parts.secrets;
    const bytes = request.bytes();
    const body = jsonIn(bytes);
    if (body === undefined) return undefined;
    // A pressed button in the older shape comes without envelope and encryption, and signed in a way of its own.
    if ("action" in body && !("header" in body)) return this.#isOldPress(request, bytes) ? body : undefined;
    if (encryptKey === undefined) return this.#isTokenRight(body) ? body : undefined;
    return this.#decrypted(body, request, { bytes, encryptKey });
  }

  #decrypted(
    { encrypt }: Fields,
    { headers }: Request,
    { bytes, encryptKey }: { readonly bytes: Uint8Array; readonly encryptKey: string },
  ): Fields | undefined {
    if (typeof encrypt !== "string") return undefined;
    const isSigned = this.#isSigned(headers, bytes, encryptKey, "sha256");
    const body = decrypted(encrypt, encryptKey);
    if (body === undefined || !this.#hasNoWrongToken(body)) return undefined;
    // The question whose the address is need not be signed: whoever could encrypt it knows the key.
    const isQuestion = body["type"] === "url_verification" && headers.get("x-lark-signature") === null;
    return isSigned || isQuestion ? body : undefined;
  }

  #isOldPress({ headers }: Request, bytes: Uint8Array): boolean {
    const { verificationToken: token } = this.#parts.secrets;
    return token !== undefined && this.#isSigned(headers, bytes, token, "sha1");
  }

  /** Over the bytes as they came: the same JSON with other spaces has another signature. */
  #isSigned(headers: Headers, bytes: Uint8Array, key: string, algorithm: "sha1" | "sha256"): boolean {
    const [timestamp, nonce, signature] = ["timestamp", "nonce"]
      .map((name) => headers.get(`x-lark-request-${name}`) ?? "")
      .concat(headers.get("x-lark-signature") ?? "");
    const ageMs = this.#parts.clock.now() - Number(timestamp) * 1000;
    if (!timestamp || !(ageMs <= OLDEST_MS && ageMs >= -AHEAD_MS)) return false;
    const hash = createHash(algorithm)
      .update(timestamp + nonce + key)
      .update(bytes)
      .digest("hex");
    return isSameSecret(signature ?? "", hash);
  }

  #isTokenRight(body: Fields): boolean {
    const { verificationToken } = this.#parts.secrets;
    const token = tokenIn(body);
    return verificationToken !== undefined && token !== undefined && isSameSecret(token, verificationToken);
  }

  #hasNoWrongToken(body: Fields): boolean {
    return this.#parts.secrets.verificationToken === undefined || this.#isTokenRight(body);
  }
}

function tokenIn(body: Fields): string | undefined {
  const token = asRecord(body["header"])?.["token"] ?? body["token"];
  return typeof token === "string" ? token : undefined;
}

/** AES-256 in CBC mode; the key is the hash of the app's, the first block of the data is where it starts from. */
function decrypted(encrypt: string, encryptKey: string): Fields | undefined {
  try {
    const data = Buffer.from(encrypt, "base64");
    const key = createHash("sha256").update(encryptKey).digest();
    const decipher = createDecipheriv("aes-256-cbc", key, data.subarray(0, BLOCK_BYTES));
    return jsonIn(Buffer.concat([decipher.update(data.subarray(BLOCK_BYTES)), decipher.final()]));
  } catch {
    // Whatever it is, it was not made with our key.
    return undefined;
  }
}

function jsonIn(bytes: Uint8Array): Fields | undefined {
  try {
    return asRecord(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    // Not from Feishu.
    return undefined;
  }
}
