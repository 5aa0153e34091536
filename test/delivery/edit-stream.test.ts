import { expect, test } from "bun:test";
import type { Address, Button } from "../../src/core/message.ts";
import { canEdit, EditStream } from "../../src/delivery/edit-stream.ts";
import { EditingPlatform } from "../fakes/platforms.ts";

const to: Address = { channel: "fake", account: "default", scope: "dm", chat: "1" };
const STOP: readonly (readonly Button[])[] = [[{ id: "/stop", label: "Stop" }]];

/** A platform that remembers the buttons below its one message. */
class ButtonPlatform extends EditingPlatform {
  below: string[] = [];

  constructor() {
    super("fake", {
      text: { limit: 100 },
      pace: () => ({ perChatMs: 0, perPreviewMs: 0 }),
      nonceWindowMs: 0,
    });
  }

  override async send(...[place, message, options]: Parameters<EditingPlatform["send"]>) {
    this.#show(message.kind === "text" ? message.buttons : undefined);
    return super.send(place, message, options);
  }

  override async edit(...[ref, markdown, options]: Parameters<NonNullable<EditingPlatform["edit"]>>) {
    this.#show(options?.buttons);
    return super.edit(ref, markdown, options);
  }

  #show(rows: readonly (readonly Button[])[] = []): void {
    this.below = rows.flat().map(({ label }) => label);
  }
}

test("a message that grows keeps its buttons until it is complete", async () => {
  const platform = new ButtonPlatform();
  if (!canEdit(platform)) throw new Error("it can");
  const signal = new AbortController().signal;
  const stream = new EditStream(platform, to, { nonce: "n", style: "rich", signal, buttons: STOP });
  await stream.show("one");
  expect(platform.below).toEqual(["Stop"]);
  await stream.show("one two");
  expect(platform.below).toEqual(["Stop"]);
  await stream.show("one two three", true);
  expect(platform.below).toEqual([]);
  expect(platform.transcript()).toEqual(["one two three"]);
});
