import { expect, test } from "bun:test";
import type { ListedCommand } from "../../../src/core/command.ts";
import { useBrowser, type Visit } from "../browser.ts";
import { FakeGateway } from "../fake-gateway.ts";
import { enter, until, write } from "../on-page.ts";

const browser = useBrowser();

const COMMANDS: readonly ListedCommand[] = [
  { name: "new", summary: "Begin a new conversation", parameters: "[first message]", from: "gateway" },
  { name: "status", summary: "Model, context and what is going on", from: "gateway" },
  { name: "stop", summary: "Stop the answer and what waits behind it", from: "gateway" },
  { name: "skill:web-search", summary: "Searches the web", from: "skill" },
];

/** Somebody at a page whose gateway has commands. */
async function open(visit: Visit = {}) {
  const gateway = await FakeGateway.open();
  gateway.commands = COMMANDS;
  const visitor = await enter(browser, gateway, visit);
  const { page } = visitor;
  const field = page.locator("#message");
  const shown = async () =>
    (await page.locator("[role=option] .command-name").allInnerTexts()).map((name) => name.split(" ")[0]);
  const marked = async () => {
    const id = await field.getAttribute("aria-activedescendant");
    return id === null ? "" : await page.locator(`#${id} .command-name`).innerText();
  };
  const shows = (...names: string[]) =>
    until(
      async () => JSON.stringify(await shown()) === JSON.stringify(names),
      () => `the menu to show ${names.join(", ")}`,
    );
  const value = () => field.inputValue();
  return {
    gateway,
    page,
    field,
    shows,
    marked,
    value,
    async [Symbol.asyncDispose]() {
      await visitor[Symbol.asyncDispose]();
      await gateway[Symbol.asyncDispose]();
    },
  };
}

test("a slash shows what there is, letters narrow it down, and anything else ends it", async () => {
  await using world = await open();
  const { field, shows } = world;
  await shows();
  expect(world.gateway.commandLooks).toBe(0);
  await field.pressSequentially("/");
  await shows("/new", "/status", "/stop", "/skill:web-search");
  await field.pressSequentially("s");
  await shows("/status", "/stop", "/skill:web-search");
  await field.fill("/web");
  await shows("/skill:web-search");
  await field.fill("/home/una");
  await shows();
  await field.fill("/new hello");
  await shows();
  await field.fill(" /new");
  await shows();
  await field.fill("and/or");
  await shows();
  expect(world.gateway.commandLooks).toBe(1);
});

test("arrows mark, Tab and Enter take, and a whole command is sent with the next Enter", async () => {
  await using world = await open();
  const { page, field, shows, marked, value } = world;
  await field.pressSequentially("/");
  await shows("/new", "/status", "/stop", "/skill:web-search");
  expect(await marked()).toStartWith("/new");
  await page.keyboard.press("ArrowDown");
  expect(await marked()).toBe("/status");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  expect(await marked()).toBe("/skill:web-search");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  expect(await value()).toBe("/new ");
  await shows();
  expect(await page.evaluate<string>("document.activeElement.id")).toBe("message");

  await field.fill("/sto");
  await shows("/stop");
  await page.keyboard.press("Enter");
  expect(await value()).toBe("/stop");
  expect(world.gateway.taken).toEqual([]);
  await page.keyboard.press("Enter");
  await until(() => world.gateway.taken.length === 1);
  expect(world.gateway.taken[0]?.text).toBe("/stop");
});

test("a command that is written to its end is sent at once", async () => {
  await using world = await open();
  await world.field.pressSequentially("/STATUS");
  await world.shows("/status");
  await world.page.keyboard.press("Enter");
  await until(() => world.gateway.taken.length === 1);
  expect(world.gateway.taken[0]?.text).toBe("/STATUS");
});

test("Escape closes the menu and nothing else, until something else is written", async () => {
  await using world = await open();
  const { page, gateway, field, shows } = world;
  await write(page, "Go");
  await until(() => gateway.taken.length === 1);
  gateway.begin(gateway.session).write("Half of");
  await page.getByRole("button", { name: "Stop (Esc)" }).waitFor();
  await field.pressSequentially("/s");
  await shows("/status", "/stop", "/skill:web-search");
  await page.keyboard.press("Escape");
  await shows();
  expect(gateway.aborted).toHaveLength(0);
  await page.keyboard.press("Escape");
  await until(() => gateway.aborted.length === 1);
  await field.pressSequentially("t");
  await shows("/status", "/stop");
});

test("a click or a tap takes a command, and the keyboard stays in the field", async () => {
  await using world = await open({ isPhone: true, width: 390, height: 700 });
  const { page, field, shows, value } = world;
  await field.tap();
  await field.pressSequentially("/");
  await shows("/new", "/status", "/stop", "/skill:web-search");
  const menu = await page.locator("#commands").boundingBox();
  expect(menu!.x).toBeGreaterThanOrEqual(0);
  expect(menu!.x + menu!.width).toBeLessThanOrEqual(390);
  expect(menu!.y).toBeGreaterThanOrEqual(0);
  await page.getByRole("option", { name: "/skill:web-search" }).tap();
  expect(await value()).toBe("/skill:web-search");
  expect(await page.evaluate<string>("document.activeElement.id")).toBe("message");
});

test("who listens hears how many there are, which is marked, and what it does", async () => {
  await using world = await open();
  const { page, field, shows } = world;
  await field.pressSequentially("/st");
  await shows("/status", "/stop");
  await page.getByRole("status").filter({ hasText: "2 commands" }).waitFor();
  const option = page.getByRole("option", { name: "/status Model, context and what is going on" });
  expect(await option.getAttribute("aria-selected")).toBe("true");
  expect(await field.getAttribute("aria-controls")).toBe("commands");
  expect(await page.getByRole("listbox", { name: "Commands" }).count()).toBe(1);
});

test("without a list, and with another prefix, people write as ever", async () => {
  await using world = await open();
  const { page, gateway, field, shows } = world;
  gateway.commands = [];
  await write(page, "/status");
  await until(() => gateway.taken.length === 1);
  gateway.commandPrefix = "!";
  gateway.commands = COMMANDS;
  await page.reload();
  await field.pressSequentially("!st");
  await shows("!status", "!stop");
});

test("a space in front of a slash is sent with it", async () => {
  await using world = await open();
  await write(world.page, "\n /status ");
  await until(() => world.gateway.taken.length === 1);
  expect(world.gateway.taken[0]?.text).toBe(" /status");
});
