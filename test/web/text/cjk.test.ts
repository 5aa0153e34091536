import { expect, test } from "bun:test";
import { Marked } from "marked";
import { cjkMarkdown, hasCjk } from "../../../src/web/text/cjk.ts";

const marked = new Marked({ gfm: true, breaks: true }, cjkMarkdown);
const html = (text: string) => marked.parseInline(text, { async: false });

test("bold works between Chinese words and punctuation, where CommonMark alone leaves the stars", () => {
  expect(html("**注意：**请先保存")).toBe("<strong>注意：</strong>请先保存");
  expect(html("这是**“重点”**内容")).toBe("这是<strong>“重点”</strong>内容");
  expect(html("**重要**（可选）")).toBe("<strong>重要</strong>（可选）");
  expect(html("**ポイント。**次へ")).toBe("<strong>ポイント。</strong>次へ");
});

test("bold in other languages is as before", () => {
  expect(html("a **bold** word")).toBe("a <strong>bold</strong> word");
  expect(html("2 ** 3 ** 4")).toBe("2 ** 3 ** 4");
  expect(html("`**注意**`")).toBe("<code>**注意**</code>");
});

test("marks inside of bold still count", () => {
  expect(html("**看`代码`：**好")).toBe("<strong>看<code>代码</code>：</strong>好");
});

test("an address ends where Chinese begins", () => {
  expect(html("看https://example.com/a，然后")).toBe(
    '看<a href="https://example.com/a">https://example.com/a</a>，然后',
  );
  expect(html("www.example.com。好")).toBe('<a href="http://www.example.com">www.example.com</a>。好');
  expect(html("https://example.com/a?b=1")).toBe(
    '<a href="https://example.com/a?b=1">https://example.com/a?b=1</a>',
  );
});

test("Chinese, Japanese and Korean are told from other writing", () => {
  expect(["好", "ひ", "カ", "한", "，", "（"].every(hasCjk)).toBe(true);
  expect(["a", "é", "م", "1", ",", " "].some(hasCjk)).toBe(false);
});
