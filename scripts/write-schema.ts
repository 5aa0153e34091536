import { configDocuments } from "./config-documents.ts";

/** Writes the files that are made from the configuration's schema. A test fails while they are stale. */
for (const [path, text] of Object.entries(configDocuments())) {
  await Bun.write(new URL(`../${path}`, import.meta.url), text);
}
