import { expect, test } from "bun:test";
import { randomFrom } from "../common/random.ts";
import { decodeFrame, encodeFrame, headerOf, type Frame } from "./frame.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytesOf = (digits: string): Uint8Array =>
  new Uint8Array(Buffer.from(digits.replaceAll(" ", ""), "hex"));

const PING: Frame = { seqId: 0n, logId: 0n, service: 33_554_678, method: 0, headers: [["type", "ping"]] };

test("a ping has the bytes that protocol buffers give it", () => {
  // Fields 1 and 2 are nought, 3 is the service, 4 the method, 5 a header of two texts.
  expect(hex(encodeFrame(PING))).toBe(
    ["0800", "1000", "18f6818010", "2000", "2a0c", "0a0474797065", "120470696e67"].join(""),
  );
});

test("a frame is read as it was written, whatever is in it", () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const next = randomFrom(seed);
  const number = (most: number) => Math.floor(next() * most);
  for (let round = 0; round < 200; round++) {
    const frame: Frame = {
      seqId: BigInt(number(2 ** 32)) * BigInt(number(2 ** 32)),
      logId: (1n << 64n) - 1n - BigInt(number(1000)),
      service: number(2 ** 31) * (next() < 0.5 ? -1 : 1),
      method: number(2),
      headers: Array.from(
        { length: number(5) },
        (_, index) => [`key${index}`, "值🙂".repeat(number(60))] as const,
      ),
      ...(next() < 0.5 ? { payload: Uint8Array.from({ length: number(400) }, () => number(256)) } : {}),
      ...(next() < 0.3 ? { payloadEncoding: "gzip", payloadType: "json", logIdNew: "log" } : {}),
    };
    expect(decodeFrame(encodeFrame(frame)), `seed ${seed}`).toEqual(frame);
  }
});

test("the fields may come in any order, and one that is unknown is passed over", () => {
  const frame = decodeFrame(bytesOf("2001 4a03616263 52024869 1807 1003 0801 2a06 1201760a016b"));
  expect(frame).toEqual({
    seqId: 1n,
    logId: 3n,
    service: 7,
    method: 1,
    headers: [["k", "v"]],
    logIdNew: "abc",
  });
  expect(headerOf(frame, "k")).toBe("v");
  expect(headerOf(frame, "other")).toBeUndefined();
});

test("what is no frame is refused: cut short, endless, of another type, or without what must be there", () => {
  const whole = encodeFrame(PING);
  for (let length = 0; length < whole.length; length++) {
    // A header that is missing as a whole cannot be told from a frame without one.
    if (length === 11) continue;
    expect(() => decodeFrame(whole.subarray(0, length)), `${length} bytes`).toThrow();
  }
  expect(() => decodeFrame(bytesOf("08ffffffffffffffffffff01"))).toThrow("does not end");
  expect(() => decodeFrame(bytesOf("0d00000000"))).toThrow("wire type 5");
  expect(() => decodeFrame(bytesOf("0800 1000 1800 2000 2a03 0a016b"))).toThrow("no key or no value");
  expect(() => decodeFrame(bytesOf("0800 1000 1800 2000 2a06 0a01ff 120176"))).toThrow();
});
