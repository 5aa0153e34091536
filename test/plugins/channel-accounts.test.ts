import { describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { feishuSchema } from "../../src/plugins/builtin/feishu/config.ts";
import { telegramSchema } from "../../src/plugins/builtin/telegram/config.ts";
import { accountsIn, ownKeysOf, readToken } from "../../src/plugins/channel-accounts.ts";

const own = ownKeysOf(telegramSchema);
const accounts = (given: object) => accountsIn(telegramSchema.parse(given), own);
const names = (given: object) => accounts(given).map(({ name }) => name);

test("the keys of one bot are its token and its webhook", () => {
  expect([...own].toSorted()).toEqual([
    "botToken",
    "tokenFile",
    "webhookPath",
    "webhookSecret",
    "webhookUrl",
  ]);
  expect([...ownKeysOf(feishuSchema)]).toContain("appSecret");
});

describe("the account default", () => {
  test("is the channel itself, with what stands under its name on top", () => {
    const [first] = accounts({ botToken: "t", silent: true, accounts: { default: { silent: false } } });
    expect(first).toMatchObject({
      name: "default",
      section: { botToken: "t", silent: false, dmPolicy: "pairing" },
    });
    expect(first?.section).not.toHaveProperty("accounts");
  });

  test("is there where the channel has a token, where it is named, and where there is no other", () => {
    expect(names({})).toEqual(["default"]);
    expect(names({ botToken: "t", accounts: { work: { botToken: "w" } } })).toEqual(["default", "work"]);
    expect(names({ tokenFile: "/t", accounts: { work: { botToken: "w" } } })).toEqual(["default", "work"]);
    expect(names({ accounts: { default: {}, work: { botToken: "w" } } })).toEqual(["default", "work"]);
    expect(names({ dmPolicy: "open", accounts: { work: { botToken: "w" } } })).toEqual(["work"]);
  });
});

test("another account has everything of the channel but its token and webhook", () => {
  const channel = { botToken: "t", webhookUrl: "https://a.example/x", webhookPath: "/x", webhookSecret: "s" };
  const [, work] = accounts({
    ...channel,
    dmPolicy: "open",
    apiRoot: "http://127.0.0.1:1",
    groups: { "-1": {} },
    accounts: { work: { botToken: "w", dmPolicy: "allowlist" } },
  });
  expect(work?.section).toMatchObject({
    botToken: "w",
    dmPolicy: "allowlist",
    apiRoot: "http://127.0.0.1:1",
    groups: { "-1": { enabled: true } },
  });
  for (const key of ["webhookUrl", "webhookPath", "webhookSecret"])
    expect(work?.section).not.toHaveProperty(key);
});

test("what is switched off is left out", () => {
  expect(
    names({ botToken: "t", accounts: { default: { enabled: false }, work: { botToken: "w" } } }),
  ).toEqual(["work"]);
  expect(names({ botToken: "t", accounts: { work: { botToken: "w", enabled: false } } })).toEqual([
    "default",
  ]);
  expect(names({ enabled: false, botToken: "t" })).toEqual([]);
});

describe("a token", () => {
  test("is what the section says, else what its file holds, without the space around it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "token-"));
    const tokenFile = join(folder, "token");
    await writeFile(tokenFile, " 12:AB\n");
    expect(await readToken({ token: "1:A", tokenFile }, "k")).toEqual({ token: "1:A" });
    expect(await readToken({ tokenFile }, "k")).toEqual({ token: "12:AB" });
    await writeFile(tokenFile, "\n");
    expect(await readToken({ tokenFile }, "k")).toMatchObject({
      problem: `its token file ${tokenFile} is empty`,
    });
    await rm(folder, { recursive: true });
    expect(await readToken({ tokenFile }, "k")).toEqual({
      problem: `its token file ${tokenFile} does not exist`,
      fix: "Write the token into it, or set k.",
    });
    expect(await readToken({ tokenFile: tmpdir() }, "k")).toMatchObject({
      problem: `its token file ${tmpdir()} cannot be read`,
    });
  });

  test("that is nowhere is a sentence that names where it belongs", async () => {
    expect(await readToken({}, "channels.telegram.botToken")).toEqual({
      problem: "it has no token",
      fix: "Set channels.telegram.botToken, or tokenFile beside it.",
    });
  });
});
