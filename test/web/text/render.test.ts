import { expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { useBrowser } from "../browser.ts";
import { FakeGateway } from "../fake-gateway.ts";
import { enter, until, write, textOf } from "../on-page.ts";

const browser = useBrowser();

/** Shows an answer, first growing in pieces, then whole; gives what the browser made of it. */
async function answer(markdown: string, look: (page: Page) => Promise<void>): Promise<void> {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await page.evaluate("globalThis.fired = []; globalThis.alert = (what) => fired.push(what);");
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await write(page, "Go");
  await until(() => gateway.taken.length === 1);
  const turn = gateway.begin(gateway.session);
  const size = Math.max(7, Math.ceil(markdown.length / 40));
  for (let at = 0; at < markdown.length; at += size) {
    turn.write(markdown.slice(at, at + size));
    await Bun.sleep(1);
  }
  await page.locator(".block-open").first().waitFor();
  turn.finish(markdown);
  await page.locator(".answer-actions").waitFor();
  await look(page);
  expect(await page.evaluate("fired")).toEqual([]);
  const foreign = asked.filter((url) => !url.startsWith(gateway.url) && !/^(?:data|blob):/.test(url));
  expect(foreign).toEqual([]);
  expect(visitor.complaints).toEqual([]);
}

const markup = (page: Page) => page.evaluate<string>("document.querySelector('.markdown').innerHTML");
const shown = (page: Page) => textOf(page.locator(".markdown"));

const ATTACKS = `
<script>alert(1)</script>

<img src=x onerror=alert(2)>

<svg onload=alert(3)><script>alert(4)</script></svg>

<svg><animate onbegin=alert(5) attributeName=x dur=1s>

<iframe srcdoc="<script>alert(6)</script>"></iframe>

<a href="javascript:alert(7)">html link</a>

[md link](javascript:alert(8)) [data link](data:text/html,<script>alert(9)</script>) [vb](vbscript:alert(10))

[spaced](java%0ascript:alert(11)) <javascript:alert(12)>

<math><mtext></form><form><mglyph><style></math><img src onerror=alert(13)>

<details open ontoggle=alert(14)>

<input autofocus onfocus=alert(15)>

<style>@import 'https://evil.example/x.css';</style>

<form action=https://evil.example><button>Send</button></form>

![remote](https://evil.example/pixel.png)

![x](x" onerror="alert(16))

<b onclick=alert(17) style="position:fixed;inset:0" class="sign-in" id="message">bold</b>

\`\`\`html"><img src=x onerror=alert(18)>
<img src=x onerror=alert(19)>
\`\`\`

[x]: javascript:alert(20)

[reference][x]

`;

test("nothing in an answer runs, loads or dresses up as the page", async () => {
  await answer(ATTACKS, async (page) => {
    for (const link of await page.locator(".markdown a, .markdown img").all())
      await link.click({ timeout: 500 }).catch(() => undefined);
    expect(
      await page.evaluate<number>(
        "document.querySelectorAll('.markdown :is(script, iframe, svg, style, form, input, object, embed, link, meta, base)').length",
      ),
    ).toBe(0);
    const attributes = await page.evaluate<string[]>(
      "[...document.querySelectorAll('.markdown *')].flatMap((node) => [...node.attributes].map(({ name }) => name))",
    );
    expect(attributes.filter((name) => /^on|^style$|^id$|^name$|^srcdoc$/.test(name))).toEqual([]);
    const links = await page.evaluate<string[]>(
      "[...document.querySelectorAll('.markdown a[href]')].map((link) => link.getAttribute('href'))",
    );
    expect(links.filter((href) => !/^https?:/.test(href))).toEqual([]);
    const text = await shown(page);
    expect(text).toContain("<script>alert(1)</script>");
    expect(await page.locator(".markdown .sign-in").count()).toBe(0);
    expect(page.context().pages().length).toBeLessThanOrEqual(3);
  });
});

test("links open beside the page and tell the other side nothing about it", async () => {
  await answer(
    "See [docs](https://example.org/a) and https://example.org/b and a@example.org.",
    async (page) => {
      const links = await page.locator(".markdown a").all();
      expect(links).toHaveLength(3);
      for (const link of links) {
        expect(await link.getAttribute("target")).toBe("_blank");
        expect(await link.getAttribute("rel")).toBe("noopener noreferrer");
      }
    },
  );
});

test("a picture from elsewhere is a link, one that is in the answer itself is seen", async () => {
  const png =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  await answer(`![a cat](https://example.org/cat.png) ![dot](data:image/png;base64,${png})`, async (page) => {
    expect(await page.locator("a.remote-image").getAttribute("href")).toBe("https://example.org/cat.png");
    expect(await textOf(page.locator("a.remote-image"))).toContain("a cat");
    expect(await page.locator(".markdown img").count()).toBe(1);
    await until(() => page.evaluate<boolean>("document.querySelector('.markdown img').naturalWidth === 1"));
  });
});

test("code has its colours, its language and a button that copies it as it is", async () => {
  const code = 'const a: number = 1;\n\nif (a < 2) console.log("<b>");\n';
  await answer(`Look:\n\n\`\`\`ts\n${code}\`\`\`\n\nAnd \`inline\`.`, async (page) => {
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    expect(await textOf(page.locator(".code-bar span"))).toBe("ts");
    expect(await textOf(page.locator(".hljs-keyword").first())).toBe("const");
    await page.getByRole("button", { name: "Copy", exact: true }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    expect(await page.evaluate<string>("navigator.clipboard.readText()")).toBe(code.trimEnd());
    await page.getByRole("button", { name: "Copy answer" }).click();
    expect(await page.evaluate<string>("navigator.clipboard.readText()")).toContain("```ts");
  });
});

test("code in a language nobody knows, or in none, is plain and whole", async () => {
  await answer("```brainwave\na < b && c\n```\n\n    indented", async (page) => {
    expect(await page.locator(".code code").allInnerTexts()).toEqual(["a < b && c", "indented"]);
    expect(await page.locator(".code-bar span").allInnerTexts()).toEqual(["brainwave", "text"]);
  });
});

test("a wide table and long code scroll by themselves, and the page does not", async () => {
  const cells = (text: string) => `|${Array.from({ length: 30 }, (_, at) => ` ${text}${at} `).join("|")}|`;
  const table = [cells("column"), cells("-").replaceAll(/-\d+/g, "---"), cells("value")].join("\n");
  await answer(`${table}\n\n\`\`\`\n${"long ".repeat(300)}\n\`\`\``, async (page) => {
    const overflow = (selector: string) =>
      page.evaluate<boolean>(
        `(() => { const box = document.querySelector("${selector}"); return box.scrollWidth > box.clientWidth; })()`,
      );
    expect(await overflow(".markdown .table")).toBe(true);
    expect(await overflow(".code pre")).toBe(true);
    expect(await overflow(".scroller")).toBe(false);
    expect(await overflow("html")).toBe(false);
  });
});

test("tables keep their alignment, task lists their marks", async () => {
  await answer("| a | b |\n|:-:|--:|\n| 1 | 2 |\n\n- [x] done\n- [ ] open", async (page) => {
    expect(await page.locator("td").nth(1).getAttribute("align")).toBe("right");
    expect(
      await page.evaluate<string>("getComputedStyle(document.querySelectorAll('td')[1]).textAlign"),
    ).toBe("end");
    expect(await page.getByRole("img", { name: "Done" }).count()).toBe(1);
    expect(await page.getByRole("img", { name: "To do" }).count()).toBe(1);
  });
});

test("HTML that people write in Markdown works, other tags are shown as written", async () => {
  await answer("Press <kbd>Ctrl</kbd>, H<sub>2</sub>O, and List<String> or <MyTag/>.", async (page) => {
    expect(await textOf(page.locator(".markdown kbd"))).toBe("Ctrl");
    expect(await textOf(page.locator(".markdown sub"))).toBe("2");
    expect(await shown(page)).toContain("List<String> or <MyTag/>.");
  });
});

test("Chinese is emphasised by dots and bold, never by slanting", async () => {
  await answer("**注意：**请*务必*保存，*really*。", async (page) => {
    expect(await textOf(page.locator("strong"))).toBe("注意：");
    expect(
      await page.evaluate<string>("getComputedStyle(document.querySelectorAll('em')[0]).fontStyle"),
    ).toBe("normal");
    expect(
      await page.evaluate<string>("getComputedStyle(document.querySelectorAll('em')[1]).fontStyle"),
    ).toBe("italic");
  });
});

test("each paragraph has the direction of its own writing", async () => {
  await answer("English first.\n\nثم العربية.\n\n- עברית\n\n```\ncode\n```", async (page) => {
    const direction = (selector: string) =>
      page.evaluate<string>(`getComputedStyle(document.querySelector("${selector}")).direction`);
    const paragraphs = await page.evaluate<string[]>(
      "[...document.querySelectorAll('.markdown p')].map((node) => getComputedStyle(node).direction)",
    );
    expect(paragraphs).toEqual(["ltr", "rtl"]);
    expect(await direction(".markdown li")).toBe("rtl");
    expect(await direction(".code pre")).toBe("ltr");
  });
});

test("what is selected in a finished paragraph stays selected while the answer goes on", async () => {
  await using gateway = await FakeGateway.open();
  await using visitor = await enter(browser, gateway);
  const { page } = visitor;
  await write(page, "Go");
  await until(() => gateway.taken.length === 1);
  const turn = gateway.begin(gateway.session).write("First paragraph.\n\nSecond");
  await page.getByText("Second").waitFor();
  await page.getByText("First paragraph.").selectText();
  turn.write(" one\n\nThird");
  await page.getByText("Third").waitFor();
  expect(await page.evaluate<string>("String(getSelection())")).toBe("First paragraph.");
  turn.finish("First paragraph.\n\nSecond one\n\nThird.");
  await page.locator(".answer-actions").waitFor();
  expect(await page.evaluate<string>("String(getSelection())")).toBe("First paragraph.");
  expect(await markup(page)).not.toContain("block-open");
});
