import type { Prompt } from "../core/agent.ts";

export interface Picture {
  readonly image: Prompt["images"][number];
  /** Smaller than the file is. */
  readonly isScaled: boolean;
}

/** Models scale down what is bigger, and refuse it in a conversation with many pictures. */
const LONGEST_SIDE = 2000;
/** A third more as base64, of which models take 5 MB. */
const MOST_BYTES = 3_300_000;
const MOST_PIXELS = 100_000_000;

const FOR_MODELS = new Set<string>(["png", "jpeg", "gif", "webp"]);

/**
 * A picture file as a model can be shown it, scaled down where it is too big. Undefined for what is no picture,
 * cannot be read to its end, or cannot be made small enough: a model that is shown such a thing refuses the whole
 * conversation from then on. Never rejects. The work is done beside the main thread.
 */
export async function pictureIn(path: string): Promise<Picture | undefined> {
  try {
    const bytes = await Bun.file(path).bytes();
    const { width, height, format } = await open(bytes).metadata();
    if (!FOR_MODELS.has(format)) return undefined;
    const isScaled = Math.max(width, height) > LONGEST_SIDE || bytes.length > MOST_BYTES;
    if (isScaled) return await scaled(bytes, format);
    // Only to see whether it can be read.
    await open(bytes).resize(8, 8).png().bytes();
    return {
      image: { mimeType: `image/${format}`, base64: Buffer.from(bytes).toString("base64") },
      isScaled,
    };
  } catch {
    // Whatever is wrong with it, the file itself is handed on.
    return undefined;
  }
}

async function scaled(bytes: Uint8Array, format: string): Promise<Picture | undefined> {
  const smaller = () =>
    open(bytes).resize(LONGEST_SIDE, LONGEST_SIDE, { fit: "inside", withoutEnlargement: true });
  if (format !== "jpeg") {
    const exact = await smaller().png().bytes();
    if (exact.length <= MOST_BYTES) return pictureOf(exact, "image/png");
  }
  const rough = await smaller().jpeg({ quality: 80 }).bytes();
  return rough.length <= MOST_BYTES ? pictureOf(rough, "image/jpeg") : undefined;
}

const open = (bytes: Uint8Array) => new Bun.Image(bytes, { maxPixels: MOST_PIXELS });

const pictureOf = (bytes: Uint8Array, mimeType: string): Picture => ({
  image: { mimeType, base64: Buffer.from(bytes).toString("base64") },
  isScaled: true,
});
