import { describe, expect, test } from "bun:test";
import { configs } from "../../core/config-of.ts";

const { load, problemsIn } = configs();
const page = (webchat: object) => load({ channels: { webchat } }).config.channels["webchat"];

describe("the page", () => {
  test("is served unless it is switched off, with the gateway's own credential", () => {
    expect(load({}).config.channels["webchat"]).toEqual({ enabled: true });
    expect(load({ channels: {} }).config.channels["webchat"]).toEqual({ enabled: true });
    expect(page({ enabled: false })).toEqual({ enabled: false });
  });

  test("may have a credential of its own", () => {
    expect(page({ auth: { token: "webchat-secret" } })).toMatchObject({
      auth: { mode: "token", token: "webchat-secret" },
    });
    expect(page({ auth: { mode: "password", password: "p" } })).toMatchObject({ auth: { mode: "password" } });
    expect(page({ auth: { mode: "off" } })).toMatchObject({ auth: { mode: "off" } });
  });

  test("never stands open because its credential was forgotten", () => {
    const refused = (auth: object) => problemsIn({ channels: { webchat: { auth } } })[0];
    expect(refused({})).toContain(
      'channels.webchat.auth.token: missing; mode "token" needs "token" beside it',
    );
    expect(refused({ mode: "password", token: "t" })).toContain('mode "password" needs "password"');
    expect(page({ enabled: false, auth: {} })).toMatchObject({ enabled: false });
  });

  test("is closed, not open, when its credential's variable is not set", () => {
    expect(page({ auth: { token: "${WEBCHAT_TOKEN}" } })).toMatchObject({ enabled: false });
  });
});
