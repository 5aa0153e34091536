import { afterAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  mp4DurationMs,
  opusDurationMs,
} from "../../../../../src/plugins/builtin/feishu/outgoing/duration.ts";

const folder = await mkdtemp(join(tmpdir(), "feishu-duration-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileOf(bytes: Uint8Array): Promise<string> {
  const path = join(folder, crypto.randomUUID());
  await Bun.write(path, bytes);
  return path;
}

function page(samples: bigint): Buffer {
  const bytes = Buffer.alloc(200);
  bytes.write("OggS");
  bytes.writeBigUInt64LE(samples, 6);
  return bytes;
}

function box(type: string, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length);
  head.write(type, 4);
  return Buffer.concat([head, body]);
}

function header(version: 0 | 1, scale: number, length: number): Buffer {
  const bytes = Buffer.alloc(100);
  bytes[0] = version;
  bytes.writeUInt32BE(scale, version === 1 ? 20 : 12);
  if (version === 1) bytes.writeBigUInt64BE(BigInt(length), 24);
  else bytes.writeUInt32BE(length, 16);
  return box("mvhd", bytes);
}

test("the last page of a recording says how long it is", async () => {
  const path = await fileOf(Buffer.concat([page(0n), Buffer.alloc(200_000), page(48_000n * 61n)]));
  expect(await opusDurationMs(path)).toBe(61_000);
});

test.each([0, 1] as const)(
  "a film says it in its header (version %d), wherever that stands",
  async (version) => {
    const movie = box("moov", box("udta", Buffer.alloc(10)), header(version, 600, 600 * 90));
    const media = box("mdat", Buffer.alloc(300_000));
    for (const parts of [
      [movie, media],
      [media, movie],
    ]) {
      expect(await mp4DurationMs(await fileOf(Buffer.concat([box("ftyp", Buffer.alloc(8)), ...parts])))).toBe(
        90_000,
      );
    }
  },
);

test("a file that does not say it, or cannot be what it says it is, has no length", async () => {
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.from("no sound at all"),
    Buffer.from("OggS"),
    page(0n),
    page(2n ** 63n),
    box("moov", header(0, 0, 5)),
    box("moov"),
    Buffer.alloc(1000),
    Buffer.alloc(1000, 0xff),
  ]) {
    const path = await fileOf(bytes);
    expect([await opusDurationMs(path), await mp4DurationMs(path)]).toEqual([undefined, undefined]);
  }
});
