import { expect, test } from "bun:test";
import { configs } from "../config-of.ts";

const { load, problemsIn } = configs();

test("the guard is on when its section is absent, and each of its blocks when only the other is named", () => {
  expect(load({ security: { ssrfGuard: { blockLocalhost: false } } }).config.security.ssrfGuard).toEqual({
    enabled: true,
    blockPrivateIPs: true,
    blockLocalhost: false,
    allowedHosts: [],
  });
  expect(load({}).config.security.ssrfGuard).toMatchObject({ enabled: true, blockPrivateIPs: true });
});

test("an exception is a host, not an address of a page", () => {
  const withHost = (host: string) => ({ security: { ssrfGuard: { allowedHosts: [host] } } });
  for (const host of ["files.lan", "*.example.com", "10.0.0.5", "files.lan:8081", "::1", "[fd00::1]:81"]) {
    expect(load(withHost(host)).config.security.ssrfGuard.allowedHosts).toEqual([host]);
  }
  for (const host of ["http://files.lan", "files.lan/x", "a@files.lan", "files.lan:port", "*", ""]) {
    expect(problemsIn(withHost(host))[0], host).toContain("expected a host such as");
  }
});
