import { expect, test } from "bun:test";
import { configs } from "../../../core/config-of.ts";

const { load, problemsIn } = configs();
const section = (given: object) => load({ channels: { feishu: given } }).config.channels["feishu"];

test("events come over a socket unless webhooks are asked for, with their path and keys", () => {
  expect(section({ appId: "cli_1", appSecret: "s" })).toMatchObject({
    connectionMode: "websocket",
    domain: "feishu",
  });
  const webhook = {
    connectionMode: "webhook",
    verificationToken: "v",
    encryptKey: "e",
    webhookPath: "/feishu",
  };
  expect(section(webhook)).toMatchObject(webhook);
});

test("the domain is feishu, lark, or the address of another installation", () => {
  expect(section({ domain: "lark" })).toMatchObject({ domain: "lark" });
  expect(section({ domain: "https://open.example.com" })).toMatchObject({
    domain: "https://open.example.com",
  });
  expect(problemsIn({ channels: { feishu: { domain: "larc" } } })[0]).toContain(
    'got "larc" (did you mean "lark"?)',
  );
});

test("two apps with one webhook path are an error, since neither could be told from the other", () => {
  const work = { appId: "cli_2", webhookPath: "/feishu/events" };
  expect(problemsIn({ channels: { feishu: { appId: "cli_1", accounts: { work } } } })[0]).toContain(
    'the account "default" has the webhook path /feishu/events already',
  );
  expect(section({ appId: "cli_1", accounts: { work: { appId: "cli_2" } } })).toBeDefined();
});

test("a group's conversations are those of its topics unless something else is said", () => {
  expect(section({})).toMatchObject({ groupSessionScope: "topic" });
  const groups = { oc_1: { groupSessionScope: "sender" } };
  expect(section({ groupSessionScope: "group", groups })).toMatchObject({
    groupSessionScope: "group",
    groups,
  });
});
