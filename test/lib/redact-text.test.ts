import { describe, expect, test } from "bun:test";
import { isSecretName, redactText } from "../../src/lib/redact-text.ts";

describe("text without secrets", () => {
  test("has none of the known ones, however they are spelt and however often they occur", () => {
    const secrets = ["pass/word+1", 'quo"ted-one'];
    expect(redactText("a pass/word+1 b pass/word+1", secrets)).toBe("a [redacted] b [redacted]");
    expect(redactText("?x=pass%2Fword%2B1", secrets)).toBe("?x=[redacted]");
    expect(redactText(JSON.stringify({ a: 'quo"ted-one' }), secrets)).toBe('{"a":"[redacted]"}');
  });

  test("hides the whole of a secret that begins with another one", () => {
    expect(redactText("secret-long", ["secret", "secret-long"])).toBe("[redacted]");
    expect(redactText("secret-long", ["secret-long", "secret"])).toBe("[redacted]");
  });

  test("takes secrets as they are, not as patterns", () => {
    expect(redactText("aXbXc+ a.b.c+", ["a.b.c+"])).toBe("aXbXc+ [redacted]");
  });

  test("keeps ordinary words although somebody chose them as a secret", () => {
    expect(redactText("the turn is over", ["the", "turn"])).toBe("the turn is over");
  });

  test("follows when the secrets change", () => {
    expect(redactText("one-secret two-secret", ["one-secret"])).toBe("[redacted] two-secret");
    expect(redactText("one-secret two-secret", ["two-secret"])).toBe("one-secret [redacted]");
    expect(redactText("one-secret", [])).toBe("one-secret");
  });

  test("hides what is a credential by its form", () => {
    expect(redactText("Authorization: Bearer abcDEF123._-x", [])).toBe("Authorization: Bearer [redacted]");
    expect(redactText("http://me:pw@host/p", [])).toBe("http://[redacted]@host/p");
    expect(redactText("http://localhost:1/#token=abc&x=1", [])).toBe(
      "http://localhost:1/#token=[redacted]&x=1",
    );
    expect(redactText("http://localhost:1/a@b", [])).toBe("http://localhost:1/a@b");
  });
});

test("names of secrets are known, and names about secrets are not taken for them", () => {
  const secret = [
    "token",
    "botToken",
    "API_KEY",
    "apiKey",
    "client_secret",
    "password",
    "Authorization",
    "encryptKey",
  ];
  const other = [
    "tokens",
    "maxTokens",
    "inputTokens",
    "tokenFile",
    "key",
    "sessionKey",
    "monkey",
    "passport",
    "author",
  ];
  expect(secret.filter((name) => !isSecretName(name))).toEqual([]);
  expect(other.filter(isSecretName)).toEqual([]);
});
