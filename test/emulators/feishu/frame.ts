/** What a frame of the long connection carries: `pbbp2.Frame` in protocol buffers, version 2. */
export interface Frame {
  readonly seqId: bigint;
  readonly logId: bigint;
  readonly service: number;
  /** 0 for the connection itself, 1 for events. */
  readonly method: number;
  readonly headers: readonly (readonly [key: string, value: string])[];
  readonly payloadEncoding?: string;
  readonly payloadType?: string;
  readonly payload?: Uint8Array;
  readonly logIdNew?: string;
}

const VARINT = 0;
const BYTES = 2;
const FIELD = {
  seqId: 1,
  logId: 2,
  service: 3,
  method: 4,
  header: 5,
  encoding: 6,
  type: 7,
  payload: 8,
  log: 9,
};

/** The bytes of a frame. */
export function encodeFrame(frame: Frame): Uint8Array {
  const out: number[] = [];
  putNumber(out, FIELD.seqId, frame.seqId);
  putNumber(out, FIELD.logId, frame.logId);
  putNumber(out, FIELD.service, BigInt(frame.service));
  putNumber(out, FIELD.method, BigInt(frame.method));
  for (const [key, value] of frame.headers) {
    const header: number[] = [];
    putBytes(header, 1, utf8(key));
    putBytes(header, 2, utf8(value));
    putBytes(out, FIELD.header, header);
  }
  if (frame.payloadEncoding !== undefined) putBytes(out, FIELD.encoding, utf8(frame.payloadEncoding));
  if (frame.payloadType !== undefined) putBytes(out, FIELD.type, utf8(frame.payloadType));
  if (frame.payload !== undefined) putBytes(out, FIELD.payload, frame.payload);
  if (frame.logIdNew !== undefined) putBytes(out, FIELD.log, utf8(frame.logIdNew));
  return Uint8Array.from(out);
}

/** Reads a frame; throws for what is none: cut short, of another type, or without a field that must be there. */
export function decodeFrame(bytes: Uint8Array): Frame {
  const numbers = new Map<number, bigint>();
  const blobs = new Map<number, Uint8Array>();
  const headers: [string, string][] = [];
  for (const { field, value } of fieldsOf(bytes)) {
    if (typeof value === "bigint") numbers.set(field, value);
    else if (field === FIELD.header) headers.push(decodeHeader(value));
    else blobs.set(field, value);
  }
  const number = (field: number): bigint => {
    const value = numbers.get(field);
    if (value === undefined) throw new Error(`a frame has no field ${field}`);
    return value;
  };
  const text = (field: number) => (blobs.has(field) ? fromUtf8(blobs.get(field)) : undefined);
  const encoding = text(FIELD.encoding);
  const type = text(FIELD.type);
  const log = text(FIELD.log);
  const payload = blobs.get(FIELD.payload);
  return {
    seqId: number(FIELD.seqId),
    logId: number(FIELD.logId),
    service: Number(BigInt.asIntN(32, number(FIELD.service))),
    method: Number(BigInt.asIntN(32, number(FIELD.method))),
    headers,
    ...(encoding === undefined ? {} : { payloadEncoding: encoding }),
    ...(type === undefined ? {} : { payloadType: type }),
    ...(payload === undefined ? {} : { payload }),
    ...(log === undefined ? {} : { logIdNew: log }),
  };
}

/** The value of a frame's header. */
export function headerOf(frame: Frame, key: string): string | undefined {
  return frame.headers.find(([name]) => name === key)?.[1];
}

function decodeHeader(bytes: Uint8Array): [string, string] {
  const texts = new Map<number, string>();
  for (const { field, value } of fieldsOf(bytes)) {
    if (typeof value !== "bigint") texts.set(field, fromUtf8(value));
  }
  const [key, value] = [texts.get(1), texts.get(2)];
  if (key === undefined || value === undefined) throw new Error("a header has no key or no value");
  return [key, value];
}

function* fieldsOf(bytes: Uint8Array): Generator<{ field: number; value: bigint | Uint8Array }> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) break;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new Error("a number of a frame does not end");
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const [field, type] = [key >>> 3, key & 7];
    if (type === VARINT) {
      yield { field, value: varint() };
    } else if (type === BYTES) {
      const end = Number(varint()) + at;
      if (end > bytes.length) throw new Error("a frame is cut short");
      yield { field, value: bytes.subarray(at, end) };
      at = end;
    } else {
      throw new Error(`a frame has no fields of wire type ${type}`);
    }
  }
}

function putNumber(out: number[], field: number, value: bigint): void {
  putVarint(out, BigInt((field << 3) | VARINT));
  putVarint(out, BigInt.asUintN(64, value));
}

function putBytes(out: number[], field: number, bytes: ArrayLike<number>): void {
  putVarint(out, BigInt((field << 3) | BYTES));
  putVarint(out, BigInt(bytes.length));
  for (let index = 0; index < bytes.length; index++) out.push(bytes[index] ?? 0);
}

function putVarint(out: number[], value: bigint): void {
  let rest = value;
  for (; rest >= 0x80n; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80);
  out.push(Number(rest));
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function fromUtf8(bytes: Uint8Array | undefined): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}
