import { describe, expect, test } from "bun:test";
import { configs } from "./config-of.ts";

const { load, problemsIn } = configs();

describe("auth", () => {
  test("off is fine on loopback, as the guide has it", () => {
    expect(load({ gateway: { auth: { mode: "off" } } }).config.gateway.auth.mode).toBe("off");
    expect(load({ gateway: { auth: { mode: "off" }, bind: "auto" } }).bind.reach).toBe("loopback");
  });

  test("off stops the start on any other bind, unless allowUnauthenticated says that it is meant", () => {
    expect(problemsIn('{ "gateway": { "bind": "lan", "auth": { "mode": "off" } } }')).toEqual([
      '1:49 gateway.auth.mode: mode "off" lets anybody who reaches the port run the agent; away from loopback it also needs "allowUnauthenticated": true (gateway.bind is "lan")',
    ]);
    expect(
      problemsIn({ gateway: { bind: "auto", auth: { mode: "off" } } }, { isInContainer: true }),
    ).toHaveLength(1);
    const auth = { mode: "off", allowUnauthenticated: true };
    expect(load({ gateway: { bind: "lan", auth } }).bind.reach).toBe("all");
  });

  test("by password stops the start without one", () => {
    expect(problemsIn({ gateway: { auth: { mode: "password" } } })[0]).toContain(
      'gateway.auth.password: missing; mode "password" needs "password" beside it',
    );
    expect(
      load({ gateway: { auth: { mode: "password", password: "p" } } }).config.gateway.auth.password,
    ).toBe("p");
  });

  test("by token needs none: it is made", () => {
    expect(load({ gateway: { bind: "lan", auth: { mode: "token" } } }).bind.reach).toBe("all");
  });

  test("off for the page alone follows the same rule", () => {
    const webchat = { auth: { mode: "off" } };
    expect(load({ channels: { webchat } }).config.channels["webchat"]).toMatchObject(webchat);
    expect(problemsIn({ gateway: { bind: "lan" }, channels: { webchat } })[0]).toContain(
      "channels.webchat.auth.mode",
    );
    const meant = { auth: { mode: "off", allowUnauthenticated: true } };
    expect(load({ gateway: { bind: "lan" }, channels: { webchat: meant } }).bind.reach).toBe("all");
    const off = { ...webchat, enabled: false };
    expect(load({ gateway: { bind: "lan" }, channels: { webchat: off } }).bind.reach).toBe("all");
  });
});

describe("the token of a webhook", () => {
  const gateway = { auth: { token: "same" } };

  test("is not the gateway's, unless webhooks are off", () => {
    expect(problemsIn({ gateway, hooks: { enabled: true, token: "same" } })[0]).toContain(
      "hooks.token: must differ from gateway.auth.token",
    );
    expect(load({ gateway, hooks: { token: "same" } }).config.hooks.enabled).toBe(false);
    expect(load({ gateway, hooks: { enabled: true, token: "other" } }).config.hooks.token).toBe("other");
  });

  test("opens neither the page nor what a password opens", () => {
    const webchat = { auth: { mode: "token", token: "page" } };
    expect(problemsIn({ channels: { webchat }, hooks: { enabled: true, token: "page" } })[0]).toContain(
      "must differ from channels.webchat.auth.token",
    );
    const password = { auth: { mode: "password", password: "sesame" } };
    expect(problemsIn({ gateway: password, hooks: { enabled: true, token: "sesame" } })[0]).toContain(
      "must differ from gateway.auth.password",
    );
  });

  test("is looked at wherever one is set", () => {
    const mappings = { deploy: { token: "same" } };
    expect(problemsIn({ gateway, hooks: { enabled: true, mappings } })[0]).toContain(
      "hooks.mappings.deploy.token: must differ",
    );
  });
});
