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

test("the preview shows what the agent is doing, the final text never does", () => {
  const reply = after(text("Looking"), { type: "tool_start", id: "1", tool: "bash", params: {} });
  expect(reply.live).toBe("Looking\n\n*bash…*");
  expect(reply.final).toBe("Looking");
});
