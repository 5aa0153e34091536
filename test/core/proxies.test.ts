import { expect, test } from "bun:test";
import { proxiesIn, proxyFor } from "../../src/core/proxies.ts";

const OUT = "http://proxy.test:3128";
const through = (url: string, env: Record<string, string>) => proxyFor(new URL(url), proxiesIn(env));

test("each scheme has its own proxy, in either case, and one for all is the last resort", () => {
  expect(through("https://a.test/", { HTTPS_PROXY: OUT })).toBe(OUT);
  expect(through("wss://a.test/", { HTTPS_PROXY: OUT, NO_PROXY: "a.test:80" })).toBe(OUT);
  expect(through("http://a.test/", { HTTPS_PROXY: OUT })).toBeUndefined();
  expect(through("http://a.test/", { http_proxy: OUT })).toBe(OUT);
  expect(through("http://a.test/", { ALL_PROXY: OUT })).toBe(OUT);
  expect(through("wss://a.test/", { HTTPS_PROXY: OUT, NO_PROXY: "a.test:80" })).toBe(OUT);
  expect(through("ws://a.test/", { HTTP_PROXY: OUT })).toBe(OUT);
  expect(through("http://a.test/", { HTTP_PROXY: "" })).toBeUndefined();
  expect(through("http://a.test/", {})).toBeUndefined();
});

test.each([
  ["a.test", "https://a.test/", true],
  ["a.test", "https://sub.a.test/", true],
  ["a.test", "https://ba.test/", false],
  [".a.test", "https://sub.a.test/", true],
  ["*.a.test", "https://sub.a.test/", true],
  [" b.test , a.test", "https://a.test/", true],
  ["a.test:8443", "https://a.test:8443/", true],
  ["a.test:8443", "https://a.test/", false],
  ["a.test:443", "https://a.test/", true],
  ["127.0.0.1", "https://127.0.0.1:81/", true],
  ["::1", "https://[::1]/", true],
  ["[::1]", "https://[::1]:81/", true],
  ["*", "https://a.test/", true],
  ["", "https://a.test/", false],
])("NO_PROXY=%p and %s", (NO_PROXY, url, isDirect) => {
  expect(through(url, { HTTPS_PROXY: OUT, NO_PROXY }) === undefined).toBe(isDirect);
});
