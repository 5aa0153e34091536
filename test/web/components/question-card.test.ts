import { describe, expect, test } from "bun:test";
import type { Question } from "../../../src/core/question.ts";
import { useBrowser, type Visit } from "../browser.ts";
import { FakeGateway } from "../fake-gateway.ts";
import { enter, reads, reconnect, until, write } from "../on-page.ts";

const browser = useBrowser();
const COLOUR: Question = { kind: "select", title: "Which colour?", options: ["Red", "Dark *green*"] };

/** A page with a question in it, and the card. */
async function asked(question: Question, visit: Visit = {}) {
  const gateway = await FakeGateway.open();
  const visitor = await enter(browser, gateway, visit);
  const { page } = visitor;
  await write(page, "Go");
  await until(() => gateway.taken.length === 1);
  const turn = gateway.begin(gateway.session);
  const id = gateway.ask(gateway.session, question);
  const card = page.locator(".question");
  await card.waitFor();
  return {
    gateway,
    visitor,
    page,
    card,
    turn,
    id,
    async [Symbol.asyncDispose]() {
      await visitor[Symbol.asyncDispose]();
      await gateway[Symbol.asyncDispose]();
    },
  };
}

describe("a question in the page", () => {
  test("has a button for each choice; the one that is pressed is the answer, and the card becomes a line", async () => {
    await using world = await asked(COLOUR);
    const { gateway, page, card, id } = world;
    expect(await card.getByRole("button").allInnerTexts()).toEqual(["Red", "Dark *green*", "Skip"]);
    await card.getByRole("button", { name: "Dark *green*" }).click();
    await until(() => gateway.answers.length === 1);
    expect(gateway.answers).toEqual([2]);
    expect(await card.getByRole("button", { name: "Red" }).isDisabled()).toBe(true);
    gateway.close(id, "answered", "Dark *green*");
    await card.waitFor({ state: "detached" });
    await reads(page, ["you: Go", "pi: Which colour? ✓ Dark *green*", "pi: "]);
  });

  test("to be confirmed has yes and no", async () => {
    await using world = await asked({ kind: "confirm", title: "Delete it?", message: "All\nof it." });
    const { gateway, card } = world;
    expect(await card.locator(".question-message").innerText()).toBe("All\nof it.");
    await card.getByRole("button", { name: "No" }).click();
    await until(() => gateway.answers.length === 1);
    expect(gateway.answers).toEqual([false]);
  });

  test("for a line has a field; Enter sends it", async () => {
    await using world = await asked({ kind: "input", title: "Your name?", placeholder: "first name" });
    const { gateway, card } = world;
    const field = card.getByRole("textbox", { name: "Your name?" });
    expect(await field.getAttribute("placeholder")).toBe("first name");
    await field.fill("Una");
    await field.press("Enter");
    await until(() => gateway.answers.length === 1);
    expect(gateway.answers).toEqual(["Una"]);
  });

  test("for a text shows what is there already, to be changed", async () => {
    await using world = await asked({ kind: "editor", title: "The note", prefill: "one\ntwo" });
    const { gateway, card } = world;
    const field = card.getByRole("textbox", { name: "The note" });
    expect(await field.inputValue()).toBe("one\ntwo");
    await field.fill("one\ntwo\nthree");
    await card.getByRole("button", { name: "Answer" }).click();
    await until(() => gateway.answers.length === 1);
    expect(gateway.answers).toEqual(["one\ntwo\nthree"]);
  });

  test("with many choices is a list to choose from", async () => {
    const options = Array.from({ length: 2000 }, (_, at) => `Choice ${at + 1}`);
    await using world = await asked({ kind: "select", title: "Which?", options });
    const { gateway, card } = world;
    await card.getByRole("button", { name: "Answer" }).click();
    await card.getByRole("combobox", { name: "Which?" }).selectOption("1999");
    await card.getByRole("button", { name: "Answer" }).click();
    await until(() => gateway.answers.length === 1);
    expect(gateway.answers).toEqual([1999]);
  });

  test("can be left without an answer", async () => {
    await using world = await asked(COLOUR);
    await world.card.getByRole("button", { name: "Skip" }).click();
    await until(() => world.gateway.answers.length === 1);
    expect(world.gateway.answers).toEqual([null]);
  });

  test("can be answered without a mouse, and is told to those who listen", async () => {
    await using world = await asked(COLOUR);
    const { gateway, page } = world;
    expect(await page.getByRole("status").allInnerTexts()).toContain("Question: Which colour?");
    await page.getByRole("region", { name: "Which colour?" }).waitFor();
    await page.locator(".question button").first().focus();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await until(() => gateway.answers.length === 1);
    expect(gateway.answers).toEqual([2]);
  });

  test("can be answered in the message field as well, which keeps the keyboard", async () => {
    await using world = await asked(COLOUR);
    const { gateway, page } = world;
    expect(await page.locator("#message:focus").count()).toBe(1);
    await write(page, "1");
    await until(() => gateway.taken.length === 2);
  });
});

describe("an open question", () => {
  test("is there again after a reload, once, and after a cut line", async () => {
    await using world = await asked(COLOUR);
    const { gateway, page, card, id } = world;
    await page.reload();
    await card.waitFor();
    expect(await page.getByText("Asked:").count()).toBe(0);
    gateway.cut();
    await until(() => gateway.clients() === 0);
    gateway.close(id, "closed", "Closed: nobody answered in time.");
    await reconnect(gateway, page);
    await card.waitFor({ state: "detached" });
    await page.getByText("Closed: nobody answered in time.").waitFor();
    expect(await page.getByText("Which colour?").count()).toBe(1);
  });

  test("is closed in a second tab when the first has answered it", async () => {
    await using world = await asked(COLOUR);
    const { gateway, card, id, visitor } = world;
    const second = await visitor.context.newPage();
    await second.goto(`${gateway.link}&c=${gateway.session.split(":").at(-1)}`);
    await second.locator(".question").waitFor();
    await card.getByRole("button", { name: "Red" }).click();
    await until(() => gateway.answers.length === 1);
    gateway.close(id, "answered", "Red");
    await second.locator(".question").waitFor({ state: "detached" });
    await second.getByText("✓ Red").waitFor();
  });

  test("goes when the gateway was started anew", async () => {
    await using world = await asked(COLOUR);
    const { gateway, page, card } = world;
    await gateway.restart();
    await reconnect(gateway, page);
    await card.waitFor({ state: "detached" });
  });

  test("in another conversation is something new there", async () => {
    await using world = await asked(COLOUR);
    const { gateway, page } = world;
    const { session } = gateway;
    await page.getByRole("button", { name: "New conversation" }).first().click();
    gateway.ask(session, { kind: "confirm", title: "Are you there?" });
    await page.getByText("1", { exact: true }).first().waitFor();
  });
});

test("an answer that the gateway refuses says why, and can be given again", async () => {
  await using world = await asked(COLOUR);
  const { gateway, card } = world;
  gateway.onAnswer = () => "wrong";
  await card.getByRole("button", { name: "Red" }).click();
  await card.getByRole("alert").waitFor();
  gateway.onAnswer = () => "taken";
  await card.getByRole("button", { name: "Red" }).click();
  await until(() => gateway.answers.length === 2);
});

test("while somebody is asked, the line below says what it waits for", async () => {
  await using world = await asked(COLOUR);
  await world.page.getByText("Waiting for your answer").waitFor();
});

test("a notice of an extension is a quiet line among the steps", async () => {
  await using world = await asked(COLOUR);
  const { gateway, page, turn } = world;
  gateway.publish(gateway.session, {
    kind: "notice",
    turn: turn.id,
    level: "warning",
    text: "Careful <now>.",
  });
  expect(await page.locator(".step-notice-warning").innerText()).toBe("Careful <now>.");
});
