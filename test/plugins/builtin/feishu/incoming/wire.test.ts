import { expect, test } from "bun:test";
import { openEnvelope } from "../../../../../src/plugins/builtin/feishu/incoming/wire.ts";

test("an event comes out of its envelope with its id, its type and the app it is for", () => {
  const header = { event_id: "e1", event_type: "im.message.receive_v1", app_id: "cli_1", token: "t" };
  expect(openEnvelope({ schema: "2.0", header, event: { a: 1 } })).toEqual({
    id: "e1",
    type: "im.message.receive_v1",
    app: "cli_1",
    event: { a: 1 },
  });
});

test("a pressed button in the older shape is its own envelope, and its token names the press", () => {
  const press = { open_id: "ou_1", open_message_id: "om_1", token: "c-1", action: { value: {} } };
  expect(openEnvelope(press)).toEqual({ id: "c-1", type: "card.action.trigger", event: press });
});

test("what has no shape of an event is none", () => {
  const others = [
    undefined,
    null,
    "x",
    1,
    [],
    {},
    { header: {} },
    { header: { event_id: 1, event_type: "x" } },
  ];
  for (const body of [...others, { action: {} }]) expect(openEnvelope(body)).toBeUndefined();
});
