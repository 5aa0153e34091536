import { afterAll, describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configSchema } from "../../src/core/config-schema.ts";
import { RequestError } from "../../src/core/errors.ts";
import type { Fields } from "../../src/lib/logger.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import type { AuthSettings } from "../../src/security/gateway-auth.ts";
import { WebhookCallers } from "../../src/security/webhook-callers.ts";
import { FakeClock } from "../fakes/fake-clock.ts";

const folder = mkdtempSync(join(tmpdir(), "webhook-callers-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

async function callers(section: object = {}, others: AuthSettings = { gateway: { mode: "off" } }) {
  const hooks = () => configSchema({}).parse({ hooks: { enabled: true, token: "right", ...section } }).hooks;
  const clock = new FakeClock();
  const said: string[] = [];
  const log = { ...silentLogger, error: (_fields: Fields, message: string) => void said.push(message) };
  files += 1;
  const tokenFile = join(folder, `token-${files}`);
  const all = new WebhookCallers({ tokenFile, hooks, others: () => others, clock, log });
  await all.start();
  return { all, clock, said, tokenFile };
}

const request = (headers: Record<string, string>, address = "agent", remote = "192.0.2.1") => ({
  address,
  headers: new Headers(headers),
  remote,
});

function refusal(work: () => void): string {
  try {
    work();
  } catch (error) {
    if (error instanceof RequestError) return `${error.code} ${error.message}`;
    throw error;
  }
  return "let in";
}

describe("a token", () => {
  test("lets in from any of its headers, and only the right one does", async () => {
    const { all } = await callers();
    const answer = (headers: Record<string, string>) => refusal(() => all.checkToken(request(headers)));
    expect(answer({ authorization: "Bearer right" })).toBe("let in");
    expect(answer({ "X-Pi-Gateway-Token": "right" })).toBe("let in");
    expect(answer({ "x-openclaw-token": "right" })).toBe("let in");
    expect(answer({})).toMatch(/^UNAUTHORIZED .*Authorization: Bearer/);
    expect(answer({ authorization: "Bearer wrong" })).toMatch(/^UNAUTHORIZED Wrong token/);
    expect(answer({ authorization: "Basic right" })).toMatch(/^UNAUTHORIZED/);
    expect(answer({ authorization: "Bearer right2" })).toMatch(/^UNAUTHORIZED/);
  });

  test("of an address opens that address alone, and the common one does not open it", async () => {
    const { all } = await callers({
      mappings: { deploy: { token: "own" }, off: { enabled: false, token: "own" } },
    });
    const answer = (token: string, address: string) =>
      refusal(() => all.checkToken(request({ authorization: `Bearer ${token}` }, address)));
    expect(answer("own", "deploy")).toBe("let in");
    expect(answer("right", "deploy")).toMatch(/^UNAUTHORIZED/);
    expect(answer("own", "agent")).toMatch(/^UNAUTHORIZED/);
    expect(answer("own", "off")).toMatch(/^UNAUTHORIZED/);
    expect(answer("right", "constructor")).toBe("let in");
  });

  test("that is guessed locks the guesser out for a while, and nobody else", async () => {
    const { all, clock } = await callers();
    const guess = (remote: string, token = "wrong") =>
      refusal(() => all.checkToken(request({ authorization: `Bearer ${token}` }, "agent", remote)));
    for (let i = 0; i < 10; i++) expect(guess("192.0.2.1")).toMatch(/^UNAUTHORIZED/);
    expect(guess("192.0.2.1", "right")).toMatch(/^RATE_LIMITED .* 60 s/);
    expect(guess("192.0.2.2", "right")).toBe("let in");
    clock.jump(60_000);
    expect(guess("192.0.2.1", "right")).toBe("let in");
  });

  test("nobody configured is made, kept for the person alone, and shown as made", async () => {
    const { all, tokenFile } = await callers({ token: undefined });
    const token = readFileSync(tokenFile, "utf8").trim();
    expect(token.length).toBeGreaterThan(40);
    expect(statSync(tokenFile).mode & 0o777).toBe(0o600);
    expect(all.generated).toEqual({ "hooks.token": token });
    expect(refusal(() => all.checkToken(request({ authorization: `Bearer ${token}` })))).toBe("let in");
    expect((await callers()).all.generated).toEqual({});
  });

  test("is not made while webhooks are off, and nothing is no token", async () => {
    const { all, tokenFile } = await callers({ enabled: false, token: undefined });
    expect(existsSync(tokenFile)).toBe(false);
    expect(refusal(() => all.checkToken(request({ "x-pi-gateway-token": " " })))).toMatch(/^UNAUTHORIZED/);
  });

  test("that opens more than webhooks stops them, with one sentence, once", async () => {
    const gateway = { mode: "token", secret: "right" } as const;
    const { all, said } = await callers({}, { gateway });
    await all.start();
    expect(all.problem).toContain("hooks.token is the gateway's own credential");
    expect(said).toHaveLength(1);
    const browser = { mode: "password", secret: "right" } as const;
    expect((await callers({}, { gateway: { mode: "off" }, browser })).all.problem).toContain(
      "the page's credential",
    );
    expect((await callers({}, { gateway: { ...gateway, secret: "other" } })).all.problem).toBeUndefined();
    expect((await callers({ enabled: false }, { gateway })).all.problem).toBeUndefined();
    const mappings = { ci: { token: gateway.secret } };
    expect((await callers({ token: "own", mappings }, { gateway })).all.problem).toContain(
      "hooks.mappings.ci.token is the gateway's own credential",
    );
  });
});

test("a signed address believes the signature, and locks nobody out", async () => {
  const { all } = await callers({ mappings: { gh: { signature: { scheme: "github", secret: "s" } } } });
  const body = new TextEncoder().encode("{}");
  const signature = `sha256=${createHmac("sha256", "s").update(body).digest("hex")}`;
  const answer = (header: string) =>
    refusal(() => all.checkSignature(request({ "x-hub-signature-256": header }, "gh"), body));
  expect(all.isSigned("gh")).toBe(true);
  expect(all.isSigned("agent")).toBe(false);
  for (let i = 0; i < 30; i++) expect(answer(`sha256=${"0".repeat(64)}`)).toMatch(/^UNAUTHORIZED/);
  expect(answer(signature)).toBe("let in");
});

test("a source that asks too often is told when to come again; each has a limit of its own", async () => {
  const { all, clock } = await callers({
    rateLimit: { perMinute: 60, burst: 2 },
    mappings: { own: { token: "own" }, plain: {} },
  });
  const count = (address: string, remote = "192.0.2.1") =>
    refusal(() => all.countRequest(request({}, address, remote)));
  expect([count("agent"), count("plain")]).toEqual(["let in", "let in"]);
  expect(count("wake")).toMatch(/^RATE_LIMITED .* 1 s/);
  expect(count("own")).toBe("let in");
  expect(count("agent", "192.0.2.9")).toBe("let in");
  clock.jump(1000);
  expect(count("agent")).toBe("let in");
});
