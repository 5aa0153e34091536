import { describe, expect, test } from "bun:test";
import {
  formatTemplatePath,
  parsePath,
  parseTemplate,
  renderTemplate,
} from "../../src/core/text-template.ts";

const render = (source: string, value: unknown) => renderTemplate(parseTemplate(source), value);

describe("a template", () => {
  test("is filled in from members, items and quoted names", () => {
    const value = { a: { b: [{ c: "deep" }, 7] }, "x y": true, "content-type": "json", n: 1.5 };
    expect(render('{{a.b[0].c}} {{ a.b[1] }} {{["x y"]}} {{content-type}} {{n}}', value).text).toBe(
      "deep 7 true json 1.5",
    );
  });

  test("shows a member with members as its JSON", () => {
    expect(render("{{a}}", { a: { b: [1, null] } }).text).toBe('{"b":[1,null]}');
  });

  test("without places is what it says", () => {
    expect(render("no { braces } here", {})).toEqual({ text: "no { braces } here", missing: [] });
  });

  test("names what was not there, and leaves its place empty", () => {
    expect(render("<{{a.b}}><{{c[3]}}><{{d}}>", { a: {}, c: [], d: null })).toEqual({
      text: "<><><>",
      missing: ["a.b", "c[3]", "d"],
    });
  });

  test("reaches nothing that a value inherits", () => {
    for (const path of ["__proto__", "constructor", "constructor.name", "a.length.constructor", "toString"]) {
      expect(render(`{{${path}}}`, { a: "text" }).text).toBe("");
    }
    expect(render("{{a.length}}", { a: "text" }).text).toBe("");
  });

  test("does not read what it was filled with as a template", () => {
    expect(render("{{a}}", { a: "{{secret}}", secret: "s" }).text).toBe("{{secret}}");
  });

  test("stays of a size, and cuts no character in two", () => {
    const long = render("{{a}}", { a: "😀".repeat(100_000) }).text;
    expect(long.length).toBeLessThan(17_000);
    expect(long).toEndWith("😀…");
    expect(long.isWellFormed()).toBe(true);
    const many = "{{a}}".repeat(50);
    expect(render(many, { a: "x".repeat(20_000) }).text.length).toBeLessThan(50_000);
  });
});

describe("a path", () => {
  test("is read back as it was written", () => {
    for (const path of ["a", "a.b[0].c", '["a b"][2].c', "$x.@type"]) {
      expect(formatTemplatePath(parsePath(path))).toBe(path);
    }
  });

  test("that is none is refused by name", () => {
    for (const wrong of ["", " ", "a b", "a..b", "a[", "a[x]", "a[-1]", "a.b()", `a${".b".repeat(40)}`]) {
      expect(() => parsePath(wrong)).toThrow(SyntaxError);
    }
    expect(() => parseTemplate("Hello {{a b}}")).toThrow('"a b" is no path');
  });
});
