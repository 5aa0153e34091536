import { expect, test } from "bun:test";
import { type Addressee, languageFor } from "../../src/core/spoken-language.ts";

const somebody = (language: string | undefined, scope: "dm" | "group" = "dm"): Addressee => ({
  address: { channel: "test", account: "default", scope, chat: "1" },
  sender: { id: "1", name: "Mei", isBot: false, ...(language === undefined ? {} : { language }) },
});

test("in a private chat people are spoken to in their own language, where the gateway speaks it", () => {
  expect(languageFor("en", somebody("zh-hans"))).toBe("zh");
  expect(languageFor("en", somebody("zh_TW"))).toBe("zh");
  expect(languageFor("zh", somebody("en"))).toBe("en");
  expect(languageFor("zh", somebody("de"))).toBe("zh");
  expect(languageFor("zh", somebody(undefined))).toBe("zh");
});

test("a group, and whoever is not known, is spoken to in the gateway's", () => {
  expect(languageFor("en", somebody("zh", "group"))).toBe("en");
  expect(languageFor("zh", undefined)).toBe("zh");
});
