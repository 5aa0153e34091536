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
