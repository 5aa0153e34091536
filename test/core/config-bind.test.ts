import { describe, expect, test } from "bun:test";
import { isContainer } from "../../src/core/config-bind.ts";
import { configs } from "./config-of.ts";

const { load } = configs();
const reach = (gateway: object, isInContainer = false) => load({ gateway }, { isInContainer }).bind.reach;

describe("the gateway listens", () => {
  test("on this machine only, unless it is told otherwise, in a container too", () => {
    expect(reach({})).toBe("loopback");
    expect(reach({}, true)).toBe("loopback");
    expect(reach({ bind: "lan" })).toBe("all");
  });

  test("with bind auto on all interfaces in a container, or when auth and publicUrl are set", () => {
    const publicUrl = "https://pi.example.com";
    expect(reach({ bind: "auto" })).toBe("loopback");
    expect(reach({ bind: "auto" }, true)).toBe("all");
    expect(reach({ bind: "auto", publicUrl })).toBe("loopback");
    expect(reach({ bind: "auto", auth: { token: "t" } })).toBe("loopback");
    expect(reach({ bind: "auto", publicUrl, auth: { token: "t" } })).toBe("all");
    expect(reach({ bind: "auto", publicUrl, auth: { mode: "password", password: "p" } })).toBe("all");
    expect(reach({ bind: "auto", publicUrl, auth: { mode: "off", token: "t" } })).toBe("loopback");
  });

  test("and says why", () => {
    expect(load({ gateway: { bind: "auto" } }, { isInContainer: true }).bind.why).toContain("container");
  });
});

test("a container is known by its environment or its files", () => {
  const nothing = () => false;
  expect(isContainer({}, nothing)).toBe(false);
  expect(isContainer({ container: "podman" }, nothing)).toBe(true);
  expect(isContainer({ KUBERNETES_SERVICE_HOST: "10.0.0.1" }, nothing)).toBe(true);
  expect(isContainer({}, (path) => path === "/.dockerenv")).toBe(true);
});
