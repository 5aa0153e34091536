import { expect, test } from "bun:test";
import { useBrowser, Visitor } from "../browser.ts";
import { FakeGateway, TOKEN } from "../fake-gateway.ts";
import { enter, reads, until, write } from "../on-page.ts";

const browser = useBrowser();

const FIELD = "Token or password";

test("the printed link signs in by itself, and the token is in no address afterwards", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  expect(page.url()).not.toContain("token");
  expect(await page.evaluate<string>("sessionStorage.getItem('pi-gateway.credential')")).toBe(TOKEN);
  expect(await page.evaluate<string>("JSON.stringify(localStorage)")).not.toContain(TOKEN);
  await page.reload();
  await page.locator("#message").waitFor();
  await page.goBack();
  expect(page.url()).not.toContain("token");
  expect(visitor.complaints).toEqual([]);
});

test("somebody without a token is asked for one, with a sentence that says where it is", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await Visitor.arrive(browser);
  const { page } = visitor;
  await page.goto(gateway.url);
  await page.getByLabel(FIELD).waitFor();
  expect(await page.locator("#sign-in-help").innerText()).toContain("pi-gw token show");
  expect(await page.locator("#message").count()).toBe(0);
  await page.getByLabel(FIELD).fill("wrong");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
  expect(await page.getByRole("alert").innerText()).toBe(
    "The gateway did not accept this token or password.",
  );
  expect(await page.getByLabel(FIELD).inputValue()).toBe("wrong");
  await page.getByLabel(FIELD).fill(TOKEN);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator("#message").waitFor();
  await page.reload();
  await page.locator("#message").waitFor();
  expect(visitor.complaints).toEqual([]);
});

test("a password opens the same door", async () => {
  await using gateway = await FakeGateway.open({
    auth: { gateway: { mode: "password", secret: "pass word" } },
  });
  await using visitor = await Visitor.arrive(browser);
  await visitor.page.goto(gateway.url);
  await visitor.page.getByLabel(FIELD).fill("pass word");
  await visitor.page.keyboard.press("Enter");
  await visitor.page.locator("#message").waitFor();
});

test("where nobody is asked, the page just works", async () => {
  await using gateway = await FakeGateway.open({ auth: { gateway: { mode: "off" } } });
  await using visitor = await Visitor.arrive(browser);
  await visitor.page.goto(gateway.url);
  await visitor.page.locator("#message").waitFor();
  await write(visitor.page, "Hello");
  await until(() => gateway.taken.length === 1);
  expect(await visitor.page.getByRole("button", { name: "Sign out" }).count()).toBe(0);
});

test("when the token is another one after a restart, people sign in again and lose nothing", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  gateway.cut();
  await write(page, "Written before");
  gateway.auth = { gateway: { mode: "token", secret: "another" } };
  await gateway.restart();
  await page.getByLabel(FIELD).waitFor();
  await page.getByLabel(FIELD).fill("another");
  await page.keyboard.press("Enter");
  await until(() => gateway.taken.length === 1);
  await reads(page, ["you: Written before | Waiting"]);
});

test("a token in the address of a page that is open already is taken too", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await Visitor.arrive(browser);
  const { page } = visitor;
  await page.goto(gateway.url);
  await page.getByLabel(FIELD).waitFor();
  await page.goto(gateway.link);
  await page.locator("#message").waitFor();
  expect(page.url()).not.toContain("token");
});

test("signing out forgets the token", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  await visitor.page.getByRole("button", { name: "Sign out" }).click();
  await visitor.page.getByLabel(FIELD).waitFor();
  expect(await visitor.page.evaluate<string>("JSON.stringify(sessionStorage)")).not.toContain(TOKEN);
});

test("a typed token can be looked at", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await Visitor.arrive(browser);
  const { page } = visitor;
  await page.goto(gateway.url);
  const type = () => page.getByLabel(FIELD).getAttribute("type");
  await page.getByLabel(FIELD).fill("abc");
  expect(await type()).toBe("password");
  await page.getByRole("button", { name: "Show" }).click();
  expect(await type()).toBe("text");
});
