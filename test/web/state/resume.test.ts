import { expect, test } from "bun:test";
import { useBrowser } from "../browser.ts";
import { FakeGateway } from "../fake-gateway.ts";
import { enter, reads, reconnect, until, write } from "../on-page.ts";

const browser = useBrowser();

/** A conversation in which a turn is writing. */
async function talk(gateway: FakeGateway) {
  const visitor = await enter(browser, gateway);
  await write(visitor.page, "Go");
  await until(() => gateway.taken.length === 1);
  const turn = gateway.begin(gateway.session).write("One ");
  await reads(visitor.page, ["you: Go", "pi: One"]);
  return { visitor, page: visitor.page, turn };
}

test("after a broken line the text goes on exactly where it was", async () => {
  await using gateway = await FakeGateway.open();
  const { visitor, page, turn } = await talk(gateway);
  await using _leaving = visitor;
  gateway.cut();
  turn.write("two ").beginTool("x", "bash", {}).endTool("x", "bash", "out").write("three ", true);
  await reconnect(gateway, page);
  await reads(page, ["you: Go", "pi: One two | bash | three"]);
  turn.write("four");
  await reads(page, ["you: Go", "pi: One two | bash | three four"]);
  turn.finish("three four.");
  await page.locator("details.steps").waitFor();
  await reads(page, ["you: Go", "pi: three four."]);
});

test("an answer that ended while the line was broken is there afterwards, once", async () => {
  await using gateway = await FakeGateway.open();
  const { visitor, page, turn } = await talk(gateway);
  await using _leaving = visitor;
  gateway.cut();
  turn.finish("One two three.");
  await reconnect(gateway, page);
  await reads(page, ["you: Go", "pi: One two three."]);
});

test("after a restart of the gateway the running turn goes on, and nothing stands there twice", async () => {
  await using gateway = await FakeGateway.open();
  const { visitor, page } = await talk(gateway);
  await using _leaving = visitor;
  await gateway.restart();
  await until(() => gateway.clients() === 1);
  const again = gateway.resume(gateway.session, "turn1").write("One again", true);
  await reads(page, ["you: Go", "pi: One again"]);
  again.finish("One again, and two.");
  await reads(page, ["you: Go", "pi: One again, and two."]);
});

test("a turn that did not survive the restart is not shown as if it ran", async () => {
  await using gateway = await FakeGateway.open();
  const { visitor, page } = await talk(gateway);
  await using _leaving = visitor;
  gateway.cut();
  gateway.mark(gateway.session, ["m1"], "failed");
  gateway.rowsOf(gateway.session).push({
    id: "turn1/0",
    role: "assistant",
    text: "Something went wrong here (ref 3F9K)",
    atMs: 1,
    state: "failed",
  });
  await gateway.restart();
  await reads(page, ["you: Go", "pi: Something went wrong here (ref 3F9K)"]);
});

test("a restart while a message is on its way neither loses nor doubles it", async () => {
  await using gateway = await FakeGateway.open();
  const { visitor, page, turn } = await talk(gateway);
  await using _leaving = visitor;
  turn.finish("One.");
  let restarts = 1;
  let restarted = Promise.resolve();
  gateway.onMessage = () => {
    if (restarts-- > 0) restarted = gateway.restart();
  };
  await write(page, "Next");
  await until(() => gateway.taken.length === 2);
  await restarted;
  await until(() => gateway.sends.length === 3);
  gateway.begin(gateway.session).finish("Two.");
  await reads(page, ["you: Go", "pi: One.", "you: Next", "pi: Two."]);
  expect(gateway.taken).toHaveLength(2);
});

test("a thousand small pieces arrive as one text, and not each of them is drawn", async () => {
  await using gateway = await FakeGateway.open();
  const { visitor, page, turn } = await talk(gateway);
  await using _leaving = visitor;
  await page.evaluate(`
    globalThis.drawn = 0;
    new MutationObserver(() => { drawn += 1; }).observe(document.querySelector(".column"), { subtree: true, childList: true });
  `);
  const words = Array.from({ length: 1000 }, (_, at) => `w${at}`);
  for (const word of words) {
    turn.write(`${word} `);
    if (word.endsWith("0")) await Bun.sleep(0);
  }
  await reads(page, ["you: Go", `pi: One ${words.join(" ")}`]);
  expect(await page.evaluate<number>("globalThis.drawn")).toBeLessThan(500);
});
