import { expect, test } from "bun:test";
import { failureResponse, pagePolicy, withSafeHeaders } from "../../src/http/respond.ts";

test("an error has the status that fits it, and says when to try again", async () => {
  const response = failureResponse({ code: "BUSY", message: "Full.", retryable: true, retryAfterMs: 1200 });
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBe("2");
  expect(await response.json()).toMatchObject({ error: { code: "BUSY", message: "Full." } });
  expect(failureResponse({ code: "NOT_FOUND", message: "", retryable: false }).status).toBe(404);
});

test("a route's own headers stay", () => {
  const response = withSafeHeaders(new Response("", { headers: { "Cache-Control": "max-age=9" } }));
  expect(response.headers.get("cache-control")).toBe("max-age=9");
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
});

test("the page runs nothing inline, shows nothing remote, and talks to us only", () => {
  const policy = pagePolicy("localhost:52134");
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("style-src 'self';");
  expect(policy).toContain("img-src 'self' data: blob:;");
  expect(policy).toContain("connect-src 'self' ws://localhost:52134 wss://localhost:52134;");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|\*|https:/);
});
