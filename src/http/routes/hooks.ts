import type { Config } from "../../core/config-schema.ts";
import { NameTakenError, RequestError } from "../../core/errors.ts";
import { agentOrder, mappedOrder, wakeOrder } from "../../core/webhook-orders.ts";
import type { WebhookDesk, WebhookOrder, WebhookReceipt } from "../../core/webhook-port.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import { nearest } from "../../lib/nearest.ts";
import { isNestedDeeper } from "../../lib/nesting.ts";
import { DeadlineError, withDeadline } from "../../lib/with-deadline.ts";
import type { WebhookCallers, WebhookRequest } from "../../security/webhook-callers.ts";
import type { RouteCall, Router } from "../router.ts";

export interface WebhookDoorParts {
  /** Read at each request, so that a reload takes effect at once. */
  readonly hooks: () => Config["hooks"];
  readonly callers: Pick<
    WebhookCallers,
    "problem" | "isSigned" | "checkToken" | "checkSignature" | "countRequest"
  >;
  readonly desk: WebhookDesk;
  readonly clock: Clock;
  readonly log: Logger;
}

/** As OpenClaw takes it: a body is a notice, and no upload. */
const MOST_BODY_BYTES = 256 * 1024;
const BODY_LIMIT_MS = 30_000;
const LONGEST_KEY = 255;
/** What services send stays far below; written out with its indentation, one without a limit fills the memory. */
const DEEPEST_BODY = 50;
/** Credentials do not go into an address, under whatever name. */
const SECRET_PARAMS = ["token", "access_token", "password", "secret", "key", "api_key", "apikey"];

/** `POST <hooks.path>/…`: where other programs reach the agent. */
export class WebhookDoor {
  readonly #parts: WebhookDoorParts;
  readonly #router: Router;
  #open: { readonly path: string; readonly route: Disposable } | undefined;

  constructor(router: Router, parts: WebhookDoorParts) {
    this.#router = router;
    this.#parts = parts;
  }

  /** Opens, moves or closes the door as the configuration in force wants it: at the start, and after a change. */
  follow(): void {
    const { enabled, path } = this.#parts.hooks();
    const wanted =
      enabled && this.#parts.callers.problem === undefined ? path.replace(/\/+$/, "") : undefined;
    if (this.#open?.path === wanted) return;
    this.#open?.route[Symbol.dispose]();
    this.#open = undefined;
    if (wanted === undefined) return;
    const route = this.#add(`${wanted}/:hook`);
    if (route) this.#open = { path: wanted, route };
  }

  /** Undefined where a plugin has the path already. */
  #add(pattern: string): Disposable | undefined {
    try {
      return this.#router.add("POST", pattern, {
        // Callers have a token of their own, which opens nothing else.
        auth: "own",
        maxBodyBytes: MOST_BODY_BYTES,
        run: (call) => this.#answer(call),
      });
    } catch (error) {
      if (!(error instanceof NameTakenError)) throw error;
      this.#parts.log.error({ error }, "webhooks are not served: a plugin has their path; change hooks.path");
      return undefined;
    }
  }

  async #answer(call: RouteCall): Promise<Response> {
    const { callers, log } = this.#parts;
    const address = call.params["hook"] ?? "";
    const request: WebhookRequest = { address, headers: call.request.headers, remote: call.remote };
    refuseSecretsInQuery(call.url);
    const isSigned = callers.isSigned(address);
    if (!isSigned) callers.checkToken(request);
    this.#assertKnown(address);
    // Whoever signs is known by the body alone.
    if (!isSigned) callers.countRequest(request);
    assertJson(call.request);
    const bytes = await this.#bodyOf(call);
    if (isSigned) {
      callers.checkSignature(request, bytes);
      callers.countRequest(request);
    }
    const body = parse(bytes);
    const order = this.#orderOf(address, body, call.request.headers);
    if (!order) return Response.json({ ok: true, state: "ignored" });
    if (order.waitMs !== undefined) call.keepOpen();
    const receipt = await this.#parts.desk.take(order, call.request.signal);
    log.info(
      { hook: address, id: receipt.id, session: receipt.session, state: receipt.state },
      "webhook taken",
    );
    return Response.json({ ok: true, ...receipt }, { status: statusOf(receipt) });
  }

  #assertKnown(address: string): void {
    if (address === "wake" || address === "agent" || this.#mapping(address)) return;
    const { path, mappings } = this.#parts.hooks();
    const names = ["wake", "agent", ...Object.keys(mappings).filter((name) => mappings[name]?.enabled)];
    const close = nearest(address, names);
    const hint = close === undefined ? `There are ${names.join(", ")}.` : `Did you mean ${close}?`;
    throw new RequestError(
      "NOT_FOUND",
      `There is no webhook "${address.slice(0, 100)}" under ${path}. ${hint}`,
    );
  }

  async #bodyOf(call: RouteCall): Promise<Uint8Array> {
    try {
      return await withDeadline(() => call.body(), { clock: this.#parts.clock, ms: BODY_LIMIT_MS });
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      throw new RequestError("TIMED_OUT", `The body did not come within ${BODY_LIMIT_MS / 1000} s.`);
    }
  }

  /** Undefined for what the address takes and leaves alone. */
  #orderOf(address: string, body: unknown, headers: Headers): WebhookOrder | undefined {
    const inHeader = keyIn(headers, "idempotency-key");
    if (address === "wake") return withKey(wakeOrder(body, this.#parts.hooks()), inHeader, body);
    if (address === "agent") return withKey(agentOrder(body, this.#parts.hooks()), inHeader, body);
    const mapping = this.#mapping(address);
    if (!mapping) return undefined;
    const { order, missing } = mappedOrder(address, mapping, body, headers);
    if (missing.length > 0) {
      this.#parts.log.warn({ hook: address, missing }, "a webhook's body lacks what its template names");
    }
    if (!order) return undefined;
    if (inHeader !== undefined) return withKey(order, inHeader, body);
    // Services send a delivery again with its counters changed: what they call it decides.
    const delivery = deliveryIn(mapping.signature?.scheme, headers, body);
    return delivery === undefined ? order : { ...order, key: delivery };
  }

  #mapping(address: string) {
    const { mappings } = this.#parts.hooks();
    const mapping = Object.hasOwn(mappings, address) ? mappings[address] : undefined;
    return mapping?.enabled ? mapping : undefined;
  }
}

/** 202: it is on disk and is done later. */
const statusOf = ({ state }: WebhookReceipt) => (state === "accepted" || state === "running" ? 202 : 200);

/** With the key that the caller has chosen, if it has, and what tells its order from another one. */
function withKey(order: WebhookOrder, inHeader: string | undefined, body: unknown): WebhookOrder {
  const key = inHeader ?? order.key;
  return key === undefined ? order : { ...order, key, digest: digestOf(body) };
}

/** The same for the same fields in whatever order. Whether the caller waits does not make another order of it. */
function digestOf(body: unknown): string {
  const {
    idempotencyKey: _,
    waitForCompletion: __,
    ...fields
  } = Object.assign({}, body) as Record<string, unknown>;
  const sorted = Object.entries(fields).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return new Bun.CryptoHasher("sha256").update(JSON.stringify(sorted)).digest("hex");
}

function keyIn(headers: Headers, name: string): string | undefined {
  const key = headers.get(name)?.trim();
  if (key === undefined || key === "") return undefined;
  if (key.length <= LONGEST_KEY) return key;
  throw new RequestError("BAD_REQUEST", `${name}: expected at most ${LONGEST_KEY} characters.`);
}

/** What the services that sign call a delivery: they send it again under the same name. */
function deliveryIn(
  scheme: "github" | "stripe" | undefined,
  headers: Headers,
  body: unknown,
): string | undefined {
  if (scheme === "github") return keyIn(headers, "x-github-delivery");
  const id =
    scheme === "stripe" && typeof body === "object" && body !== null && "id" in body ? body.id : undefined;
  return typeof id === "string" && id.length <= LONGEST_KEY ? id : undefined;
}

function refuseSecretsInQuery(url: URL): void {
  const names = [...url.searchParams.keys()];
  const name = names.find((one) => SECRET_PARAMS.includes(one.toLowerCase()));
  if (name === undefined) return;
  throw new RequestError(
    "BAD_REQUEST",
    `A token never goes into the address (${name}=…): it would stand in logs. Send the header Authorization: Bearer <token> instead.`,
  );
}

function assertJson(request: Request): void {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (type === "application/json" || /^application\/[\w.-]+\+json$/.test(type)) return;
  throw new RequestError(
    "UNSUPPORTED_MEDIA",
    `A webhook takes JSON: send the header Content-Type: application/json${type === "" ? "" : `, not ${type.slice(0, 100)}`}.`,
  );
}

function parse(bytes: Uint8Array): unknown {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // Where exactly it breaks is of no use to a program.
    throw new RequestError("BAD_REQUEST", "The body is no JSON.");
  }
  if (typeof body !== "object" || body === null) {
    throw new RequestError("BAD_REQUEST", "The body must be a JSON object.");
  }
  if (!isNestedDeeper(body, DEEPEST_BODY)) return body;
  throw new RequestError("BAD_REQUEST", `The body is nested more than ${DEEPEST_BODY} levels deep.`);
}
