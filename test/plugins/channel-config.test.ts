import { describe, expect, test } from "bun:test";
import { configs } from "../core/config-of.ts";

const { load, problemsIn } = configs();
const PLATFORMS = ["telegram", "discord", "feishu"];

for (const name of PLATFORMS) {
  describe(`the section of ${name}`, () => {
    const section = (given: object) => load({ channels: { [name]: given } }).config.channels[name];

    test("runs with pairing and growing answers, unless it says otherwise", () => {
      expect(section({})).toMatchObject({ enabled: true, dmPolicy: "pairing", streamingMode: "partial" });
      expect(load({}).config.channels[name]).toBeUndefined();
    });

    test("takes what OpenClaw calls progress as draft", () => {
      expect(section({ streamingMode: "progress" })).toMatchObject({ streamingMode: "draft" });
      expect(section({ accounts: { work: { streamingMode: "progress" } } })).toMatchObject({
        accounts: { work: { streamingMode: "draft" } },
      });
    });

    test("takes ids as numbers too", () => {
      expect(section({ allowlist: [123_456_789], allowFrom: ["987"] })).toMatchObject({
        allowlist: ["123456789"],
        allowFrom: ["987"],
      });
    });

    test("leaves open in an account what the account inherits", () => {
      expect(section({ accounts: { work: {} } })).toMatchObject({ accounts: { work: { enabled: true } } });
      const { accounts } = section({ accounts: { work: {} } }) as { accounts: Record<string, object> };
      expect(Object.keys(accounts["work"] ?? {})).toEqual(["enabled"]);
    });

    test("refuses a policy or a mode that does not exist", () => {
      const refused = problemsIn({ channels: { [name]: { dmPolicy: "opn", streamingMode: "fast" } } });
      expect(refused[0]).toContain(
        '"pairing", "allowlist", "open" or "disabled", got "opn" (did you mean "open"?)',
      );
      expect(refused).toHaveLength(2);
    });

    test("refuses an account whose name is a word of targets and session keys", () => {
      for (const account of ["dm", "group", "topic", "channel", "thread", "cron"]) {
        const refused = problemsIn({ channels: { [name]: { accounts: { [account]: {} } } } });
        expect(refused[0], account).toContain("it is a word of targets and session keys");
      }
      expect(problemsIn({ channels: { [name]: { accounts: { "a:b": {} } } } })[0]).toContain(
        "letters, digits",
      );
    });

    test("takes a proxy, and no other kind of address for it", () => {
      expect(section({ proxy: "http://anna:secret@127.0.0.1:8080" })).toMatchObject({
        proxy: "http://anna:secret@127.0.0.1:8080",
      });
      expect(problemsIn({ channels: { [name]: { proxy: "socks5://127.0.0.1:1080" } } })[0]).toContain(
        "SOCKS proxies cannot be used",
      );
      expect(problemsIn({ channels: { [name]: { proxy: "127.0.0.1" } } })[0]).toContain(
        "expected a proxy address",
      );
    });
  });
}
