import { describe, expect, test } from "bun:test";
import type { APIMessage } from "discord-api-types/v10";
import { BackFill } from "../../../../../src/plugins/builtin/discord/incoming/back-fill.ts";
import { Bookmarks } from "../../../../../src/plugins/builtin/discord/incoming/bookmarks.ts";
import type { DiscordCalls } from "../../../../../src/plugins/builtin/discord/incoming/discord-calls.ts";
import { Intake, type IntakeParts } from "../../../../../src/plugins/builtin/discord/incoming/intake.ts";
import type { Reader } from "../../../../../src/plugins/builtin/discord/incoming/message.ts";
import { Messages } from "../../../../../src/plugins/builtin/discord/incoming/messages.ts";
import { PatientCalls } from "../../../../../src/plugins/builtin/discord/incoming/patient-calls.ts";
import { type Place, Places } from "../../../../../src/plugins/builtin/discord/incoming/places.ts";
import { idAt, isAfter } from "../../../../../src/plugins/builtin/discord/incoming/snowflake.ts";
import { DiscordRefusal } from "../../../../../src/plugins/builtin/discord/outgoing/discord-refusal.ts";
import { Settings } from "../../../../../src/plugins/builtin/discord/settings.ts";
import { FakeClock } from "../../../../fakes/fake-clock.ts";
import { KeepingHost } from "../../../../fakes/keeping-host.ts";
import { accountOf } from "../discord-world.ts";

const MINUTE_MS = 60_000;

/** Private chats by their numbers, whose histories Discord gives or fails to give. */
class Chats implements AsyncDisposable {
  readonly clock = new FakeClock(Date.parse("2026-12-01T00:00:00Z"));
  readonly host = new KeepingHost("/nowhere");
  /** Chats whose histories cannot be read for now. */
  readonly failing = new Set<string>();
  readonly #histories = new Map<string, APIMessage[]>();
  #stopped = new AbortController();
  #intake: Intake | undefined;
  #bookmarks: Bookmarks | undefined;

  /** Starts anew with what is on the disk; `chats` are known from before. */
  async start(chats: readonly string[] = []): Promise<void> {
    await this.stop();
    this.#stopped = new AbortController();
    const { signal } = this.#stopped;
    const { host, clock } = this;
    const { log } = host;
    const bookmarks = new Bookmarks({ state: host.state, clock, log });
    this.#bookmarks = bookmarks;
    await bookmarks.load();
    if (bookmarks.isNew) bookmarks.beginWith(idAt(clock.now()));
    for (const chat of chats) bookmarks.begin(direct(chat), idAt(clock.now()));
    const places = new Places("default");
    places.remembered = bookmarks;
    const settings = new Settings(accountOf(), places);
    const bot = { id: "900", name: "my_bot" };
    const reader: Reader = { bot, places, settings, allowBots: false, stickerRoot: "https://cdn" };
    const calls = { messages: (chat: string, page: object) => this.#page(chat, page) };
    const patient = new PatientCalls({ clock, log, signal });
    const backFill = new BackFill({ calls, patient, clock, log });
    const autoThread = { placeOf: async (_: unknown, __: unknown, place: Place) => place };
    const common = {
      host,
      reader,
      clock,
      signal,
      bookmarks,
      patient,
      calls: calls as unknown as DiscordCalls,
    };
    const messages = new Messages({ ...common, backFill, autoThread });
    const desk = { settled: async () => undefined } as unknown as IntakeParts["desk"];
    const intake = new Intake({ ...common, messages, desk, onDirect: () => undefined });
    this.#intake = intake;
    intake.take({ id: "s/1", type: "READY", data: { guilds: [] } });
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#intake?.settled();
    await this.#bookmarks?.write();
  }

  /** Somebody writes; who is connected is told of it unless `isMissed`. */
  say(chat: string, content: string, { isMissed = false } = {}): void {
    const history = this.#histories.get(chat) ?? [];
    this.#histories.set(chat, history);
    const author = { id: `5${chat}`, username: "ada", global_name: "Ada" };
    const id = String(BigInt(idAt(this.clock.now())) + BigInt(history.length + 1));
    const parts = { attachments: [], embeds: [], mentions: [], type: 0 };
    const message = { id, channel_id: chat, author, content, ...parts } as unknown as APIMessage;
    history.unshift(message);
    if (!isMissed) this.#intake?.take({ id: `s/${id}`, type: "MESSAGE_CREATE", data: message });
  }

  get heard(): string[] {
    return this.host.received.map(({ text }) => text);
  }

  async #page(chat: string, { after = "0" }: { after?: string }): Promise<readonly APIMessage[]> {
    if (this.failing.has(chat)) throw new DiscordRefusal(500, 0, "Internal Server Error");
    return (this.#histories.get(chat) ?? []).filter(({ id }) => isAfter(id, after));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

const direct = (id: string): Place => ({ id, kind: "dm", user: `5${id}` });

describe("a history that Discord fails to give", () => {
  /** Chats that are known, in each of which something was written while nobody listened. */
  async function outage(count: number) {
    const chats = new Chats();
    const names = Array.from({ length: count }, (_, index) => String(10 + index));
    await chats.start(names);
    await chats.stop();
    await chats.clock.advance(MINUTE_MS);
    for (const name of names) chats.say(name, `missed in ${name}`, { isMissed: true });
    await chats.clock.advance(MINUTE_MS);
    return chats;
  }

  test("keeps no other chat waiting, however many such chats there are", async () => {
    await using chats = await outage(20);
    for (let at = 10; at < 29; at++) chats.failing.add(String(at));
    await chats.start();
    await chats.clock.advance(1000);
    expect(chats.heard).toEqual(["missed in 29"]);
  });

  test("is waited for a few minutes: a short failure costs neither a message nor their order", async () => {
    await using chats = await outage(1);
    chats.failing.add("10");
    await chats.start();
    chats.say("10", "new");
    await chats.clock.advance(3 * MINUTE_MS);
    expect(chats.heard).toEqual([]);
    chats.failing.clear();
    await chats.clock.advance(MINUTE_MS);
    expect(chats.heard).toEqual(["missed in 10", "new"]);
  });

  test("does not silence its chat: what is new is heard after a while, and what was missed when it can be read", async () => {
    await using chats = await outage(1);
    chats.failing.add("10");
    await chats.start();
    chats.say("10", "new");
    await chats.clock.advance(6 * MINUTE_MS);
    expect(chats.heard).toEqual(["new"]);
    // Nothing waits once more, whenever Discord is asked again.
    const later = Array.from({ length: 15 }, (_, minute) => `new after ${minute} minutes`);
    for (const [minute, text] of later.entries()) {
      await chats.clock.advance(MINUTE_MS);
      chats.say("10", text);
      await chats.clock.advance(1);
      expect(chats.heard).toEqual(["new", ...later.slice(0, minute + 1)]);
    }
    chats.failing.clear();
    await chats.clock.advance(6 * MINUTE_MS);
    expect(chats.heard).toEqual(["new", ...later, "missed in 10"]);
    // From then on the chat has been read.
    await chats.start();
    chats.say("10", "newest");
    await chats.clock.advance(1000);
    expect(chats.heard).toEqual(["new", ...later, "missed in 10", "newest"]);
  });

  test("is asked for again after the next start, whatever was heard in its chat before", async () => {
    await using chats = await outage(1);
    chats.failing.add("10");
    await chats.start();
    chats.say("10", "new");
    await chats.clock.advance(6 * MINUTE_MS);
    expect(chats.heard).toEqual(["new"]);
    await chats.stop();
    chats.failing.clear();
    await chats.start();
    await chats.clock.advance(1000);
    expect(chats.heard).toEqual(["new", "missed in 10"]);
  });
});
