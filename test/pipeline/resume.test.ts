import { describe, expect, test } from "bun:test";
import type { TranscriptEntry } from "../../src/core/agent.ts";
import type { SteeredMessage } from "../../src/core/store.ts";
import { goOn, resumePoint } from "../../src/pipeline/resume.ts";
import { inbound } from "../fakes/path-world.ts";

const user: TranscriptEntry = { id: "1", role: "user", text: "what is it?" };
const toolUse: TranscriptEntry = { id: "2", role: "assistant", text: "Let me look.", stopReason: "toolUse" };
const result: TranscriptEntry = { id: "3", role: "tool", text: "42" };
const done = (stopReason: string): TranscriptEntry => ({
  id: "4",
  role: "assistant",
  text: "It is 42.",
  stopReason,
});
const note = { text: "what is it?", position: "0" };

describe("behind the position that was noted with the prompt", () => {
  test.each([
    ["nothing was noted", undefined, [user, done("stop")], { at: "start" }],
    ["there is nothing", note, [], { at: "start" }],
    ["there is the question", note, [user], { at: "interrupted", text: "" }],
    ["a tool was called", note, [user, toolUse], { at: "interrupted", text: "" }],
    ["a tool has answered", note, [user, toolUse, result], { at: "interrupted", text: "" }],
    ["pi was aborted", note, [user, done("aborted")], { at: "interrupted", text: "" }],
    ["the model failed", note, [user, done("error")], { at: "interrupted", text: "" }],
    ["pi has answered", note, [user, toolUse, result, done("stop")], { at: "answered", text: "It is 42." }],
    ["the answer was cut at its limit", note, [user, done("length")], { at: "answered", text: "It is 42." }],
  ] as const)("%s", (_, prompted, behind, point) => {
    const noted = prompted ? { prompted, steered: [] } : { steered: [] };
    expect(resumePoint(noted, behind)).toEqual(point.at === "start" ? point : { ...point, untaken: [] });
  });
});

describe("messages that joined the turn", () => {
  const entry = (id: string, role: "user" | "assistant", text: string, stopReason?: string) =>
    ({ id, role, text, ...(stopReason === undefined ? {} : { stopReason }) }) as const;
  const joined = (id: string, text: string, position?: string): SteeredMessage => ({
    id,
    message: inbound(id, text),
    note: { text, ...(position === undefined ? {} : { position }) },
  });
  const point = (steered: readonly SteeredMessage[], ...behind: TranscriptEntry[]) => {
    const found = resumePoint({ prompted: { text: "yes" }, steered }, behind);
    return found.at === "start"
      ? "start"
      : `${found.at} ${found.untaken.map(({ id }) => id).join("+")} ${found.text}`;
  };

  test('are found by the place where the transcript ended then, one entry each: no "yes" is another one', () => {
    const yes = entry("1", "user", "yes");
    const answer = entry("2", "assistant", "Fine.", "stop");
    // The first "yes" is the prompt itself, also where pi had not yet written it down.
    expect(point([joined("a", "yes")], yes, answer)).toBe("answered a Fine.");
    expect(point([joined("a", "yes")], yes, answer, entry("3", "user", "yes"))).toBe("interrupted  Fine.");
    expect(point([joined("a", "yes"), joined("b", "yes")], yes, answer, entry("3", "user", "yes"))).toBe(
      "interrupted b Fine.",
    );
    expect(
      point(
        [joined("a", "no", "1"), joined("b", "no", "4")],
        yes,
        answer,
        entry("3", "user", "no"),
        entry("4", "assistant", "Oh.", "stop"),
      ),
    ).toBe("answered b Fine.\n\nOh.");
  });

  test("are asked with the prompt where pi has none of it", () => {
    expect(point([joined("a", "no")])).toBe("start");
  });

  test("that pi answered with silence add nothing", () => {
    const answers = [entry("2", "assistant", "One.", "stop"), entry("3", "user", "thanks")] as const;
    const silent = entry("4", "assistant", "NO_REPLY", "stop");
    expect(point([joined("a", "thanks")], entry("1", "user", "yes"), ...answers, silent)).toBe(
      "answered  One.",
    );
  });

  test("leave the answer before them standing, but nothing that was only said on the way", () => {
    expect(
      point(
        [joined("a", "more")],
        entry("1", "user", "yes"),
        entry("2", "assistant", "One.", "stop"),
        entry("3", "user", "more"),
        entry("4", "assistant", "Looking.", "toolUse"),
        entry("5", "assistant", "Two.", "stop"),
      ),
    ).toBe("answered  One.\n\nTwo.");
  });
});

test("pi is told what was already sent, so that it does not say it again", () => {
  const text = goOn([
    { kind: "text", markdown: "Working on it." },
    { kind: "media", media: "photo", path: "/tmp/chart.png" },
  ]);
  expect(text).toStartWith("[gateway] You were interrupted");
  expect(text).toContain("- Working on it.\n- /tmp/chart.png");
  expect(goOn([])).not.toContain("Already sent");
});
