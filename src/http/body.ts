import { RequestError } from "../core/errors.ts";

/** Reads a request's body. Refuses it as soon as it is known to be longer than `limit` bytes. */
export async function readBody(request: Request, limit: number): Promise<Uint8Array> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > limit) throw tooLarge(limit);
  if (!request.body) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request.body) {
    length += part.byteLength;
    if (length > limit) throw tooLarge(limit);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function tooLarge(limit: number): RequestError {
  return new RequestError("TOO_LARGE", `The body is too large; at most ${limit} bytes are taken here.`);
}
