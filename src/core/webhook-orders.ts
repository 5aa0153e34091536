import { z } from "zod";
import { fitsPattern } from "../lib/fits-pattern.ts";
import { given } from "../lib/given.ts";
import type { Config } from "./config-schema.ts";
import { RequestError } from "./errors.ts";
import { MOST_IN_ALL, parsePath, parseTemplate, renderTemplate, valueAt } from "./text-template.ts";
import type { WebhookOrder } from "./webhook-port.ts";
import { cutText } from "../lib/cut-text.ts";

type Hooks = Config["hooks"];
export type WebhookMapping = Hooks["mappings"][string];

const MOST_TEXT = 100_000;

const text = () =>
  z
    .string()
    .max(MOST_TEXT)
    .refine((said) => said.trim() !== "", "must not be empty");
const word = () => z.string().min(1).max(200);
const mode = () => z.enum(["now", "next-heartbeat"]);

const wakeSchema = z.strictObject({
  text: text(),
  mode: mode().default("now"),
  agentId: word().optional(),
  idempotencyKey: word().optional(),
});

const agentSchema = z.strictObject({
  message: text(),
  name: word().default("Webhook"),
  agentId: word().optional(),
  sessionKey: word().optional(),
  deliver: z.boolean().default(true),
  channel: word().optional(),
  to: z.union([word(), z.int()]).transform(String).optional(),
  model: word().optional(),
  thinking: z.enum(["off", "minimal", "low", "medium", "high", "xhigh", "max"]).optional(),
  timeoutSeconds: z.int().min(1).max(86_400).optional(),
  waitForCompletion: z.boolean().default(false),
  idempotencyKey: word().optional(),
});

/** A caller that waits is answered within this long, whatever becomes of the turn. */
const MOST_WAIT_MS = 600_000;

/** What `POST <hooks.path>/wake` asks for. Throws `RequestError` that names the field. */
export function wakeOrder(body: unknown, hooks: Pick<Hooks, "allowedAgents">): WebhookOrder {
  const { text: said, mode: when, agentId: agent, idempotencyKey: key } = read(wakeSchema, body);
  assertAgent(agent, hooks);
  return {
    action: "wake",
    address: "wake",
    from: "Webhook",
    text: said,
    deliver: true,
    mode: when,
    ...given({ agent, key }),
  };
}

/** What `POST <hooks.path>/agent` asks for, where the configuration lets a caller ask that. */
export function agentOrder(
  body: unknown,
  hooks: Pick<Hooks, "allowedAgents" | "allowedSessions">,
): WebhookOrder {
  const asked = read(agentSchema, body);
  const { agentId, sessionKey, channel, to, timeoutSeconds } = asked;
  assertAgent(agentId, hooks);
  if (
    sessionKey !== undefined &&
    !hooks.allowedSessions.some((pattern) => fitsPattern(sessionKey, pattern))
  ) {
    throw forbidden(
      "sessionKey: callers may not choose this conversation; hooks.allowedSessions says which they may",
    );
  }
  const timeoutMs = timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000;
  const target = targetOf(channel, to);
  return {
    action: "agent",
    address: "agent",
    from: asked.name,
    text: asked.message,
    deliver: asked.deliver,
    mode: "now",
    ...given({
      agent: agentId,
      session: sessionKey,
      to: target,
      isCallersTarget: target === undefined ? undefined : true,
      model: asked.model,
      thinkingLevel: asked.thinking,
      timeoutMs,
      waitMs: asked.waitForCompletion ? Math.min(MOST_WAIT_MS, timeoutMs ?? MOST_WAIT_MS) : undefined,
      key: asked.idempotencyKey,
    }),
  };
}

/** What an address of the configuration makes of a body. */
export interface MappedOrder {
  /** Undefined where the mapping's `when` does not fit the body: it is taken, and nothing is done. */
  readonly order: WebhookOrder | undefined;
  /** Paths of its templates that led to nothing. */
  readonly missing: readonly string[];
}

/** What `POST <hooks.path>/<address>` asks for. Its templates see the body, and the headers as `$header`. */
export function mappedOrder(
  address: string,
  mapping: WebhookMapping,
  body: unknown,
  headers: Headers = new Headers(),
): MappedOrder {
  const seen = withHeaders(body, headers);
  if (
    !Object.entries(mapping.when).every(([path, wanted]) => isAmong(valueAt(seen, parsePath(path)), wanted))
  ) {
    return { order: undefined, missing: [] };
  }
  const { agent, to, task, model, thinkingLevel, timeoutSeconds } = mapping;
  const said =
    mapping.message === undefined ? { text: whole(body), missing: [] } : fill(mapping.message, seen);
  const named = mapping.session === undefined ? undefined : fill(mapping.session, seen);
  // Bodies that lack what the name is made of have nothing in common.
  const session = named?.missing.length === 0 ? `${address}:${named.text.slice(0, 200)}` : undefined;
  const timeoutMs = timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000;
  const order: WebhookOrder = {
    action: mapping.action,
    address,
    from: address,
    text: said.text,
    deliver: mapping.deliver,
    mode: "now",
    ...given({ agent, to, task, session, model, thinkingLevel, timeoutMs }),
  };
  return { order, missing: [...said.missing, ...(named?.missing ?? [])] };
}

/** Headers that prove who somebody is. */
const PROOF = /authorization|cookie|token|signature|secret|api-?key/;

function withHeaders(body: unknown, headers: Headers): object {
  const $header = Object.fromEntries([...headers].filter(([name]) => !PROOF.test(name)));
  return Array.isArray(body) ? Object.assign([...body], { $header }) : Object.assign({}, body, { $header });
}

const fill = (template: string, body: unknown) => renderTemplate(parseTemplate(template), body);
/** A body without a template: the beginning of it says what it is. */
const whole = (body: unknown) => cutText(JSON.stringify(body, null, 2), MOST_IN_ALL);

function isAmong(value: unknown, wanted: WebhookMapping["when"][string]): boolean {
  return (Array.isArray(wanted) ? wanted : [wanted]).some((one) => one === value);
}

function assertAgent(agent: string | undefined, { allowedAgents }: Pick<Hooks, "allowedAgents">): void {
  if (agent === undefined || !allowedAgents || allowedAgents.includes(agent)) return;
  throw forbidden(`agentId: "${agent}" may not be asked here; hooks.allowedAgents says who may`);
}

/** `telegram` and `123`, or `telegram:123` in one. */
function targetOf(channel: string | undefined, to: string | undefined): string | undefined {
  if (to === undefined) {
    if (channel === undefined || channel === "last") return undefined;
    throw new RequestError("BAD_REQUEST", `to: missing; it names the chat of ${channel}.`);
  }
  return channel === undefined || channel === "last" || to.startsWith(`${channel}:`)
    ? to
    : `${channel}:${to}`;
}

function read<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const said = parsed.error.issues.slice(0, 5).map(({ path, message }) => {
    const place = path.join(".");
    return place === "" ? message : `${place}: ${message}`;
  });
  throw new RequestError("BAD_REQUEST", `${said.join("; ")}.`);
}

const forbidden = (sentence: string) => new RequestError("FORBIDDEN", `${sentence}.`);
