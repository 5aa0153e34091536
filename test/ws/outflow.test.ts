import { expect, test } from "bun:test";
import type { SessionKey } from "../../src/core/session-key.ts";
import { Outflow } from "../../src/ws/outflow.ts";

const A = "agent:main:webchat:dm:a" as SessionKey;
const B = "agent:main:webchat:dm:b" as SessionKey;

/** A wire that takes frames as long as `room` lasts: then it buffers one (-1), and drops the rest (0). */
function wireWith(room: number) {
  const sent: string[] = [];
  const state = { room, overflows: 0, buffers: true };
  const snapshots = new Map<SessionKey, string>();
  const wire = {
    send: (frame: string) => {
      if (state.room > 1) {
        state.room -= 1;
        sent.push(frame);
        return frame.length;
      }
      if (state.room < 1 || !state.buffers) return 0;
      state.room = 0;
      sent.push(frame);
      return -1;
    },
  };
  const outflow = new Outflow({
    wire,
    snapshot: (session) => snapshots.get(session),
    onOverflow: () => (state.overflows += 1),
    maxWaiting: 100,
  });
  const drain = (more: number) => {
    state.room = more;
    outflow.drained();
  };
  return { outflow, sent, state, snapshots, drain };
}

test("a client that keeps up gets everything at once", () => {
  const { outflow, sent } = wireWith(10);
  outflow.push(A, "1", "passing");
  outflow.answer("2");
  outflow.push(A, "3", "must");
  expect(sent).toEqual(["1", "2", "3"]);
});

test("a client that does not keep up loses text, gets what must arrive in order, then one snapshot", () => {
  const { outflow, sent, snapshots, drain } = wireWith(1);
  outflow.push(A, "text 1", "passing");
  outflow.push(A, "text 2", "passing");
  outflow.push(A, "tool", "must");
  outflow.push(A, "text 3", "passing");
  outflow.answer("answer");
  snapshots.set(A, "whole text");
  expect(sent).toEqual(["text 1"]);
  drain(10);
  expect(sent).toEqual(["text 1", "tool", "answer", "whole text"]);
  outflow.push(A, "text 4", "passing");
  expect(sent.at(-1)).toBe("text 4");
});

test("when the turn has ended meanwhile its last frame is enough", () => {
  const { outflow, sent, drain } = wireWith(1);
  outflow.push(A, "text 1", "passing");
  outflow.push(A, "text 2", "passing");
  outflow.push(A, "final", "must");
  drain(10);
  expect(sent).toEqual(["text 1", "final"]);
});

test("a frame that the wire did not take is sent again, before all others", () => {
  const { outflow, sent, state, drain } = wireWith(1);
  state.buffers = false;
  outflow.push(A, "final 1", "must");
  state.buffers = true;
  outflow.push(A, "final 2", "must");
  expect(sent).toEqual([]);
  drain(1);
  expect(sent).toEqual(["final 1"]);
  drain(1);
  expect(sent).toEqual(["final 1", "final 2"]);
  expect(outflow.waitingSize).toBe(0);
});

test("a snapshot that the wire did not take is made again, newer", () => {
  const { outflow, sent, snapshots, drain } = wireWith(1);
  outflow.push(A, "text 1", "passing");
  outflow.push(A, "text 2", "passing");
  snapshots.set(A, "old");
  drain(0);
  snapshots.set(A, "new");
  drain(2);
  expect(sent).toEqual(["text 1", "new"]);
});

test("each session is made up for by its own snapshot", () => {
  const { outflow, sent, snapshots, drain } = wireWith(1);
  outflow.answer("x");
  outflow.push(A, "a", "passing");
  outflow.push(B, "b", "passing");
  snapshots.set(A, "all of a");
  snapshots.set(B, "all of b");
  drain(1);
  expect(sent).toEqual(["x", "all of a"]);
  drain(5);
  expect(sent).toEqual(["x", "all of a", "all of b"]);
});

test("a session that is followed no longer is not made up for", () => {
  const { outflow, sent, snapshots, drain } = wireWith(1);
  outflow.answer("x");
  outflow.push(A, "a", "passing");
  outflow.forget(A);
  snapshots.set(A, "all of a");
  drain(5);
  expect(sent).toEqual(["x"]);
});

test("more waiting than allowed is reported, so that nothing is lost in silence", () => {
  const { outflow, state } = wireWith(0);
  outflow.push(A, "x".repeat(60), "must");
  expect(state.overflows).toBe(0);
  outflow.push(A, "x".repeat(60), "must");
  expect(state.overflows).toBe(1);
});

test("frames of a session held back come after its release, in order", () => {
  const { outflow, sent, snapshots } = wireWith(10);
  outflow.hold(A);
  outflow.push(A, "started", "must");
  outflow.push(A, "text", "passing");
  outflow.push(A, "tool", "must");
  outflow.push(B, "other", "passing");
  snapshots.set(A, "whole text");
  outflow.answer("answer");
  expect(sent).toEqual(["other", "answer"]);
  outflow.release(A);
  expect(sent).toEqual(["other", "answer", "started", "tool", "whole text"]);
  outflow.release(A);
  expect(sent).toHaveLength(5);
});

test("frames held back for a client that does not keep up wait their turn", () => {
  const { outflow, sent, drain } = wireWith(1);
  outflow.answer("x");
  outflow.hold(A);
  outflow.push(A, "final", "must");
  outflow.release(A);
  expect(sent).toEqual(["x"]);
  drain(5);
  expect(sent).toEqual(["x", "final"]);
});
