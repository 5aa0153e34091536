import { brotliCompressSync, constants } from "node:zlib";
import type { PageAsset, PageAssets } from "./routes/page.ts";

/** The page's files with what their routes need. Compressed when first asked for, so that the start does not wait. */
export function prepareAssets(
  files: ReadonlyMap<string, { readonly body: string | Uint8Array; readonly type: string }>,
): PageAssets {
  return new Map(Array.from(files, ([path, file]) => [path, prepare(file.body, file.type)]));
}

function prepare(body: string | Uint8Array, type: string): PageAsset {
  let brotli: Uint8Array | undefined;
  return {
    body,
    type,
    etag: Bun.hash.wyhash(body).toString(36),
    get brotli() {
      brotli ??= brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } });
      return brotli;
    },
  };
}
