import script from "./built/app.js" with { type: "text" };
import style from "./built/app.css" with { type: "text" };
import document from "./built/index.html" with { type: "text" };

/** One file of the page, ready to be served. */
interface PageAsset {
  readonly body: string | Uint8Array;
  readonly type: string;
}

/** The whole page by path: nothing else is loaded, from us or from anywhere. */
export const pageAssets: ReadonlyMap<string, PageAsset> = new Map([
  ["/", { body: document, type: "text/html; charset=utf-8" }],
  ["/app.js", { body: script, type: "text/javascript; charset=utf-8" }],
  ["/app.css", { body: style, type: "text/css; charset=utf-8" }],
]);
