import { Database } from "bun:sqlite";
import { join } from "node:path";
import { expect, setDefaultTimeout, test } from "bun:test";
import { EXIT } from "../../src/cli/exit-codes.ts";
import { DoorstepWorld } from "../fakes/doorstep.ts";

setDefaultTimeout(120_000);

const PAIRING = { dmPolicy: "pairing", allowFrom: ["lou"] } as const;
const ANSWER = /demo|hello/i;

test("a stranger gets a code, is approved in the shell, is told, and may talk", async () => {
  await using world = await DoorstepWorld.open(PAIRING);
  await world.gateway.start();

  await world.say("eve", "my secret words", { name: "*Eve*\u001b[31m" });
  const code = await world.codeOf("eve");
  await world.say("eve", "anybody there?");
  // Configured people need no code; once Lou is answered, Eve's second message has been decided on as well.
  await world.say("lou", "hello");
  await world.reads("lou", ANSWER);
  expect(world.seen("eve")).toHaveLength(1);
  expect(world.seen("eve")[0]?.text).toContain(`pi-gw pairing approve doorstep ${code}\n`);

  const listed = await world.pairing("list");
  expect(listed).toMatchObject({ code: EXIT.ok, err: "" });
  expect(listed.out).toMatch(new RegExp(`  ${code}  doorstep  \\*Eve\\* \\[31m \\(eve\\), \\d+ min left`));
  expect(listed.out).toContain("Nobody owns this gateway yet");
  expect((await world.pairing("list", "elsewhere")).out).toContain("Nobody is waiting");

  const wrong = await world.pairing("approve", "doorstep", "WRONG-CODE");
  expect(wrong.code).toBe(EXIT.refused);
  expect(wrong.err).toContain("unknown or expired");
  expect((await world.pairing("approve", "doorstep", code, "--account", "work")).code).toBe(EXIT.refused);

  const approved = await world.pairing("approve", "doorstep", code.toLowerCase());
  expect(approved).toMatchObject({ code: EXIT.ok, err: "" });
  expect(approved.out).toContain("*Eve* [31m (eve) may write on doorstep now");
  expect(approved.out).toContain("they own this gateway");
  await world.reads("eve", /You have been let in.*you own this gateway/s);

  await world.say("eve", "hello");
  await world.reads("eve", ANSWER);
  expect(world.seen("eve")).toHaveLength(3);
  // The same command again says the same again, and tells nobody.
  expect((await world.pairing("approve", "doorstep", code)).code).toBe(EXIT.ok);

  // An approval counts on its account.
  await world.say("eve", "hello", { account: "work" });
  const other = await world.codeOf("eve", "work");
  expect(world.seen("eve", "work")[0]?.text).toContain(`approve doorstep ${other} --account work`);

  // She owns the gateway: she is asked about the next one, and decides in the chat.
  await world.say("bob", "let me in", { name: "Bob" });
  const second = await world.codeOf("bob");
  const asked = await world.reads("eve", /`Bob`/);
  expect(asked.text).toContain(`/pair approve ${second}`);
  const [yes, no] = asked.buttons.map(({ id }) => id);
  expect(no).toBe(`/pair deny ${second}`);
  await world.press("bob", asked, yes ?? "");
  await world.press("eve", asked, yes ?? "");
  await world.reads("eve", /`Bob` \(`doorstep:bob`\) may talk to me now/);
  await world.reads("bob", /You have been let in/);
  expect((await world.pairing("list")).out).toContain("  doorstep  Bob (bob)\n");

  const removed = await world.pairing("revoke", "doorstep", "bob");
  expect(removed).toMatchObject({ code: EXIT.ok, out: "Bob (bob) may not write on doorstep any more.\n" });
  expect((await world.pairing("revoke", "doorstep", "bob")).code).toBe(EXIT.refused);
  expect((await world.pairing("deny", "doorstep", other, "--account", "work")).out).toContain("is not told");

  // All of it survives, and the owner is still the owner.
  await world.gateway.kill("SIGTERM");
  await world.gateway.start();
  await world.say("eve", "/whoami");
  await world.reads("eve", /Owner: yes/);
  const log = world.gateway.log();
  expect(log).toContain("a message was not taken");
  expect(log).not.toContain("my secret words");
  await world.gateway.kill("SIGTERM");
  const kept = new Database(join(world.gateway.stateDir, "gateway.db"), { readonly: true });
  const bodies = kept.query<{ body: string }, []>("select body from inbox").all();
  kept.close();
  expect(JSON.stringify(bodies)).toContain("/whoami");
  expect(JSON.stringify(bodies)).not.toContain("my secret words");
});

test("a gateway killed after the code was recorded tells it once, and it is still good", async () => {
  await using world = await DoorstepWorld.open(PAIRING);
  await world.gateway.start("inbox.before-settle");
  await world.sayAs("1", "eve", "hello");
  expect(await world.gateway.exited()).not.toBe(0);
  await world.gateway.start();
  // The platform did not hear of the first time, perhaps.
  await world.sayAs("1", "eve", "hello");
  const code = await world.codeOf("eve");
  await world.say("lou", "hello");
  await world.reads("lou", ANSWER);
  expect(world.seen("eve")).toHaveLength(1);
  expect((await world.pairing("approve", "doorstep", code)).code).toBe(EXIT.ok);
  await world.reads("eve", /You have been let in/);
});

test("an owner hears once of a group that nobody has listed, and the group hears nothing", async () => {
  const group = { isOpen: false, requireMention: true, why: "not listed", unlistedIn: "doorstep.groups" };
  await using world = await DoorstepWorld.open(PAIRING, group);
  await world.gateway.start();
  await world.say("eve", "hello");
  await world.pairing("approve", "doorstep", await world.codeOf("eve"));
  for (const text of ["one", "two"]) await world.say("mallory", text, { chat: "-100" });
  await world.reads("eve", /`mallory` wrote in the group `-100`/);
  await world.gateway.kill("SIGTERM");
  await world.gateway.start();
  await world.say("eve", "three", { chat: "-100" });
  await world.say("eve", "hello");
  await world.reads("eve", ANSWER);
  expect(world.seen("eve").filter(({ text }) => text.includes("-100"))).toHaveLength(1);
  expect(world.seen("-100")).toEqual([]);
});

test("without a running gateway the command line says how to start one", async () => {
  await using world = await DoorstepWorld.open(PAIRING);
  for (const args of [["list"], ["approve", "doorstep", "ABCD2345"], ["revoke", "doorstep", "eve"]]) {
    expect((await world.pairing(...args)).code).toBe(EXIT.notRunning);
  }
});
