import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { useBrowser } from "../browser.ts";
import { FakeGateway, sessionOf } from "../fake-gateway.ts";
import { enter, reads, textOf, until, write } from "../on-page.ts";

const browser = useBrowser();

const BOX = "document.querySelector('.scroller')";
const fromBottom = (page: Page) =>
  page.evaluate<number>(`${BOX}.scrollHeight - ${BOX}.clientHeight - ${BOX}.scrollTop`);
const scrollUp = (page: Page, by: number) => page.evaluate(`${BOX}.scrollTop -= ${by}`);

/** A conversation with a long past. */
function fill(gateway: FakeGateway, rows: number, id = "long") {
  const session = sessionOf(id);
  for (let at = 1; at <= rows; at += 1) {
    const text = `Row ${at}. ${"Words to fill some lines with. ".repeat(at % 7)}`;
    const facts = { text, atMs: at * 1000, state: "done" } as const;
    gateway
      .rowsOf(session)
      .push(
        at % 2 === 1
          ? { id: `u${at}`, role: "user", ...facts }
          : { id: `t${at}/0`, role: "assistant", ...facts },
      );
  }
  return session;
}

test("a person writes, sees the answer grow, and finds both again after a reload", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await write(page, "How are you?");
  await reads(page, ["you: How are you? | Waiting"]);
  const turn = gateway.begin(gateway.session).write("I am ");
  await reads(page, ["you: How are you?", "pi: I am"]);
  turn.write("**fine**");
  await reads(page, ["you: How are you?", "pi: I am fine"]);
  turn.finish("I am **fine**, thanks.");
  await reads(page, ["you: How are you?", "pi: I am fine, thanks."]);
  expect(await textOf(page.locator(".markdown strong"))).toBe("fine");
  await page.reload();
  await reads(page, ["you: How are you?", "pi: I am fine, thanks."]);
  expect(visitor.complaints).toEqual([]);
});

test("a turn that runs during a reload goes on where it was, its open tools included", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await write(page, "Go");
  await until(() => gateway.taken.length === 1);
  const turn = gateway
    .begin(gateway.session)
    .beginTool("x", "bash", { command: "ls" })
    .write("Half of", true);
  await reads(page, ["you: Go", "pi: bash | Half of"]);
  await page.reload();
  await reads(page, ["you: Go", "pi: bash | Half of"]);
  turn.write(" it");
  await reads(page, ["you: Go", "pi: bash | Half of it"]);
  turn.endTool("x", "bash", "out").finish("Half of it, and the rest.");
  await reads(page, ["you: Go", "pi: bash | Half of it, and the rest."]);
});

test("what another tab says and is told appears here as well", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const tab = await visitor.openTab();
  await write(visitor.page, "From the first tab");
  await until(() => gateway.taken.length === 1);
  gateway.begin(gateway.session).finish("Hello, first.");
  await reads(visitor.page, ["you: From the first tab", "pi: Hello, first."]);
  await tab.goto(`${gateway.link}&${new URL(visitor.page.url()).hash.slice(1)}`);
  await reads(tab, ["you: From the first tab", "pi: Hello, first."]);
  await write(tab, "From the second tab");
  await until(() => gateway.taken.length === 2);
  gateway.begin(gateway.session).finish("Hello, second.");
  const all = [
    "you: From the first tab",
    "pi: Hello, first.",
    "you: From the second tab",
    "pi: Hello, second.",
  ];
  await reads(visitor.page, all);
  await reads(tab, all);
});

test("older messages come by scrolling up, and what one reads stays where it is", async () => {
  await using gateway = await FakeGateway.open();
  fill(gateway, 240);
  await using visitor = await enter(browser, gateway, { conversation: "long" });
  const { page } = visitor;
  await page.getByText("Row 240.").waitFor();
  expect(await page.getByText("Row 150.").count()).toBe(0);
  for (const row of ["Row 190.", "Row 120.", "Row 40.", "Row 1."]) {
    await until(async () => {
      await scrollUp(page, 600);
      return (await page.getByText(row).count()) > 0;
    });
  }
  const lines = await page.locator(".entry").allTextContents();
  expect(lines).toHaveLength(240);
  expect(new Set(lines).size).toBe(240);
  expect(lines[0]).toContain("Row 1.");
});

test("loading older messages does not move what is being read", async () => {
  await using gateway = await FakeGateway.open();
  fill(gateway, 130);
  await using visitor = await enter(browser, gateway, { conversation: "long" });
  const { page } = visitor;
  await page.getByText("Row 130.").waitFor();
  // Until the next page comes, the first row there is stands somewhere in sight.
  const held = Promise.withResolvers<void>();
  gateway.onHistory = () => held.promise;
  const first = page.getByText("Row 71.");
  await until(async () => {
    await scrollUp(page, 300);
    return (await page.evaluate<number>(`${BOX}.scrollTop`)) < 50;
  });
  const top = async () => (await first.boundingBox())?.y ?? Number.NaN;
  const before = await top();
  held.resolve();
  await until(async () => (await page.getByText("Row 11.").count()) > 0);
  await until(
    async () => Math.abs((await top()) - before) < 3,
    () => "what is read to be where it was",
  );
});

test("the newest stays in sight for somebody at the end, and nobody else is moved", async () => {
  await using gateway = await FakeGateway.open();
  const session = fill(gateway, 40);
  await using visitor = await enter(browser, gateway, { conversation: "long" });
  const { page } = visitor;
  await page.getByText("Row 40.").waitFor();
  await until(async () => (await fromBottom(page)) < 2);
  const paragraph = "A paragraph that takes its place on the screen.\n\n";
  gateway.addUserRow(session, "m", "Question");
  const turn = gateway.begin(session).write(paragraph.repeat(20));
  await until(async () => (await page.getByText("A paragraph that").count()) === 20);
  await until(async () => (await fromBottom(page)) < 2);

  await page.locator(".scroller").hover();
  await page.mouse.wheel(0, -300);
  await until(async () => (await fromBottom(page)) > 250);
  const place = await fromBottom(page);
  turn.write(paragraph.repeat(10));
  await until(async () => (await page.getByText("A paragraph that").count()) === 30);
  await until(async () => (await fromBottom(page)) > place + 300);

  await page.getByRole("button", { name: "Newest message" }).click();
  await until(async () => (await fromBottom(page)) < 2);
  expect(await page.getByRole("button", { name: "Newest message" }).count()).toBe(0);
});

test("a message that waits stands below the answer before it, with its place in line", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await write(page, "First");
  await until(() => gateway.taken.length === 1);
  const turn = gateway.begin(gateway.session).write("Answer");
  await write(page, "Second");
  await until(() => gateway.taken.length === 2);
  gateway.publish(gateway.session, { kind: "queued", messageIds: ["m2"], place: 1 });
  await reads(page, ["you: First", "pi: Answer", "you: Second | Waiting: next in line"]);
  gateway.publish(gateway.session, { kind: "queued", messageIds: ["m2"], place: 3 });
  await reads(page, ["you: First", "pi: Answer", "you: Second | Waiting: number 3 in line"]);
  turn.finish("Answer.");
  gateway.begin(gateway.session).finish("Another.");
  await reads(page, ["you: First", "pi: Answer.", "you: Second", "pi: Another."]);
});

test("a notice without a turn appears by itself and once", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await write(page, "Hello");
  await until(() => gateway.taken.length === 1);
  gateway.begin(gateway.session).finish("Hi.");
  gateway.say(gateway.session, "The gateway will restart tonight.");
  const all = ["you: Hello", "pi: Hi.", "pi: The gateway will restart tonight."];
  await reads(page, all);
  await page.reload();
  await reads(page, all);
});

test("a history that cannot be read says so, and can be asked for again", async () => {
  await using gateway = await FakeGateway.open();
  const session = fill(gateway, 2);
  await using visitor = await enter(browser, gateway, { conversation: "long" });
  await visitor.page.getByText("Row 2.").waitFor();
  gateway.historyFails = true;
  await visitor.page.reload();
  await visitor.page.getByText("The conversation could not be loaded.").waitFor();
  gateway.historyFails = false;
  await visitor.page.getByRole("button", { name: "Try again" }).click();
  await visitor.page.getByText("Row 2.").waitFor();
  expect(gateway.rowsOf(session)).toHaveLength(2);
});

test("what somebody reads further up stays while many new messages come, and only the end is drawn afterwards", async () => {
  await using gateway = await FakeGateway.open();
  const session = fill(gateway, 60);
  await using visitor = await enter(browser, gateway, { conversation: "long" });
  const { page } = visitor;
  await page.getByText("Row 60.").waitFor();
  await until(async () => {
    await scrollUp(page, 500);
    return (await page.evaluate<number>(`${BOX}.scrollTop`)) < 10;
  });
  for (let at = 0; at < 80; at += 1) gateway.say(session, `Notice ${at}.`);
  const last = page.locator(".entry", { hasText: "Notice 79." });
  await until(async () => (await last.count()) === 1);
  expect(await page.getByText("Row 1.", { exact: false }).first().isVisible()).toBe(true);
  expect(await page.locator(".entry").count()).toBe(140);
  await page.getByRole("button", { name: "Newest message" }).click();
  await until(async () => (await page.locator(".entry").count()) === 60);
  await until(async () => (await fromBottom(page)) < 2);
  expect(await last.isVisible()).toBe(true);
});
