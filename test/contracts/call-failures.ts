import { describe, expect, test } from "bun:test";
import { CallFailure } from "../../src/plugins/call-failure.ts";
import type { ChannelError } from "../../src/plugins/types.ts";

/** What a platform makes of calls that got no answer. */
export interface JudgedCalls {
  readonly platform: string;
  /** Of one that puts something new into a chat. */
  readonly ofNew: (error: unknown) => ChannelError;
  /** Of one that may be made twice. */
  readonly ofRepeatable: (error: unknown) => ChannelError;
}

/** What holds for calls without an answer, whatever the platform. */
export function describeCallFailures({ platform, ofNew, ofRepeatable }: JudgedCalls): void {
  describe("a call without an answer", () => {
    test("that never left us did not happen", () => {
      const error = ofNew(new CallFailure("not-sent", "ECONNREFUSED"));
      expect(error).toMatchObject({ code: "unreachable", retry: "now", outcome: "did-not-happen" });
      expect(error.message).toBe(`${platform} could not be reached (ECONNREFUSED).`);
    });

    test.each([
      ["cut-off", "unreachable"],
      ["timed-out", "timed-out"],
      ["stopped", "unreachable"],
      ["bad-answer", "unreachable"],
    ] as const)("because it was %s leaves a new message in doubt, and nothing else", (kind, code) => {
      const failure = new CallFailure(kind, "x");
      expect(ofNew(failure)).toMatchObject({ code, retry: "now", outcome: "unknown" });
      expect(ofRepeatable(failure).outcome).toBe("did-not-happen");
    });

    test("that something in between turned away did not happen; too big is final", () => {
      const refused = new CallFailure("bad-answer", "HTTP 407", 407);
      expect(ofNew(refused)).toMatchObject({ retry: "now", outcome: "did-not-happen" });
      const tooBig = new CallFailure("bad-answer", "HTTP 413", 413);
      expect(ofNew(tooBig)).toMatchObject({ code: "too-long", retry: "never" });
    });
  });
}
