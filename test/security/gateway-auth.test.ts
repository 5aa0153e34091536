import { expect, test } from "bun:test";
import { ConfigError, RequestError } from "../../src/core/errors.ts";
import { type AuthSettings, credentialOf, GatewayAuth } from "../../src/security/gateway-auth.ts";

function authWith(settings: AuthSettings) {
  const time = { nowMs: 0 };
  const changing = { ...settings };
  const auth = new GatewayAuth({ settings: () => changing, clock: { now: () => time.nowMs } });
  return { auth, time, changing };
}

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof RequestError) return error.code;
    throw error;
  }
  return "no error";
};

const token = { mode: "token", secret: "s3cret" } as const;
const page = { mode: "token", secret: "page" } as const;

test("the right token is the gateway's owner, any other is refused", () => {
  const { auth } = authWith({ gateway: token });
  expect(auth.check("s3cret", "10.0.0.1").principal).toEqual({ kind: "admin" });
  for (const wrong of ["", "s3cre", "s3cret ", "S3CRET", "s3crets"]) {
    expect(codeOf(() => auth.check(wrong, "10.0.0.1"))).toBe("UNAUTHORIZED");
  }
});

test("the header is read as Bearer, and nothing else", () => {
  const { auth } = authWith({ gateway: token });
  expect(auth.checkHeader("Bearer s3cret", "a")?.principal.kind).toBe("admin");
  expect(auth.checkHeader("bearer   s3cret ", "a")?.principal.kind).toBe("admin");
  expect(auth.checkHeader(null, "a")).toBeUndefined();
  for (const header of ["s3cret", "Basic s3cret", "Bearer", "Bearer "]) {
    expect(codeOf(() => auth.checkHeader(header, "a"))).toBe("UNAUTHORIZED");
  }
});

test("with auth off everybody is the owner, whatever they offer", () => {
  const { auth } = authWith({ gateway: { mode: "off" } });
  expect(auth.anonymous()?.principal.kind).toBe("admin");
  expect(auth.check("anything", "a").principal.kind).toBe("admin");
});

test("the page's credential opens the page and no more; the gateway's opens both", () => {
  const { auth } = authWith({ gateway: token, browser: page });
  expect(auth.check("page", "a").principal.kind).toBe("browser");
  expect(auth.check("s3cret", "a").principal.kind).toBe("admin");
  expect(auth.anonymous()).toBeUndefined();
});

test("an open page lets strangers chat, and does not open the gateway", () => {
  const { auth } = authWith({ gateway: token, browser: { mode: "off" } });
  expect(auth.anonymous()?.principal.kind).toBe("browser");
  expect(codeOf(() => auth.check("guess", "a"))).toBe("UNAUTHORIZED");
});

test("an empty secret opens nothing", () => {
  const { auth } = authWith({ gateway: { mode: "token", secret: "" } });
  expect(codeOf(() => auth.check("", "a"))).toBe("UNAUTHORIZED");
});

test("after ten wrong tokens even the right one has to wait, and is told how long", () => {
  const { auth, time } = authWith({ gateway: token });
  for (let i = 0; i < 10; i += 1) codeOf(() => auth.check(`guess ${i}`, "10.0.0.1"));
  expect(codeOf(() => auth.check("s3cret", "10.0.0.1"))).toBe("RATE_LIMITED");
  expect(() => auth.check("s3cret", "10.0.0.1")).toThrow("Try again in 60 s");
  expect(auth.check("s3cret", "10.0.0.2").principal.kind).toBe("admin");
  time.nowMs = 60_000;
  expect(auth.check("s3cret", "10.0.0.1").principal.kind).toBe("admin");
});

test("a right token in between does not buy further guesses", () => {
  const { auth } = authWith({ gateway: token, browser: page });
  for (let i = 0; i < 10; i += 1) {
    auth.check("page", "10.0.0.1");
    codeOf(() => auth.check(`guess ${i}`, "10.0.0.1"));
  }
  expect(codeOf(() => auth.check("page", "10.0.0.1"))).toBe("RATE_LIMITED");
});

test("a changed credential ends what the old one opened, and leaves the other alone", () => {
  const { auth, changing } = authWith({ gateway: token, browser: page });
  const owner = auth.check("s3cret", "a");
  const visitor = auth.check("page", "a");
  expect(auth.stillHolds(owner) && auth.stillHolds(visitor)).toBe(true);
  changing.gateway = { mode: "token", secret: "rotated" };
  expect(auth.stillHolds(owner)).toBe(false);
  expect(auth.stillHolds(visitor)).toBe(true);
  changing.browser = undefined;
  expect(auth.stillHolds(visitor)).toBe(false);
});

test("closing an open gateway ends what was open", () => {
  const { auth, changing } = authWith({ gateway: { mode: "off" } });
  const anybody = auth.anonymous()!;
  expect(auth.stillHolds(anybody)).toBe(true);
  changing.gateway = token;
  expect(auth.stillHolds(anybody)).toBe(false);
});

test("a section of the configuration becomes a credential", () => {
  expect(credentialOf({ mode: "off" }, "made")).toEqual({ mode: "off" });
  expect(credentialOf({ mode: "token" }, "made")).toEqual({ mode: "token", secret: "made" });
  expect(credentialOf({ mode: "token", token: "own" }, "made")).toEqual({ mode: "token", secret: "own" });
  expect(credentialOf({ mode: "password", password: "pw" }, "made")).toEqual({
    mode: "password",
    secret: "pw",
  });
  expect(() => credentialOf({ mode: "password" }, "made", "channels.x.auth")).toThrow(
    new ConfigError(['channels.x.auth.password: required when channels.x.auth.mode is "password"']),
  );
});

test("a refusal says where the credential is, by the mode that is set", () => {
  expect(authWith({ gateway: token }).auth.missing).toContain("pi-gw token show");
  expect(authWith({ gateway: { mode: "password", secret: "x" } }).auth.missing).toContain(
    "gateway.auth.password",
  );
});
