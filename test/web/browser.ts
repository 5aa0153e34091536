import { afterAll, beforeAll, setDefaultTimeout } from "bun:test";
import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

const ARGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts a real Chromium with a fresh profile. Close it when the tests are through. */
export function openBrowser(): Promise<Browser> {
  const executablePath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) {
    throw new Error(`There is no Chromium at ${executablePath}: install chromium, or set CHROMIUM_PATH.`);
  }
  return chromium.launch({ executablePath, args: ARGS });
}

/** One Chromium for all tests of a file; call it at the file's beginning. */
export function useBrowser(): () => Browser {
  // A machine that is busy with other things needs longer; and Bun ends the browser with a test that is overdue.
  setDefaultTimeout(60_000);
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());
  return () => {
    if (!browser) throw new Error("the browser is there for tests, not before them");
    return browser;
  };
}

export interface Visit {
  readonly colors?: "light" | "dark";
  readonly width?: number;
  readonly height?: number;
  readonly locale?: string;
  readonly isPhone?: boolean;
  /** The conversation that the address names. */
  readonly conversation?: string;
}

/** Somebody in front of a browser of their own: storage, permissions and colours are theirs alone. */
export class Visitor implements AsyncDisposable {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the browser complained about: errors, refused scripts, refused connections. */
  readonly complaints: string[] = [];

  private constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
    this.#listen(page);
  }

  static async arrive(browser: () => Browser, visit: Visit = {}): Promise<Visitor> {
    const context = await browser().newContext({
      colorScheme: visit.colors ?? "light",
      viewport: { width: visit.width ?? 1280, height: visit.height ?? 800 },
      locale: visit.locale ?? "en-US",
      timezoneId: "UTC",
      reducedMotion: "reduce",
      hasTouch: visit.isPhone ?? false,
      isMobile: visit.isPhone ?? false,
    });
    context.setDefaultTimeout(10_000);
    return new Visitor(context, await context.newPage());
  }

  /** Another tab of the same browser. */
  async openTab(): Promise<Page> {
    const page = await this.context.newPage();
    this.#listen(page);
    return page;
  }

  #listen(page: Page): void {
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      // A connection that is down is part of several tests.
      if (message.type() === "error" && !message.text().includes("WebSocket connection to")) {
        this.complaints.push(message.text());
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
  }
}
