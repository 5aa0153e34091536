import { expect, test } from "bun:test";
import { FakeClock } from "../../fakes/fake-clock.ts";
import { callApi, tokenOf } from "./call-api.ts";
import { startFeishu } from "./index.ts";

const MINUTE_MS = 60_000;

test("a token is handed out again until half an hour is left, then another beside it, and it ends after two hours", async () => {
  const clock = new FakeClock();
  await using feishu = await startFeishu({ clock });
  const app = feishu.addApp({ name: "Bot" });
  const first = await tokenOf(feishu, app);
  const code = async (token: string) => (await callApi(feishu, token, "GET", "/bot/v3/info")).code;
  await clock.advance(89 * MINUTE_MS);
  expect(await tokenOf(feishu, app)).toBe(first);
  await clock.advance(2 * MINUTE_MS);
  const second = await tokenOf(feishu, app);
  expect(second).not.toBe(first);
  expect([await code(first), await code(second)]).toEqual([0, 0]);
  await clock.advance(29 * MINUTE_MS);
  expect([await code(first), await code(second)]).toEqual([99991663, 0]);
  app.revokeTokens();
  expect(await code(second)).toBe(99991663);
});

test("a wrong secret, an unknown app, a malformed id and a missing token are refused in the platform's words", async () => {
  await using feishu = await startFeishu();
  const app = feishu.addApp({ name: "Bot" });
  const ask = async (app_id: string, app_secret: string) => {
    const path = "/auth/v3/tenant_access_token/internal";
    const { status, code, msg } = await callApi(feishu, "", "POST", path, { app_id, app_secret });
    return [status, code, msg];
  };
  expect(await ask(app.appId, "wrong")).toEqual([400, 10014, "app secret invalid"]);
  expect(await ask("cli_0000000000000000", app.appSecret)).toEqual([400, 10014, "app secret invalid"]);
  expect(await ask("my-app", app.appSecret)).toEqual([400, 10003, "invalid param"]);
  expect(await callApi(feishu, "", "GET", "/bot/v3/info")).toMatchObject({ status: 400, code: 99991661 });
  expect(await callApi(feishu, "t-nonsense", "GET", "/bot/v3/info")).toMatchObject({ code: 99991663 });
});

test("what an app may not do is refused with the names of the scopes that it lacks", async () => {
  await using feishu = await startFeishu();
  const app = feishu.addApp({ name: "Bot", scopes: ["im:message:readonly"] });
  const anna = feishu.addPerson({ name: "Anna" });
  const refused = await callApi(feishu, app, "POST", "/im/v1/messages?receive_id_type=chat_id", {
    receive_id: anna.dm(app).id,
    msg_type: "text",
    content: '{"text":"hi"}',
  });
  expect(refused).toMatchObject({
    status: 400,
    code: 99991672,
    error: {
      permission_violations: [
        { type: "action_scope_required", subject: "im:message" },
        { type: "action_scope_required", subject: "im:message:send_as_bot" },
      ],
    },
  });
  expect(refused.msg).toContain("[im:message, im:message:send_as_bot]");
  app.scopes.add("im:message:send_as_bot");
  expect(
    await callApi(feishu, app, "POST", "/im/v1/messages?receive_id_type=open_id", {
      receive_id: anna.openIdIn(app),
      msg_type: "text",
      content: '{"text":"hi"}',
    }),
  ).toMatchObject({ code: 0 });
});

test("an app can find out which scopes and events it has, and how events come", async () => {
  await using feishu = await startFeishu();
  const app = feishu.addApp({
    name: "Bot",
    scopes: ["application:application:self_manage"],
    subscriptions: ["im.message.receive_v1", "card.action.trigger"],
  });
  const { data: scopes } = await callApi(feishu, app, "GET", "/application/v6/scopes");
  expect(scopes["scopes"]).toContainEqual({
    scope_name: "application:application:self_manage",
    grant_status: 1,
    scope_type: "tenant",
  });
  expect(scopes["scopes"]).toContainEqual({
    scope_name: "im:resource",
    grant_status: 2,
    scope_type: "tenant",
  });
  const { data } = await callApi(feishu, app, "GET", `/application/v6/applications/${app.appId}?lang=zh_cn`);
  expect(data["app"]).toMatchObject({
    event: { subscription_type: "websocket", subscribed_events: ["im.message.receive_v1"] },
    callback: { callback_type: "websocket", subscribed_callbacks: ["card.action.trigger"] },
  });
});

test("an address, a field or a kind of value that the platform does not know fails the test that asked for it", async () => {
  const feishu = await startFeishu();
  const app = feishu.addApp({ name: "Bot" });
  expect((await fetch(`${feishu.url}/open-apis/im/v1/nonsense`)).status).toBe(404);
  const answer = await callApi(feishu, app, "POST", "/im/v1/messages?receive_id_type=chat_id&extra=1", {
    receive_id: "oc_x",
    msg_type: "text",
    content: "{}",
  });
  expect(answer).toMatchObject({ status: 400, code: 99992402, msg: "field validation failed" });
  expect(await callApi(feishu, app, "POST", "/im/v1/messages", {})).toMatchObject({ code: 99992402 });
  await expect(feishu[Symbol.asyncDispose]()).rejects.toThrow(
    "asked in vain: unknown address GET /open-apis/im/v1/nonsense; im.message.create: unknown field extra",
  );
});
