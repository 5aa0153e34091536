import { expect, test } from "bun:test";
import { stateOf } from "../../../../fakes/state-of.ts";
import { options, outgoingWorld, text } from "./outgoing-world.ts";

const LONG = "model.".concat("provider/a-very-long-name-of-a-model-".repeat(4), "é");

/** What Telegram gives back when a button is pressed, button by button. */
function dataIn(world: Awaited<ReturnType<typeof outgoingWorld>>): string[] {
  const { message } = world.chat.last(world.bot)!;
  return message
    .reply_markup!.inline_keyboard.flat()
    .map((button) => ("callback_data" in button ? (button.callback_data ?? "") : ""));
}

test("a pressed button gives back the gateway's own id, however long it is", async () => {
  await using world = await outgoingWorld();
  const ids = ["yes", LONG, "#~looks like one of ours", "é".repeat(32), ""];
  const buttons = [ids.map((id) => ({ id, label: `<${id.slice(0, 3)}>` }))];
  await world.out.send(world.to, { ...text("which?"), buttons }, options);
  const data = dataIn(world);
  expect(data[0]).toBe("yes");
  expect(Math.max(...data.map((each) => Buffer.byteLength(each)))).toBeLessThanOrEqual(64);
  expect(await Promise.all(data.map((each) => world.out.buttonIdOf(each)))).toEqual(ids);
});

test("a long id outlives a restart, and one that is forgotten is nobody's", async () => {
  await using world = await outgoingWorld();
  const values = new Map<string, string>();
  world.out.attach(stateOf(values));
  await world.out.send(world.to, { ...text("x"), buttons: [[{ id: LONG, label: "L" }]] }, options);
  const [data = ""] = dataIn(world);
  const later = world.make();
  later.attach(stateOf(values));
  expect(await later.buttonIdOf(data)).toBe(LONG);
  expect(await world.make().buttonIdOf(data)).toBeUndefined();
  for (const key of values.keys()) values.set(key, "another long id that took the place");
  const last = world.make();
  last.attach(stateOf(values));
  expect(await last.buttonIdOf(data)).toBeUndefined();
});

test("rows stay rows; long ones are broken, empty ones are left out, labels are never empty or too long", async () => {
  await using world = await outgoingWorld();
  const row = (length: number) => Array.from({ length }, (_, at) => ({ id: `b${at}`, label: `${at}` }));
  const odd = [
    { id: "o", label: " \n" },
    { id: "l", label: `${"x".repeat(62)}😀😀` },
  ];
  const buttons = [row(2), [], row(10), odd];
  await world.out.send(world.to, { ...text("x"), buttons }, options);
  const keyboard = world.chat.last(world.bot)!.message.reply_markup!.inline_keyboard;
  expect(keyboard.map(({ length }) => length)).toEqual([2, 8, 2, 2]);
  expect(keyboard[3]?.map(({ text: label }) => label)).toEqual(["…", `${"x".repeat(62)}…`]);
  await world.out.send(world.to, { ...text("y"), buttons: [[]] }, options);
  expect(world.chat.last(world.bot)!.message.reply_markup).toBeUndefined();
});

test("a store that fails costs no message", async () => {
  await using world = await outgoingWorld();
  const { log } = stateOf(new Map());
  const fail = async () => {
    throw new Error("the disk is full");
  };
  world.out.attach({ log, state: { get: fail, set: fail } });
  await world.out.send(world.to, { ...text("x"), buttons: [[{ id: LONG, label: "L" }]] }, options);
  expect(await world.out.buttonIdOf(dataIn(world)[0] ?? "")).toBe(LONG);
  expect(await world.make().buttonIdOf(dataIn(world)[0] ?? "")).toBeUndefined();
});
