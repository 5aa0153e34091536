import { createHash, randomBytes } from "node:crypto";
import type { Update } from "grammy/types";
import { Reconnect, type ReconnectParts } from "../../../reconnect.ts";
import { comeAgain, isSameSecret } from "../../../webhook-answers.ts";
import type { ChannelState, HttpRequest } from "../../../types.ts";
import type { UpdateKind } from "./allowed-updates.ts";
import type { BotCalls } from "./bot-calls.ts";
import type { Intake } from "./intake.ts";
import { telegramWords } from "./reconnect-words.ts";

export interface WebhookPlace {
  readonly url: string;
  /** One is made and kept where the configuration has none. */
  readonly secret?: string | undefined;
}

export interface WebhookParts extends ReconnectParts {
  readonly calls: Pick<BotCalls, "getWebhookInfo" | "setWebhook">;
  readonly intake: Pick<Intake, "take">;
  readonly kinds: readonly UpdateKind[];
  readonly state: ChannelState;
  readonly place: WebhookPlace;
}

/** More than any update is. */
export const MOST_UPDATE_BYTES = 4 * 1024 * 1024;

const SECRET_HEADER = "x-telegram-bot-api-secret-token";
const SECRET_KEY = "webhookSecret";
const SET_KEY = "webhookSet";
/** Somebody else may have taken the bot's webhook away. */
const CHECK_MS = 600_000;

/** Updates that Telegram brings. What it is not told 200 about, it brings again. */
export class Webhook {
  readonly #parts: WebhookParts;
  readonly #reconnect: Reconnect;
  readonly #open = new Set<Promise<Response>>();
  #secret: string | undefined;

  constructor(parts: WebhookParts) {
    this.#parts = parts;
    this.#reconnect = new Reconnect(parts, telegramWords);
  }

  /** Sees to it that Telegram calls us, until `signal` aborts; nothing is taken any more once it resolves. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    this.#secret = await this.#ownSecret();
    while (!signal.aborted) {
      try {
        await this.#set(signal);
        this.#reconnect.succeeded();
        await clock.sleep(CHECK_MS, signal);
      } catch (error) {
        if (signal.aborted) break;
        if (!(await this.#reconnect.failed(error, "setWebhook", signal))) break;
      }
    }
    this.#secret = undefined;
    await Promise.all(this.#open);
  }

  /** Answers Telegram. Whoever does not know the secret is turned away before anything is read. */
  answer(request: Pick<HttpRequest, "headers" | "json">): Promise<Response> {
    const answer = this.#answer(request).finally(() => this.#open.delete(answer));
    this.#open.add(answer);
    return answer;
  }

  async #answer(request: Pick<HttpRequest, "headers" | "json">): Promise<Response> {
    if (this.#secret === undefined) return comeAgain();
    const shown = request.headers.get(SECRET_HEADER) ?? "";
    if (!isSameSecret(shown, this.#secret)) return new Response(null, { status: 401 });
    const update = updateIn(request.json());
    if (update === undefined) return new Response(null, { status: 400 });
    const taken = await this.#parts.intake.take(update);
    return taken === "taken" ? new Response() : comeAgain();
  }

  async #ownSecret(): Promise<string> {
    const { place, state } = this.#parts;
    const known = place.secret ?? (await state.get(SECRET_KEY));
    if (known !== undefined) return known;
    const made = randomBytes(32).toString("base64url");
    await state.set(SECRET_KEY, made);
    return made;
  }

  /** Telegram does not tell which secret it has, so what it was told is noted. */
  async #set(signal: AbortSignal): Promise<void> {
    const { calls, place, kinds, state, log } = this.#parts;
    const secret = this.#secret ?? "";
    const { url, allowed_updates = [] } = await calls.getWebhookInfo(signal);
    const told = createHash("sha256").update(`${place.url}\n${secret}`).digest("base64url");
    const isAsWished = url === place.url && isSameSet(allowed_updates, kinds);
    if (isAsWished && (await state.get(SET_KEY)) === told) return;
    await calls.setWebhook({ url: place.url, secret, kinds }, signal);
    await state.set(SET_KEY, told);
    log.info({ host: new URL(place.url).host }, "Telegram was told where to call");
  }
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((kind) => other.includes(kind));
}

/** Telegram vouches for all but its being an update; whoever knows the secret is Telegram. */
function updateIn(body: unknown): Update | undefined {
  const isUpdate = typeof body === "object" && body !== null && "update_id" in body;
  return isUpdate ? (body as Update) : undefined;
}
