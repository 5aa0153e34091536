import { expect, test } from "bun:test";
import { configs } from "../config-of.ts";

const { load, problemsIn } = configs();

test("files have limits without being asked", () => {
  expect(load({}).config.media).toEqual({
    cache: { maxAgeDays: 30, maxMb: 1024 },
    maxDownloadMb: 20,
    downloadTimeoutMs: 60_000,
    inboxDays: 90,
    folders: [],
    maxFileMb: 50,
  });
});

test("nothing can be set so that no file would ever come", () => {
  for (const key of ["maxDownloadMb", "inboxDays", "maxFileMb"]) {
    expect(problemsIn({ media: { [key]: 0 } }), key).toHaveLength(1);
  }
});
