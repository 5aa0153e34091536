import { expect, test } from "bun:test";
import { buttonDataIn } from "../../../../../src/plugins/builtin/feishu/outgoing/buttons.ts";
import { fresh, outgoingWorld, text } from "./outgoing-world.ts";

const rows = (ids: readonly string[]) => [ids.map((id) => ({ id, label: `Button ${id}`.slice(0, 30) }))];

test("buttons stand in rows below the text, with their labels on one line", async () => {
  await using world = await outgoingWorld();
  const buttons = [
    [
      { id: "a", label: "Yes,\nreally" },
      { id: "b", label: "No" },
    ],
    [{ id: "c", label: "" }],
  ];
  await world.out.send(world.to, { ...text("Tea?"), buttons }, fresh());
  expect(world.said()).toEqual(["Tea? [Yes, really] [No] […]"]);
});

test("a pressed button gives the gateway's own id back, however long it is and after a restart, too", async () => {
  await using world = await outgoingWorld();
  const { out, to, chat, app } = world;
  const ids = ["a", "漢字/1", "x".repeat(5000), "#~looks like a stand-in"];
  await out.send(to, { ...text("?"), buttons: rows(ids) }, fresh());
  const values = JSON.stringify(chat.last(app)!.card!.card).matchAll(/"value":(\{[^}]*\})/g);
  const found = [];
  for (const [, value = ""] of values) {
    const data = buttonDataIn(JSON.parse(value));
    found.push(data === undefined ? undefined : await world.make().buttonIdOf(data));
  }
  expect(found).toEqual(ids);
});

test("what is no value of ours is no button of ours", () => {
  for (const value of [undefined, null, "button", 1, {}, { button: 1 }, { other: "x" }]) {
    expect(buttonDataIn(value)).toBeUndefined();
  }
});

test("far too many buttons still make a card that Feishu takes", async () => {
  await using world = await outgoingWorld();
  const buttons = Array.from({ length: 30 }, (_, row) =>
    Array.from({ length: 10 }, (__, at) => ({
      id: `${row}/${at}/${"漢".repeat(50)}`,
      label: "漢字".repeat(100),
    })),
  );
  await world.out.send(world.to, { ...text("?"), buttons }, fresh());
  expect(world.said()[0]?.split("[")).toHaveLength(41);
});
