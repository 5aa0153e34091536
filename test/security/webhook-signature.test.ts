import { describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { signatureProblem, type SignatureRule } from "../../src/security/webhook-signature.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const NOW_S = 1_700_000_000;

function problem(rule: Partial<SignatureRule>, headers: Record<string, string>, body: string) {
  const whole = {
    scheme: "github",
    secret: "It's a Secret to Everybody",
    toleranceSeconds: 300,
    ...rule,
  } as const;
  return signatureProblem(whole, new Headers(headers), bytes(body), NOW_S * 1000);
}

describe("GitHub's signature", () => {
  // The example on the page that describes it.
  const signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

  test("is believed over exactly the bytes that it was made for", () => {
    expect(problem({}, { "x-hub-signature-256": signature }, "Hello, World!")).toBeUndefined();
    expect(
      problem({}, { "x-hub-signature-256": signature.toUpperCase().replace("SHA", "sha") }, "Hello, World!"),
    ).toBeUndefined();
    expect(problem({}, { "x-hub-signature-256": signature }, "Hello, World! ")).toContain("does not fit");
    expect(problem({ secret: "another" }, { "x-hub-signature-256": signature }, "Hello, World!")).toContain(
      "does not fit",
    );
  });

  test("that is missing, of the old kind, or cut short is refused", () => {
    expect(problem({}, {}, "Hello, World!")).toContain("is missing");
    for (const wrong of ["sha1=757107ea", signature.slice(0, -1), "757107ea", "sha256="]) {
      expect(problem({}, { "x-hub-signature-256": wrong }, "Hello, World!")).toContain("malformed");
    }
  });
});

describe("Stripe's signature", () => {
  const body = '{"id":"evt_1"}';
  const sign = (at: number, text = body, secret = "whsec_a") =>
    createHmac("sha256", secret).update(`${at}.${text}`).digest("hex");
  const check = (header: string, text = body) =>
    problem({ scheme: "stripe", secret: "whsec_a" }, { "stripe-signature": header }, text);

  test("is believed while it is fresh, also beside others made with an old secret", () => {
    expect(check(`t=${NOW_S},v1=${sign(NOW_S)}`)).toBeUndefined();
    expect(check(`t=${NOW_S - 300},v1=${sign(NOW_S - 300)},v0=abc`)).toBeUndefined();
    expect(check(`t=${NOW_S}, v1=${sign(NOW_S, body, "old")}, v1=${sign(NOW_S)}`)).toBeUndefined();
  });

  test("is refused when it is too old, from the future, or for another time or body", () => {
    expect(check(`t=${NOW_S - 301},v1=${sign(NOW_S - 301)}`)).toContain("older than 300 s");
    expect(check(`t=${NOW_S + 301},v1=${sign(NOW_S + 301)}`)).toContain("older than 300 s");
    expect(check(`t=${NOW_S},v1=${sign(NOW_S - 1)}`)).toContain("does not fit");
    expect(check(`t=${NOW_S},v1=${sign(NOW_S)}`, `${body} `)).toContain("does not fit");
  });

  test("that is missing or malformed is refused", () => {
    expect(problem({ scheme: "stripe" }, {}, body)).toContain("is missing");
    for (const wrong of ["", "t=,v1=a", `v1=${sign(NOW_S)}`, `t=${NOW_S}`, `t=x,v1=${sign(NOW_S)}`]) {
      expect(check(wrong)).toContain("malformed");
    }
  });
});
