import { expect, test } from "bun:test";
import { keepCredential, readCredential, takeToken } from "../../../src/web/state/credential.ts";
import { MemoryStore } from "./memory-store.ts";

test("the token comes out of the fragment, and the rest of it stays", () => {
  expect(takeToken("#token=abc")).toEqual({ token: "abc", rest: "" });
  expect(takeToken("#c=one&token=a%2Bb%3D")).toEqual({ token: "a+b=", rest: "#c=one" });
  expect(takeToken("#token=a+b/c=&c=one")).toEqual({ token: "a+b/c=", rest: "#c=one" });
  expect(takeToken("#c=one")).toEqual({ rest: "#c=one" });
  expect(takeToken("")).toEqual({ rest: "" });
});

test("an empty token is none, and a stray percent sign breaks nothing", () => {
  expect(takeToken("#token=")).toEqual({ rest: "" });
  expect(takeToken("#token=100%")).toEqual({ token: "100%", rest: "" });
});

test("a credential is kept until it is taken back", () => {
  const store = new MemoryStore();
  keepCredential(store, "secret");
  expect(readCredential(store)).toBe("secret");
  keepCredential(store, undefined);
  expect(readCredential(store)).toBeUndefined();
});
