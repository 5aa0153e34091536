import { expect, test } from "bun:test";
import { stateOf } from "../../../../fakes/state-of.ts";
import { options, outgoingWorld, text } from "./outgoing-world.ts";

type World = Awaited<ReturnType<typeof outgoingWorld>>;

const LONG = "model.".concat("provider/a-very-long-name-of-a-model-".repeat(4), "é");
const buttonsOf = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ id: `b${at}`, label: `Button ${at}` }));

interface Control {
  readonly custom_id: string;
  readonly label?: string;
  readonly options?: readonly { readonly value: string; readonly label: string }[];
}

function rowsOf({ chat, bot }: World): Control[][] {
  const rows = chat.last(bot)!.message.components ?? [];
  return rows.map((row) => ("components" in row ? (row.components as unknown as Control[]) : []));
}

/** What Discord gives back when a button is pressed, button by button. */
const dataIn = (world: World) => rowsOf(world).flatMap((row) => row.map(({ custom_id }) => custom_id));

test("a pressed button gives back the gateway's own id, however long it is", async () => {
  await using world = await outgoingWorld();
  const ids = ["yes", LONG, "#~looks like one of ours", "é".repeat(50), ""];
  const buttons = [ids.map((id) => ({ id, label: `<${id.slice(0, 3)}>` }))];
  await world.out.send(world.to, { ...text("which?"), buttons }, options());
  const data = dataIn(world);
  expect(data[0]).toBe("yes");
  expect(Math.max(...data.map((each) => each.length))).toBeLessThanOrEqual(100);
  expect(await Promise.all(data.map((each) => world.out.buttonIdOf(each)))).toEqual(ids);
});

test("a long id outlives a restart, and one that is forgotten is nobody's", async () => {
  await using world = await outgoingWorld();
  const values = new Map<string, string>();
  world.out.attach(stateOf(values));
  await world.out.send(world.to, { ...text("x"), buttons: [[{ id: LONG, label: "L" }]] }, options());
  const [data = ""] = dataIn(world);
  const later = world.make();
  later.attach(stateOf(values));
  expect(await later.buttonIdOf(data)).toBe(LONG);
  expect(await world.make().buttonIdOf(data)).toBeUndefined();
});

test("rows stay rows; long ones are broken, empty ones are left out, labels are never empty or too long", async () => {
  await using world = await outgoingWorld();
  const odd = [
    { id: "o", label: " \n" },
    { id: "l", label: `${"x".repeat(78)}😀😀` },
  ];
  const buttons = [buttonsOf(2), [], buttonsOf(9).slice(2), odd];
  await world.out.send(world.to, { ...text("x"), buttons }, options());
  expect(rowsOf(world).map(({ length }) => length)).toEqual([2, 5, 2, 2]);
  expect(rowsOf(world)[3]?.map(({ label }) => label)).toEqual(["…", `${"x".repeat(78)}…`]);
  await world.out.send(world.to, { ...text("y"), buttons: [[]] }, options());
  expect(rowsOf(world)).toEqual([]);
});

test("many short rows close up, and a button that is there twice is there once", async () => {
  await using world = await outgoingWorld();
  const buttons = [...buttonsOf(11).map((button) => [button]), buttonsOf(3)];
  await world.out.send(world.to, { ...text("x"), buttons }, options());
  expect(rowsOf(world).map(({ length }) => length)).toEqual([5, 5, 1]);
  expect(dataIn(world)).toEqual(buttonsOf(11).map(({ id }) => id));
});

test("more than 25 are lists to choose from, and a choice gives back the gateway's own id", async () => {
  await using world = await outgoingWorld();
  const many = [...buttonsOf(59), { id: LONG, label: "long ".repeat(30) }];
  await world.out.send(world.to, { ...text("which?"), buttons: many.map((each) => [each]) }, options());
  const lists = rowsOf(world).map(([list]) => list?.options ?? []);
  expect(lists.map(({ length }) => length)).toEqual([25, 25, 10]);
  expect(new Set(dataIn(world)).size).toBe(3);
  const chosen = await Promise.all(lists.flat().map(({ value }) => world.out.buttonIdOf(value)));
  expect(chosen).toEqual(many.map(({ id }) => id));
  expect(world.said()).toEqual([
    "which? [Button 0 … Button 24 ▾] [Button 25 … Button 49 ▾] [Button 50 … long long long long long long long long… ▾]",
  ]);
});

test("what a list holds is told by its first and its last choice, without half a character", async () => {
  await using world = await outgoingWorld();
  const label = `${"选".repeat(39)}😀 and more`;
  const many = [{ id: "first", label }, ...buttonsOf(25)];
  await world.out.send(world.to, { ...text("哪个？"), buttons: [many] }, options());
  expect(world.said()).toEqual([`哪个？ [${"选".repeat(39)}… … Button 23 ▾] [Button 24 … Button 24 ▾]`]);
});
