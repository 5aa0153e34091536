import { z } from "zod";
import { RequestError } from "../core/errors.ts";
import type { Failure } from "./failure.ts";

/** How a client names the answer it waits for: by `id`, or, without one, by the method. */
export interface ReplyTo {
  readonly id?: string | number;
  readonly method?: string;
}

export interface RequestFrame extends ReplyTo {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A frame that is no request, with as much of its name as could be read. */
export class FrameError extends RequestError {
  readonly replyTo: ReplyTo;
  constructor(message: string, replyTo: ReplyTo = {}) {
    super("BAD_REQUEST", message);
    this.replyTo = replyTo;
  }
}

const FORM = 'Expected {"type":"req","id":"1","method":"…","params":{…}} or {"method":"…","params":{…}}.';

// Made once: making a schema costs more than reading a frame with it.
const frameSchema = z.record(z.string(), z.unknown());
const idSchema = z.union([z.string().max(200), z.number()]).optional();
const methodSchema = z.string().min(1).max(100);
const paramsSchema = z.record(z.string(), z.unknown()).nullish();

/** Reads `{method, params}` and `{type: "req", id, method, params}`. Throws {@link FrameError}. */
export function parseRequest(text: string): RequestFrame {
  const frame = parseObject(text);
  const id = idSchema.safeParse(frame["id"] ?? undefined);
  const method = methodSchema.safeParse(frame["method"]);
  const name: ReplyTo = {
    ...(id.data === undefined ? {} : { id: id.data }),
    ...(method.success ? { method: method.data } : {}),
  };
  if (!id.success) throw new FrameError(`id: expected a string or a number. ${FORM}`, name);
  if (frame["type"] !== undefined && frame["type"] !== "req") {
    throw new FrameError(`type: expected "req". ${FORM}`, name);
  }
  if (!method.success) throw new FrameError(`method: expected the name of a method. ${FORM}`, name);
  const params = paramsSchema.safeParse(frame["params"]);
  if (!params.success) throw new FrameError(`params: expected an object. ${FORM}`, name);
  return { ...name, method: method.data, params: params.data ?? {} };
}

function parseObject(text: string): Record<string, unknown> {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    // What JSON.parse says depends on the engine and quotes the frame; the form is what helps.
    throw new FrameError(`This frame is not JSON. ${FORM}`);
  }
  const object = frameSchema.safeParse(frame);
  if (!object.success) throw new FrameError(`This frame is not an object. ${FORM}`);
  return object.data;
}

/** The answer to a request that worked. */
export function resultFrame(to: ReplyTo, payload: unknown): string {
  return JSON.stringify({ type: "res", ...nameOf(to), ok: true, payload: payload ?? {} });
}

/** The answer to a request that did not. */
export function failureFrame(to: ReplyTo, error: Failure): string {
  return JSON.stringify({ type: "res", ...nameOf(to), ok: false, error });
}

/** Something that happened, for whoever subscribed. */
export function eventFrame(event: string, payload: unknown, seq: number): string {
  return JSON.stringify({ type: "event", event, payload, seq });
}

function nameOf(to: ReplyTo): ReplyTo {
  if (to.id !== undefined) return { id: to.id };
  return to.method === undefined ? {} : { method: to.method };
}
