import { describe, expect, test } from "bun:test";
import {
  hostRefusal,
  isLoopbackAddress,
  type OriginRules,
  originRefusal,
} from "../../src/security/origin.ts";

const rules = (changes: Partial<OriginRules> = {}): OriginRules => ({
  allowedHosts: [],
  allowedOrigins: [],
  isOnAllInterfaces: false,
  ...changes,
});

describe("the Host header", () => {
  const ours = [
    "localhost",
    "localhost:52134",
    "LOCALHOST.:1",
    "127.0.0.1:52134",
    "[::1]:52134",
    "a.localhost",
  ];
  test.each(ours)("%s is this machine", (host) => {
    expect(hostRefusal(host, rules())).toBeUndefined();
  });

  const foreign = ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "192.168.1.5:52134"];
  test.each(foreign)("%s is refused with the keys to set", (host) => {
    const refusal = hostRefusal(host, rules());
    expect(refusal).toContain("gateway.publicUrl");
    expect(refusal).toContain("gateway.allowedHosts");
  });

  test.each([null, "", "a b", "x, y", "evil/../localhost", "localhost:abc", "user@localhost"])(
    "%p is malformed",
    (host) => {
      expect(hostRefusal(host, rules())).toContain("malformed");
    },
  );

  test("the configuration adds names, with or without a port", () => {
    const set = rules({ publicUrl: "https://pi.example.com/x", allowedHosts: ["box.lan", "other.lan:8080"] });
    expect(hostRefusal("pi.example.com", set)).toBeUndefined();
    expect(hostRefusal("PI.example.com:443", set)).toBeUndefined();
    expect(hostRefusal("box.lan:99", set)).toBeUndefined();
    expect(hostRefusal("other.lan:8080", set)).toBeUndefined();
    expect(hostRefusal("other.lan:8081", set)).toBeDefined();
    expect(hostRefusal("hooks.example", set, ["hooks.example"])).toBeUndefined();
    expect(hostRefusal("tunnel.example", set, ["*"])).toBeUndefined();
    expect(hostRefusal(null, set, ["*"])).toContain("malformed");
  });

  test("on all interfaces any address is ours, a foreign name is not", () => {
    const all = rules({ isOnAllInterfaces: true });
    expect(hostRefusal("192.168.1.5:52134", all)).toBeUndefined();
    expect(hostRefusal("[fe80::1]:52134", all)).toBeUndefined();
    expect(hostRefusal("evil.example", all)).toBeDefined();
  });
});

describe("the Origin header", () => {
  test("none means: not a web page", () => {
    expect(originRefusal(null, "localhost:1", rules())).toBeUndefined();
  });

  test("a page of our own host and port is ours", () => {
    expect(originRefusal("http://localhost:52134", "localhost:52134", rules())).toBeUndefined();
    expect(originRefusal("http://[::1]:52134", "[::1]:52134", rules())).toBeUndefined();
    expect(originRefusal("https://pi.example.com", "pi.example.com", rules())).toBeUndefined();
  });

  test.each([
    "http://evil.example",
    "http://localhost:3000",
    "http://localhost",
    "http://127.0.0.1:52134",
    "null",
    "",
    "file://",
    "chrome-extension://abc",
    "http://localhost:52134.evil.example",
  ])("%p is refused with the key to set", (origin) => {
    expect(originRefusal(origin, "localhost:52134", rules())).toContain("gateway.allowedOrigins");
  });

  test("the configuration adds origins", () => {
    const set = rules({ publicUrl: "https://pi.example.com/", allowedOrigins: ["https://app.example/"] });
    expect(originRefusal("https://pi.example.com", "localhost:52134", set)).toBeUndefined();
    expect(originRefusal("https://app.example", "localhost:52134", set)).toBeUndefined();
    expect(originRefusal("http://app.example", "localhost:52134", set)).toBeDefined();
  });
});

test("loopback is 127.0.0.0/8 and ::1, also as IPv6 writes it", () => {
  expect(["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"].every(isLoopbackAddress)).toBe(true);
  expect(["10.0.0.1", "::2", "::ffff:10.0.0.1", "localhost"].some(isLoopbackAddress)).toBe(false);
});
