import { pagePolicy } from "../respond.ts";
import type { Route, Router } from "../router.ts";

/** One file of the page, ready to be sent. */
export interface PageAsset {
  readonly body: Uint8Array | string;
  /** Such as `text/html; charset=utf-8`. */
  readonly type: string;
  /** Changes with the content; without quotes. */
  readonly etag: string;
  /** The body, compressed with Brotli. */
  readonly brotli?: Uint8Array;
}

/** The files of the page by path: `/`, `/app.js`, … */
export type PageAssets = ReadonlyMap<string, PageAsset>;

/** Adds a route for each file of the page. They are public: the page itself asks for the credential. */
export function addPageRoutes(router: Router, assets: PageAssets): readonly Disposable[] {
  return Array.from(assets, ([path, asset]) => router.add("GET", path, routeOf(asset)));
}

function routeOf(asset: PageAsset): Route {
  return {
    auth: "none",
    run: ({ request }) => {
      const packed = accepts(request.headers.get("accept-encoding"), "br") ? asset.brotli : undefined;
      const etag = packed ? `"${asset.etag}-br"` : `"${asset.etag}"`;
      const headers = new Headers({
        "Content-Type": asset.type,
        "Content-Security-Policy": pagePolicy(request.headers.get("host") ?? ""),
        // Asked for again each time, answered 304 unless it changed: a new gateway never runs with an old page.
        "Cache-Control": "no-cache",
        ETag: etag,
        Vary: "Accept-Encoding",
      });
      if (isKnown(request.headers.get("if-none-match"), etag)) {
        return new Response(null, { status: 304, headers });
      }
      if (!packed) return new Response(asset.body, { headers });
      headers.set("Content-Encoding", "br");
      return new Response(packed, { headers });
    },
  };
}

function accepts(header: string | null, encoding: string): boolean {
  return (header ?? "").split(",").some((part) => {
    const [name, ...options] = part.split(";").map((text) => text.trim());
    return name?.toLowerCase() === encoding && !options.some((option) => /^q=0(\.0*)?$/i.test(option));
  });
}

function isKnown(header: string | null, etag: string): boolean {
  const tags = (header ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes(etag) || tags.includes("*");
}
