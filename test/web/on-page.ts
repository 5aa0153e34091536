import type { Browser, Locator, Page } from "playwright-core";
import { Visitor, type Visit } from "./browser.ts";
import type { FakeGateway } from "./fake-gateway.ts";

/** Somebody who has opened the printed link and may write. */
export async function enter(
  browser: () => Browser,
  gateway: FakeGateway,
  visit: Visit = {},
): Promise<Visitor> {
  const visitor = await Visitor.arrive(browser, visit);
  await visitor.page.goto(visit.conversation ? `${gateway.link}&c=${visit.conversation}` : gateway.link);
  await visitor.page.locator("#message").waitFor();
  await until(() => gateway.clients() > 0);
  return visitor;
}

/** Types a message and sends it. */
export async function write(page: Page, text: string): Promise<void> {
  await page.locator("#message").fill(text);
  await page.locator("#message").press("Enter");
}

/** What a person reads in the transcript, from top to bottom; what is only for listeners left out. */
export async function transcript(page: Page): Promise<readonly string[]> {
  const entries = await page.locator(".entry").all();
  const lines = entries.map(async (entry) => {
    const isUser = ((await entry.getAttribute("class")) ?? "").includes("entry-user");
    const parts = entry.locator(".bubble, .bubble-note, .markdown, .failure, .answer-mark, .tool-name");
    const texts = await parts.allInnerTexts();
    const words = texts.map((text) => text.trim().replaceAll(/\s+/g, " ")).filter((text) => text !== "");
    return `${isUser ? "you" : "pi"}: ${words.join(" | ")}`;
  });
  return Promise.all(lines);
}

/** Waits until the transcript reads like this; says how it read instead. */
export async function reads(page: Page, expected: readonly string[]): Promise<void> {
  let last: readonly string[] = [];
  const matches = async () => {
    last = await transcript(page);
    return JSON.stringify(last) === JSON.stringify(expected);
  };
  await until(
    matches,
    () => `the transcript to read\n${expected.join("\n")}\nbut it reads\n${last.join("\n")}`,
  );
}

/** What stands there. What has just come into the transcript reads as empty until the browser has drawn it. */
export async function textOf(place: Locator): Promise<string> {
  let text = "";
  await until(
    async () => (text = await place.innerText()) !== "",
    () => `text in ${String(place)}`,
  );
  return text;
}

/** The line is whole again, and the browser has noticed: nobody waits for the next try. */
export async function reconnect(gateway: FakeGateway, ...pages: readonly Page[]): Promise<void> {
  gateway.mend();
  for (const page of pages) await page.evaluate("void dispatchEvent(new Event('online'))");
}

const PATIENCE_MS = 10_000;

/** Waits until something is so. Asks often, and gives up after a while with a sentence. */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  awaited: () => string = () => String(isSo),
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${awaited()}`);
    await Bun.sleep(15);
  }
}
