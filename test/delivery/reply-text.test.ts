import { expect, test } from "bun:test";
import type { AgentEvent } from "../../src/core/agent.ts";
import { ReplyText } from "../../src/delivery/reply-text.ts";

const text = (delta: string): AgentEvent => ({ type: "text", delta });
const end = (whole: string): AgentEvent => ({ type: "message_end", text: whole, stopReason: "stop" });
const after = (...events: AgentEvent[]) => {
  const reply = new ReplyText();
  for (const event of events) reply.add(event);
  return reply;
};

test("the final text is the last message of the turn, the interim ones are preview only", () => {
  const reply = after(
    text("Let me "),
    text("look."),
    end("Let me look."),
    text("It is 42."),
    end("It is 42."),
  );
  expect(reply.final).toBe("It is 42.");
});

test("a message without text (a tool call alone) does not replace what was said before it", () => {
  expect(after(end("Answer."), { type: "message_start" }, end("")).final).toBe("Answer.");
});

test("a message that begins anew after a failure voids the half that was shown", () => {
  expect(after(text("Half a sen"), { type: "message_start" }, text("Whole.")).final).toBe("Whole.");
});

test("what a model had said when it failed is void, also when nothing comes after it", () => {
  const failed: AgentEvent = { type: "message_end", text: "Half a sen", stopReason: "error" };
  expect(after(text("Half a sen"), failed).final).toBe("");
  expect(after(end("Let me look."), { type: "message_start" }, text("Half a sen"), failed).final).toBe(
    "Let me look.",
  );
});

test("what the agent does besides is no part of its text", () => {
  const reply = after(text("Looking"), { type: "tool_start", id: "1", tool: "bash", params: {} });
  expect([reply.live, reply.final]).toEqual(["Looking", "Looking"]);
});

const steered: AgentEvent = { type: "steered", text: "and?" };

test("an answer that stood when a message joined stays, with the next one behind it", () => {
  const reply = after(end("One."), steered, { type: "message_start" }, text("Tw"));
  expect([reply.answered, reply.live, reply.final]).toEqual(["One.\n\n", "One.\n\nTw", "One.\n\nTw"]);
  reply.add(text("o."));
  reply.add(end("Two."));
  reply.add(steered);
  reply.add(end("Three."));
  expect(reply.final).toBe("One.\n\nTwo.\n\nThree.");
});

test("what was only said on the way to a tool, or broke off, does not stay", () => {
  const way: AgentEvent = { type: "message_end", text: "Let me look.", stopReason: "toolUse" };
  expect(after(way, steered, end("Both.")).final).toBe("Both.");
  const broken: AgentEvent = { type: "message_end", text: "Half", stopReason: "error" };
  expect(after(broken, steered, end("Both.")).final).toBe("Both.");
});

test("an answer of an earlier attempt comes first, and silence never stands beside one", () => {
  const reply = new ReplyText("One.");
  reply.add(end("NO_REPLY"));
  reply.add(steered);
  expect(reply.final).toBe("One.");
  reply.add(end("Two."));
  expect(reply.final).toBe("One.\n\nTwo.");
});
