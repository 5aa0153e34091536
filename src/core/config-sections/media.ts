import { z } from "zod";
import { count, milliseconds, path } from "./common.ts";

/** `media`: files that come with messages, and files that agents send. */
export const mediaSchema = z.strictObject({
  cache: z
    .strictObject({
      maxAgeDays: count().default(30).describe("A file is dropped when it was not needed for so long."),
      maxMb: count()
        .default(1024)
        .describe("Beyond this size the files go that were not needed for longest."),
    })
    .prefault({})
    .describe("What was fetched, kept by content: the same file is fetched once."),
  maxDownloadMb: count()
    .default(20)
    .describe("The biggest file that is fetched for an agent. A channel may have a lower limit."),
  downloadTimeoutMs: milliseconds().default(60_000).describe("How long one download may take."),
  inboxDays: count()
    .default(90)
    .describe(
      "How long the files that people send stay in the workspace's folder `inbox`; never longer than their messages (`store.historyDays`).",
    ),
  folders: z
    .array(path())
    .default([])
    .describe("Folders outside of the workspace from which an agent may send files."),
  maxFileMb: count().default(50).describe("The biggest file that an agent may send."),
});
