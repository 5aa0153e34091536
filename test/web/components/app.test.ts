import { expect, test } from "bun:test";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { useBrowser, Visitor, type Visit } from "../browser.ts";
import { FakeGateway } from "../fake-gateway.ts";
import { enter, reads, until, write } from "../on-page.ts";
import { contrastIn, decodePng, mostFrequent, shareChanged } from "../pixels.ts";

const browser = useBrowser();

const ANSWER = `Here is **what** I found, with \`code\` and a [link](https://example.org).

# First

## Second

| a | b |
|---|--:|
| 1 | 2 |

- [x] done
- item

\`\`\`ts
// a comment
const answer: string = "forty" + 2;
\`\`\`

> A quote.`;

/** A conversation that shows everything there is: steps, an answer, a failure, a stop, what waits, what was refused. */
async function everything(gateway: FakeGateway, visit: Visit) {
  const visitor = await enter(browser, gateway, visit);
  const { page } = visitor;
  await write(page, "What is there?");
  await until(() => gateway.taken.length === 1);
  const first = gateway.begin(gateway.session).beginTool("x", "bash", { command: "ls" });
  first
    .endTool("x", "bash", "out")
    .beginTool("y", "read", {})
    .endTool("y", "read", "no", true)
    .finish(ANSWER);
  await write(page, "Again?");
  await until(() => gateway.taken.length === 2);
  gateway.begin(gateway.session).fail({ code: "x", message: "It failed.", retryable: true, ref: "3F9K" });
  await write(page, "And now?");
  await until(() => gateway.taken.length === 3);
  gateway.begin(gateway.session).stop("Half of");
  await write(page, "Once more");
  await until(() => gateway.taken.length === 4);
  gateway.begin(gateway.session).write("I am").beginTool("z", "bash", { command: "sleep 9" });
  await write(page, "And this waits");
  await page.getByText("Running bash…").waitFor();
  return visitor;
}

/** What a checker of accessibility finds wrong, in words. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate<axe.AxeResults>("axe.run()");
  return found.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" · ")}`,
  );
}

for (const [colors, width] of [
  ["light", 1280],
  ["dark", 390],
] as const) {
  test(`a checker of accessibility finds nothing in ${colors} colours at ${width} pixels`, async () => {
    await using gateway = await FakeGateway.open({ demo: true });
    await using stranger = await Visitor.arrive(browser, { colors, width });
    await stranger.page.goto(gateway.url);
    await stranger.page.getByLabel("Token or password").fill("wrong");
    await stranger.page.keyboard.press("Enter");
    await stranger.page.getByRole("alert").waitFor();
    expect(await violations(stranger.page)).toEqual([]);
    await using empty = await enter(browser, gateway, { colors, width });
    await empty.page.getByText("What shall we do?").waitFor();
    expect(await violations(empty.page)).toEqual([]);
    await using visitor = await everything(gateway, { colors, width });
    expect(await violations(visitor.page)).toEqual([]);
    gateway.cut();
    await visitor.page.getByText("No connection to the gateway.").waitFor();
    expect(await violations(visitor.page)).toEqual([]);
  });

  test(`an answer is really to be seen in ${colors} colours: where it stands, the picture is another one`, async () => {
    await using gateway = await FakeGateway.open();
    await using visitor = await enter(browser, gateway, { colors });
    const { page } = visitor;
    // The same page without the answer, to compare with.
    await write(page, "Go");
    await until(() => gateway.taken.length === 1);
    await page.getByText("Working…").waitFor();
    const before = decodePng(await page.screenshot());
    gateway.begin(gateway.session).finish("An answer of some length that anybody can read on the screen.");
    await page.locator(".answer-actions").waitFor();
    const after = decodePng(await page.screenshot());
    const box = await page.locator(".markdown p").boundingBox();
    if (!box) throw new Error("the answer is nowhere");
    const changed = shareChanged(before, after, box);
    expect(changed).toBeGreaterThan(0.04);
    expect(changed).toBeLessThan(0.6);
    expect(contrastIn(after, box)).toBeGreaterThan(7);
    const [red, green, blue] = mostFrequent(after, box);
    expect((red + green + blue) / 3 > 128).toBe(colors === "light");
    // What has nothing to do with it looks as before.
    expect(shareChanged(before, after, { x: 0, y: 0, width: 260, height: 100 })).toBe(0);
  });
}

test("everything can be reached by keyboard, in a sensible order, and one sees where one is", async () => {
  await using gateway = await FakeGateway.open({ demo: true });
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await page.evaluate("document.querySelector('.skip').focus()");
  const names: string[] = [];
  for (let at = 0; at < 8; at += 1) {
    await page.keyboard.press("Tab");
    names.push(
      await page.evaluate<string>(
        "document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText.trim().replaceAll(/\\s+/g, ' ')",
      ),
    );
    expect(
      await page.evaluate<boolean>(
        "getComputedStyle(document.activeElement).outlineStyle !== 'none' || document.activeElement.id === 'message'",
      ),
    ).toBe(true);
  }
  expect(names).toEqual([
    "New conversation",
    "Colours: as the system",
    "Sign out",
    "You are talking to the built-in demo model. Use a real model",
    "What can you do?",
    "List the files in your workspace",
    "Write a short poem about lighthouses",
    "Message",
  ]);
});

test("the skip link goes to the message field, and the address stays", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  const address = page.url();
  await page.evaluate("document.querySelector('.new-conversation').focus()");
  await page.keyboard.press("Shift+Tab");
  await until(async () => ((await page.locator(".skip").boundingBox())?.y ?? -1) >= 0);
  await page.keyboard.press("Enter");
  expect(await page.evaluate<string>("document.activeElement.id")).toBe("message");
  expect(page.url()).toBe(address);
});

test("a new answer is told once to those who listen, when it is whole", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  const told = page.locator(".app > [aria-live=polite]");
  await write(page, "Go");
  await until(() => gateway.taken.length === 1);
  const turn = gateway.begin(gateway.session).write("Half");
  await reads(page, ["you: Go", "pi: Half"]);
  expect(await told.textContent()).toBe("");
  turn.finish("The **whole** answer.");
  await until(async () => (await told.textContent()) === "Answer: The whole answer.");
  expect(await page.locator("[role=log]").getAttribute("aria-live")).toBe("off");
});

test("on a phone nothing is wider than the screen, and the field is at its bottom, above the keyboard", async () => {
  await using gateway = await FakeGateway.open({ demo: true });
  await using visitor = await everything(gateway, { width: 390, height: 800, isPhone: true });
  const { page } = visitor;
  expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(390);
  const bottom = async () => {
    const box = await page.locator(".composer").boundingBox();
    return (box?.y ?? 0) + (box?.height ?? 0);
  };
  expect(await bottom()).toBeGreaterThan(760);
  await page.setViewportSize({ width: 390, height: 420 });
  await until(async () => (await bottom()) <= 420);
  expect(
    await page
      .locator("#message")
      .evaluate("parseFloat(getComputedStyle(document.getElementById('message')).fontSize)"),
  ).toBeGreaterThanOrEqual(16);
});

test("the page speaks Chinese to a Chinese browser", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway, { locale: "zh-CN" });
  const { page } = visitor;
  await page.getByText("想做点什么？").waitFor();
  expect(await page.evaluate<string>("document.documentElement.lang")).toBe("zh-CN");
  await page.getByLabel("消息", { exact: true }).fill("你好");
  await page.keyboard.press("Enter");
  await page.getByText("排队中").waitFor();
  const words = await page.locator("body").innerText();
  expect(words.replaceAll(/pi-gateway|Enter|Shift|[\d.·+\s]/g, "")).not.toMatch(/[a-z]{3,}/i);
});
