import { describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { GatewayProcess } from "../fakes/gateway-process.ts";
import { useBrowser, Visitor } from "../web/browser.ts";
import { transcript, until, write } from "../web/on-page.ts";
import { decodePng, shareChanged } from "../web/pixels.ts";

const browser = useBrowser();

const DEMO = { env: { PI_GATEWAY_DEMO_PACE_MS: "15" } };

async function arrive(link: string, colors: "light" | "dark" = "light"): Promise<Visitor> {
  const visitor = await Visitor.arrive(browser, { colors });
  await visitor.page.goto(link);
  await visitor.page.locator("#message").waitFor();
  return visitor;
}

/** What stands in the answer right now. */
const answerOn = async (page: Page) => (await page.locator(".markdown").allInnerTexts()).join("\n");

/** The answer from beginning to end has arrived. */
const isWhole = (text: string) => text.includes("I can also show you a tool at work");

describe.each(["light", "dark"] as const)(
  "somebody opens the printed link in a browser set to %s",
  (colors) => {
    test("writes, sees the answer grow, reloads and finds it again", async () => {
      await using gateway = await new GatewayProcess(DEMO).start();
      await using visitor = await arrive(gateway.link, colors);
      const { page } = visitor;
      expect(new URL(page.url()).hash).not.toContain("token");
      await until(async () => (await page.locator("body").innerText()).includes("demo"));
      const empty = decodePng(await page.screenshot());

      await write(page, "What is the answer?");
      const seen: number[] = [];
      await until(async () => {
        const text = await answerOn(page);
        if (text.length !== seen.at(-1)) seen.push(text.length);
        return isWhole(text);
      });
      expect(seen.length).toBeGreaterThan(3);
      expect(seen).toEqual(seen.toSorted((one, other) => one - other));

      const box = await page.locator(".markdown").first().boundingBox();
      if (!box) throw new Error("the answer is nowhere");
      const full = decodePng(await page.screenshot());
      expect(shareChanged(empty, full, box)).toBeGreaterThan(0.01);

      const before = await transcript(page);
      expect(before).toHaveLength(2);
      expect(before[0]).toBe("you: What is the answer?");
      await page.reload();
      await until(async () => isWhole(await answerOn(page)));
      expect(await transcript(page)).toEqual(before);
      expect(visitor.complaints).toEqual([]);
    });
  },
);

test("a gateway killed in the middle of an answer: the page comes back by itself and shows one whole answer", async () => {
  await using gateway = new GatewayProcess({ ...DEMO, config: { gateway: { port: await freePort() } } });
  await gateway.start();
  await using visitor = await arrive(gateway.link);
  const { page } = visitor;
  await write(page, "Are you still there?");
  await until(async () => (await answerOn(page)).length > 20);
  await gateway.kill();
  await gateway.start();
  await until(
    async () => isWhole(await answerOn(page)),
    () => "the whole answer",
  );
  await until(async () => (await transcript(page)).length === 2);
  const lines = await transcript(page);
  expect(lines[0]).toBe("you: Are you still there?");
  expect(lines[1]?.match(/This is the demo model/g)).toHaveLength(1);
});

test("what is typed while the gateway is away is sent once when it is back", async () => {
  await using gateway = new GatewayProcess({ ...DEMO, config: { gateway: { port: await freePort() } } });
  await gateway.start();
  await using visitor = await arrive(gateway.link);
  const { page } = visitor;
  await gateway.kill("SIGTERM");
  await write(page, "Written while offline");
  await gateway.start();
  await until(async () => isWhole(await answerOn(page)));
  expect((await transcript(page)).filter((line) => line === "you: Written while offline")).toHaveLength(1);
});

test("the stop button stops the answer, and it stays marked after a reload", async () => {
  await using gateway = await new GatewayProcess({ env: { PI_GATEWAY_DEMO_PACE_MS: "200" } }).start();
  await using visitor = await arrive(gateway.link);
  const { page } = visitor;
  await write(page, "Tell me everything");
  await until(async () => (await answerOn(page)).length > 10);
  await page.getByRole("button", { name: /stop/i }).click();
  await until(async () => /stopped/i.test((await transcript(page)).join(" ")));
  await page.reload();
  await until(async () => /stopped/i.test((await transcript(page)).join(" ")));
  expect(isWhole(await answerOn(page))).toBe(false);
});

test("a tool that pi runs is shown with its result", async () => {
  await using gateway = await new GatewayProcess(DEMO).start();
  await using visitor = await arrive(gateway.link);
  const { page } = visitor;
  await write(page, "run bash: echo forty-$((40+2))");
  await until(async () => (await page.locator("body").innerText()).includes("forty-42"));
  await page.getByText("1 step · bash").click();
  await until(async () => (await page.locator(".tool-name").first().innerText()).includes("bash"));
  await until(async () => (await page.locator("body").innerText()).includes("echo forty-$((40+2))"));
});

test("a wrong token asks for the right one instead of showing anything", async () => {
  await using gateway = await new GatewayProcess(DEMO).start();
  await using visitor = await Visitor.arrive(browser);
  const { page } = visitor;
  await page.goto(`${gateway.url}/#token=wrong`);
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  expect(await page.locator("#message").count()).toBe(0);
});

/** A port that nobody listens on right now, for a gateway that has to come back on it. */
async function freePort(): Promise<number> {
  const probe = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  const { port } = probe;
  await probe.stop(true);
  if (port === undefined) throw new Error("no port");
  return port;
}
