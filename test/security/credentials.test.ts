import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Credentials, type AuthSections } from "../../src/security/credentials.ts";

const folder = mkdtempSync(join(tmpdir(), "credentials-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function started(sections: AuthSections, file = join(folder, "token")) {
  const credentials = new Credentials(file, () => sections);
  await credentials.start();
  return credentials;
}

test("a token nobody configured is made once, kept for the person alone, and opens the page", async () => {
  const one = await started({ gateway: { mode: "token" }, page: undefined });
  const again = await started({ gateway: { mode: "token" }, page: undefined });
  expect(one.pageToken).toBe(again.pageToken ?? "");
  expect(one.pageToken).toBe(readFileSync(join(folder, "token"), "utf8").trim());
  expect(statSync(join(folder, "token")).mode & 0o777).toBe(0o600);
  expect(one.generated).toEqual({ "gateway.auth.token": one.pageToken ?? "" });
});

test("a configured token is what counts, and is not called generated", async () => {
  const credentials = await started({ gateway: { mode: "token", token: "mine" }, page: undefined });
  expect(credentials.settings).toEqual({ gateway: { mode: "token", secret: "mine" } });
  expect(credentials.generated).toEqual({});
});

test("the link opens the page with the page's own token where it has one, and with none for passwords", async () => {
  const page = { mode: "token", token: "for-chatting" } as const;
  expect((await started({ gateway: { mode: "token" }, page })).pageToken).toBe("for-chatting");
  expect(
    (await started({ gateway: { mode: "password", password: "p" }, page: undefined })).pageToken,
  ).toBeUndefined();
});
