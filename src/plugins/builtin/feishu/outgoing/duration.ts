/** The end of an Ogg file that holds its last page for certain. */
const TAIL_BYTES = 65_536 + 512;
/** Opus counts 48 samples in a millisecond, whatever it was recorded with. */
const SAMPLES_PER_MS = 48;
const PAGE = "OggS";
const MOST_BOXES = 64;

/** How long the sound of an Opus file is, in milliseconds; undefined where that cannot be read. */
export async function opusDurationMs(path: string): Promise<number | undefined> {
  const file = Bun.file(path);
  const tail = Buffer.from(await file.slice(Math.max(0, file.size - TAIL_BYTES)).arrayBuffer());
  const at = tail.lastIndexOf(PAGE);
  if (at === -1 || at + 14 > tail.length) return undefined;
  const ms = Number(tail.readBigUInt64LE(at + 6)) / SAMPLES_PER_MS;
  return isDuration(ms) ? Math.round(ms) : undefined;
}

/** How long the film of an MP4 file is, in milliseconds; undefined where that cannot be read. */
export async function mp4DurationMs(path: string): Promise<number | undefined> {
  const movie = await boxIn(path, "moov", 0, Bun.file(path).size);
  const header = movie && (await boxIn(path, "mvhd", movie.start, movie.end));
  if (!header) return undefined;
  const bytes = Buffer.from(await Bun.file(path).slice(header.start, header.end).arrayBuffer());
  // The first byte says whether times have four bytes or eight.
  const isLong = bytes[0] === 1;
  if (bytes.length < (isLong ? 32 : 20)) return undefined;
  const scale = bytes.readUInt32BE(isLong ? 20 : 12);
  const length = isLong ? Number(bytes.readBigUInt64BE(24)) : bytes.readUInt32BE(16);
  const ms = (length / scale) * 1000;
  return isDuration(ms) ? Math.round(ms) : undefined;
}

/** Where the content of the first box of a type stands. */
async function boxIn(
  path: string,
  type: string,
  from: number,
  to: number,
): Promise<{ readonly start: number; readonly end: number } | undefined> {
  let at = from;
  for (let boxes = 0; boxes < MOST_BOXES && at + 8 <= to; boxes += 1) {
    const head = Buffer.from(
      await Bun.file(path)
        .slice(at, at + 16)
        .arrayBuffer(),
    );
    if (head.length < 8) return undefined;
    const short = head.readUInt32BE(0);
    const isLong = short === 1 && head.length === 16;
    const size = isLong ? Number(head.readBigUInt64BE(8)) : short === 0 ? to - at : short;
    if (size < 8) return undefined;
    const end = Math.min(to, at + size);
    if (head.toString("latin1", 4, 8) === type) return { start: at + (isLong ? 16 : 8), end };
    at = end;
  }
  return undefined;
}

/** Up to a day: more is no recording but a broken header. */
function isDuration(ms: number): boolean {
  return Number.isFinite(ms) && ms > 0 && ms < 86_400_000;
}
