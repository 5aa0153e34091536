import { expect, test } from "bun:test";
import { capabilitiesOf, parseRecord, textOfContent } from "../../src/core/rpc-protocol.ts";

test("what a pi can do follows from its version, whatever its package is called", () => {
  expect(capabilitiesOf("0.73.1")).toEqual({
    settles: false,
    sendsDeltas: false,
    thinksMax: false,
  });
  expect(capabilitiesOf("0.80.4")).toMatchObject({ settles: true, sendsDeltas: false });
  expect(capabilitiesOf("0.87.1")).toMatchObject({
    settles: true,
    sendsDeltas: true,
  });
  expect(capabilitiesOf("1.5.2")).toMatchObject({ settles: true, sendsDeltas: true });
  expect(capabilitiesOf("v0.100.0-beta.1")).toMatchObject({ settles: true, sendsDeltas: true });
});

test("a pi that does not tell its version is treated as the oldest", () => {
  expect(capabilitiesOf(undefined)).toEqual(capabilitiesOf("0.73.1"));
  expect(capabilitiesOf("nightly")).toEqual(capabilitiesOf("0.73.1"));
});

test("a line that is no record is none, and never an exception", () => {
  for (const line of ["", "hello", "[1]", "{", '{"a":1}', '{"type":1}', "null"]) {
    expect(parseRecord(line)).toBeUndefined();
  }
  expect(parseRecord('{"type":"agent_start"}')).toEqual({ type: "agent_start" });
});

test("the text of a message is all of its text blocks", () => {
  expect(textOfContent("plain")).toBe("plain");
  const blocks = [
    { type: "thinking", thinking: "hm" },
    { type: "text", text: "one" },
    { type: "toolCall" },
    { type: "text", text: "" },
    { type: "text", text: "two" },
  ];
  expect(textOfContent(blocks)).toBe("one\n\ntwo");
  expect(textOfContent(undefined)).toBe("");
});
