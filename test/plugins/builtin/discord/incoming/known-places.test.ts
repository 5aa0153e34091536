import { expect, test } from "bun:test";
import { notePlaces } from "../../../../../src/plugins/builtin/discord/incoming/known-places.ts";
import { Places } from "../../../../../src/plugins/builtin/discord/incoming/places.ts";

const MIB = 1024 * 1024;
const role = (id: string, name: string, bot?: string) => ({
  id,
  name,
  ...(bot === undefined ? {} : { tags: { bot_id: bot } }),
});
const guild = (tier: number, ...roles: readonly object[]) => ({
  id: "g1",
  name: "Club",
  premium_tier: tier,
  roles,
});

function world() {
  const places = new Places("default");
  places.bot = "b1";
  const tell = (type: string, data: object) => notePlaces({ id: "s/1", type, data }, places);
  tell("GUILD_UPDATE", guild(0, role("r1", "Staff"), role("r2", "my bot", "b1")));
  tell("CHANNEL_CREATE", { id: "c1", type: 0, name: "general", guild_id: "g1" });
  return { places, tell };
}

test("a server that is paid for takes bigger files from then on", () => {
  const { places, tell } = world();
  expect(places.mostBytesIn("c1")).toBe(10 * MIB);
  tell("GUILD_UPDATE", guild(2, role("r1", "Crew")));
  expect(places.mostBytesIn("c1")).toBe(50 * MIB);
  expect(places.guild("g1")?.roles.get("r1")).toBe("Crew");
});

test("the role that is the bot's own is known, and roles come, are renamed and go", () => {
  const { places, tell } = world();
  expect(places.guild("g1")?.botRole).toBe("r2");
  tell("GUILD_ROLE_CREATE", { guild_id: "g1", role: role("r3", "New") });
  tell("GUILD_ROLE_UPDATE", { guild_id: "g1", role: role("r1", "Team") });
  tell("GUILD_ROLE_DELETE", { guild_id: "g1", role_id: "r2" });
  expect([...(places.guild("g1")?.roles ?? [])]).toEqual([
    ["r1", "Team"],
    ["r3", "New"],
  ]);
  expect(places.guild("g1")?.botRole).toBeUndefined();
});

test("threads are known by their channel and by who opened them", () => {
  const { places, tell } = world();
  const thread = { id: "t1", type: 11, name: "plan", guild_id: "g1", parent_id: "c1", owner_id: "b1" };
  tell("THREAD_CREATE", thread);
  expect(places.of("t1")).toMatchObject({ kind: "thread", parent: "c1", isOurs: true, guild: "g1" });
  tell("THREAD_LIST_SYNC", { guild_id: "g1", threads: [{ ...thread, id: "t2", owner_id: "p1" }] });
  expect(places.of("t2")).toMatchObject({ kind: "thread", parent: "c1" });
  expect(places.of("t2")?.isOurs).toBeUndefined();
});

test("of ten thousand threads that were put away none is kept, but those that are remembered; one that wakes is known again", () => {
  const { places, tell } = world();
  const thread = (id: string) => ({ id, type: 11, name: id, guild_id: "g1", parent_id: "c1" });
  const change = (id: string, archived: boolean) =>
    tell("THREAD_UPDATE", { ...thread(id), thread_metadata: { archived } });
  const ids = Array.from({ length: 10_000 }, (_, index) => `t${index}`);
  for (const id of ids) {
    tell("THREAD_CREATE", thread(id));
    change(id, true);
  }
  expect(ids.filter((id) => places.of(id) !== undefined)).toEqual([]);
  places.remembered = { of: (id) => (id === "t7" ? { id, kind: "thread", parent: "c1" } : undefined) };
  expect(ids.filter((id) => places.of(id) !== undefined)).toEqual(["t7"]);
  change("t8", false);
  expect(places.of("t8")).toMatchObject({ kind: "thread", parent: "c1", name: "t8" });
});
