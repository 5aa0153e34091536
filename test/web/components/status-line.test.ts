import { expect, test } from "bun:test";
import { useBrowser } from "../browser.ts";
import { FakeGateway } from "../fake-gateway.ts";
import { enter, textOf, until, write } from "../on-page.ts";

const browser = useBrowser();

test("one line says what is going on, from waiting to the end", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  const line = page.locator(".status");
  const says = (text: string) => until(async () => (await line.innerText()).trim().startsWith(text));
  await write(page, "Go");
  await says("Working…");
  const turn = gateway.begin(gateway.session);
  await page.locator(".bubble-note").waitFor({ state: "detached" });
  await says("Working…");
  turn.write("Text");
  await says("Writing…");
  turn.beginTool("x", "bash", {});
  await says("Running bash…");
  turn.endTool("x", "bash", "");
  turn.retrying();
  await says("That did not work. Trying again…");
  turn.compacting();
  await says("Summing up the conversation");
  turn.finish("Done.");
  await line.waitFor({ state: "detached" });
});

test("a turn that takes long shows how long", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await write(page, "Go");
  await until(() => gateway.taken.length === 1);
  gateway.begin(gateway.session);
  await page.locator(".status-time").waitFor();
  expect(await textOf(page.locator(".status-time"))).toMatch(/^\d+ s$/);
});

test("a turn that failed is one sentence with its reference, and can be sent again", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await write(page, "Go");
  await until(() => gateway.taken.length === 1);
  gateway.begin(gateway.session).write("Half").fail({
    code: "model-failed",
    message: "The model is overloaded.",
    retryable: true,
    ref: "3F9K",
  });
  await page.locator(".failure").waitFor();
  expect((await textOf(page.locator(".failure p"))).trim()).toBe("The model is overloaded. Reference 3F9K");
  await page.getByRole("button", { name: "Send it again" }).click();
  await until(() => gateway.taken.length === 2);
  expect(gateway.taken[1]?.text).toBe("Go");
});
