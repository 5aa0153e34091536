import { expect, test } from "bun:test";
import { GrammyError } from "grammy";
import type { ChannelError } from "../../../../../src/core/errors.ts";
import { FetchError } from "../../../../../src/core/errors.ts";
import type { FetchBytes, FetchLimits } from "../../../../../src/core/fetch.ts";
import { download } from "../../../../../src/plugins/builtin/telegram/incoming/download.ts";

const TOKEN = "12:secret-token";
const never = new AbortController().signal;

interface Given {
  readonly path?: string;
  readonly size?: number;
  readonly fetch?: FetchBytes;
  readonly refuse?: Error;
  readonly apiRoot?: string;
}

function downloadOf(given: Given, file: { sizeBytes?: number } = {}, maxBytes = 1000) {
  const asked: { url: string; limits: FetchLimits }[] = [];
  const fetch: FetchBytes = async (url, limits) => {
    asked.push({ url, limits });
    return given.fetch ? given.fetch(url, limits) : { bytes: new Uint8Array([1, 2]) };
  };
  const calls = {
    getFile: async () => {
      if (given.refuse) throw given.refuse;
      const { path = "photos/a b.jpg", size } = given;
      return {
        file_id: "F",
        file_unique_id: "U",
        file_path: path,
        ...(size === undefined ? {} : { file_size: size }),
      };
    },
  };
  const { apiRoot } = given;
  const bytes = download(
    { source: "F", ...file },
    { maxBytes, signal: never },
    { calls, fetch, token: TOKEN, apiRoot, proxy: "http://127.0.0.1:8080", maxBytes: 500 },
  );
  return {
    bytes,
    asked,
    error: () =>
      bytes.then(
        () => undefined,
        (error: ChannelError) => error,
      ),
  };
}

test("a file is fetched from the server that is configured, through its proxy and within both limits", async () => {
  const own = downloadOf({ apiRoot: "http://127.0.0.1:81/" });
  expect(await own.bytes).toEqual(new Uint8Array([1, 2]));
  expect(own.asked).toMatchObject([
    {
      url: `http://127.0.0.1:81/file/bot${TOKEN}/photos/a%20b.jpg`,
      limits: { maxBytes: 500, isConfigured: true, proxy: "http://127.0.0.1:8080" },
    },
  ]);
  const { bytes, asked } = downloadOf({}, {}, 20);
  await bytes;
  expect(asked).toMatchObject([
    { url: expect.stringMatching(/^https:\/\/api\.telegram\.org\/file\//), limits: { maxBytes: 20 } },
  ]);
});

test("one that is too big is not fetched, whoever tells its size", async () => {
  for (const one of [
    downloadOf({}, { sizeBytes: 501 }),
    downloadOf({ size: 501 }),
    downloadOf({}, { sizeBytes: 21 }, 20),
  ]) {
    expect(await one.error()).toMatchObject({ code: "too-long" });
    expect(one.asked).toEqual([]);
  }
  const lying = downloadOf({ size: 1, fetch: () => Promise.reject(new FetchError("too-large", "x")) });
  expect(await lying.error()).toMatchObject({ code: "too-long" });
});

test("no path on the server's own disk is followed, nor one that climbs", async () => {
  for (const path of ["/var/lib/bot/a.jpg", "C:\\bot\\a.jpg", "photos/../../getMe", ".."]) {
    const { error, asked } = downloadOf({ path });
    expect(await error()).toMatchObject({ code: "forbidden" });
    expect(asked).toEqual([]);
  }
});

test("every failure is one of the channel's, and none tells the token", async () => {
  const refusal = (error_code: number, description: string) =>
    new GrammyError("x", { ok: false, error_code, description }, "getFile", {});
  const failing = (code: FetchError["code"]): Given => ({
    fetch: (url) => Promise.reject(new FetchError(code, "no", { cause: new Error(url) })),
  });
  const cases: readonly [Given, ChannelError["code"]][] = [
    [{ refuse: refusal(400, "Bad Request: file is too big") }, "too-long"],
    [
      { refuse: refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable") },
      "not-found",
    ],
    [failing("not-found"), "not-found"],
    [failing("timed-out"), "timed-out"],
    [failing("unreachable"), "unreachable"],
    [failing("failed"), "unreachable"],
    [failing("refused-address"), "forbidden"],
  ];
  for (const [given, code] of cases) {
    const error = await downloadOf(given).error();
    expect(error).toMatchObject({ name: expect.stringContaining("Error"), code });
    expect(Bun.inspect(error)).not.toContain("secret-token");
  }
});
