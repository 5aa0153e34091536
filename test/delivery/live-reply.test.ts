import { describe, expect, test } from "bun:test";
import type { ChannelStream } from "../../src/core/channel.ts";
import { ChannelError } from "../../src/core/errors.ts";
import type { Address, MessageRef } from "../../src/core/message.ts";
import { LiveReply } from "../../src/delivery/live-reply.ts";
import { Pacer } from "../../src/delivery/pacer.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { FakeClock } from "../fakes/fake-clock.ts";

const to: Address = { channel: "fake", account: "default", scope: "dm", chat: "1" };
const PACE = { perChatMs: 1000, perPreviewMs: 1000 };

interface Setup {
  /** A draft has no name and fades away after this long. */
  readonly keepAliveMs?: number;
  readonly limit?: number;
  readonly previews?: readonly MessageRef[];
  readonly nonceWindowMs?: number;
}

/** A reply and the platform that shows it. */
class Stage {
  readonly clock = new FakeClock(0);
  readonly pacer = new Pacer(this.clock);
  readonly shown: { readonly page: number; readonly text: string; readonly atMs: number }[] = [];
  readonly noted: string[] = [];
  /** Pages that were shown as complete. */
  readonly complete: number[] = [];
  readonly failures: Error[] = [];
  /** The same, of a second call that showing takes once the message is there. */
  readonly laterFailures: Error[] = [];
  /** How long the platform takes. */
  callMs = 0;
  readonly live: LiveReply;

  constructor({ keepAliveMs, limit = 1000, previews = [], nonceWindowMs = 0 }: Setup = {}) {
    this.live = new LiveReply({
      measure: { limit, length: (markdown) => markdown.replace(/^#+ ?/, "").length },
      openPage: async (page) => this.#open(page, keepAliveMs, previews[page]),
      onPage: async (page, ref) => void this.noted.push(`${page}=${ref.id}`),
      pace: (closing) => this.pacer.preview("chat", PACE, closing),
      hold: (ms) => this.pacer.hold("chat", ms),
      previews,
      nonceWindowMs,
      clock: this.clock,
      log: silentLogger,
    });
  }

  text(text: string, more: { above?: string; below?: string; busySinceMs?: number } = {}): void {
    this.live.update(() => ({ text, above: "", below: "", ...more }));
  }

  get texts(): string[] {
    return this.shown.map(({ text }) => text);
  }

  #open(page: number, keepAliveMs: number | undefined, adopted: MessageRef | undefined): ChannelStream {
    const stream: { ref: MessageRef | undefined } = { ref: adopted };
    const show = async (text: string, isComplete?: boolean) => {
      this.shown.push({ page, text, atMs: this.clock.now() });
      await this.clock.sleep(this.callMs);
      const failure = this.failures.shift();
      if (failure) throw failure;
      if (keepAliveMs === undefined) stream.ref ??= { address: to, id: `m${page}` };
      const later = this.laterFailures.shift();
      if (later) throw later;
      if (isComplete) this.complete.push(page);
    };
    const named = { show, close: async () => {}, ...(keepAliveMs === undefined ? {} : { keepAliveMs }) };
    return Object.defineProperty(named, "ref", { get: () => stream.ref }) as typeof named & ChannelStream;
  }
}

describe("the first preview", () => {
  test("waits a moment, so that nobody gets a single letter", async () => {
    const stage = new Stage();
    stage.text("I");
    await stage.clock.advance(249);
    expect(stage.texts).toEqual([]);
    stage.text("I thi");
    await stage.clock.advance(1);
    expect(stage.shown).toEqual([{ page: 0, text: "I thi", atMs: 250 }]);
    await stage.live.close();
  });

  test.each(["Yes. And", "第一句。", "# Title\n", "x".repeat(40)])(
    "is at once what says enough: %j",
    async (text) => {
      const stage = new Stage();
      stage.text(text);
      await stage.clock.advance(0);
      expect(stage.shown).toEqual([{ page: 0, text: text.trim(), atMs: 0 }]);
      await stage.live.close();
    },
  );

  test("does not come when the answer is complete before", async () => {
    const stage = new Stage();
    stage.text("Yes");
    await stage.clock.advance(100);
    expect(await stage.live.close()).toEqual([]);
    await stage.clock.advance(10_000);
    expect(stage.texts).toEqual([]);
  });

  test("shows a tool alone that takes long, and none that is quick", async () => {
    const stage = new Stage();
    stage.text("", { below: "⚙ bash", busySinceMs: 0 });
    await stage.clock.advance(1499);
    expect(stage.texts).toEqual([]);
    await stage.clock.advance(1);
    expect(stage.texts).toEqual(["⚙ bash"]);
    await stage.live.close();
    const quick = new Stage();
    quick.text("", { below: "⚙ bash", busySinceMs: 0 });
    await quick.clock.advance(1000);
    quick.text("", { below: "✓ bash" });
    await quick.clock.advance(10_000);
    expect(quick.texts).toEqual([]);
    await quick.live.close();
  });
});

describe("a growing text", () => {
  test("is edited at the chat's pace, and only the newest state is shown", async () => {
    const stage = new Stage();
    for (let step = 0; step < 295; step++) {
      stage.text(`${"x".repeat(40)} ${step}`);
      await stage.clock.advance(10);
    }
    const times = stage.shown.map(({ atMs }) => atMs);
    expect(times).toEqual([0, 1000, 2000]);
    await stage.live.close();
  });

  test("of which a page is very long is shown less often", async () => {
    const stage = new Stage({ limit: 40_000 });
    const long = "word ".repeat(6000);
    for (let step = 0; step < 445; step++) {
      stage.text(`${long}${step}`);
      await stage.clock.advance(10);
    }
    expect(stage.shown.map(({ atMs }) => Math.round(atMs / 100))).toEqual([0, 15, 30]);
    expect(await stage.live.close()).toHaveLength(1);
  });

  test("that looks the same is not shown again, and takes nothing from the pace", async () => {
    const stage = new Stage();
    const text = "The same as it was before, all of it, word for word.";
    stage.text(text);
    await stage.clock.advance(5000);
    for (let step = 0; step < 10; step++) {
      stage.text(`${text}${" ".repeat(step)}`);
      await stage.clock.advance(500);
    }
    expect(stage.texts).toEqual([text]);
    expect(stage.pacer.mayTake("chat", PACE, 2)).toBe(true);
    await stage.live.close();
  });

  test("of which the platform's formatting leaves nothing is not shown", async () => {
    const stage = new Stage();
    stage.text("# ");
    await stage.clock.advance(5000);
    expect(stage.texts).toEqual([]);
    stage.text("# Title");
    await stage.clock.advance(5000);
    expect(stage.texts).toEqual(["# Title"]);
    await stage.live.close();
  });

  test("goes on in further messages, each named before anything else happens to it", async () => {
    const stage = new Stage({ limit: 50 });
    stage.text(Array.from({ length: 30 }, (_, at) => `word${at}`).join(" "));
    await stage.clock.advance(60_000);
    const pages = stage.shown.map(({ page }) => page);
    expect(pages).toEqual([...new Set(pages)].toSorted((a, b) => a - b));
    expect(stage.noted).toEqual(pages.map((page) => `${page}=m${page}`));
    expect((await stage.live.close()).map(({ id }) => id)).toEqual(pages.map((page) => `m${page}`));
  });

  test("is known to stand on the pages that are complete, and on no other", async () => {
    const stage = new Stage({ limit: 50 });
    stage.text(`${"word ".repeat(9)}\n\n${"next ".repeat(9)}\n\nlast`);
    await stage.clock.advance(60_000);
    await stage.live.close();
    const last = stage.shown.length - 1;
    expect(last).toBeGreaterThan(0);
    expect(stage.shown.map(({ page }) => stage.live.sealed(page))).toEqual(
      stage.shown.map(({ text }, page) => (page === last ? undefined : text)),
    );
  });

  test("is complete on a page once the next one begins, also where it read like that already", async () => {
    const stage = new Stage({ limit: 50 });
    const first = "word ".repeat(9).trim();
    stage.text(first);
    await stage.clock.advance(5000);
    expect([stage.texts, stage.complete]).toEqual([[first], []]);
    stage.text(`${first}\n\n${"next ".repeat(5).trim()}`);
    await stage.clock.advance(60_000);
    await stage.live.close();
    expect(stage.complete).toEqual([0]);
    expect(stage.shown.map(({ page }) => page)).toEqual([0, 0, 1]);
    expect(stage.live.sealed(0)).toBe(first);
  });

  test("is not known to stand on a page that had a failure", async () => {
    const stage = new Stage({ limit: 50 });
    stage.failures.push(new ChannelError("timed-out", "late", { retry: "now" }));
    stage.text(`${"word ".repeat(9)}\n\n${"next ".repeat(9)}\n\nlast`);
    await stage.clock.advance(60_000);
    await stage.live.close();
    expect([stage.live.sealed(0), stage.live.sealed(1)]).toEqual([
      undefined,
      expect.stringContaining("next"),
    ]);
  });

  test("that begins anew is shown from its beginning", async () => {
    const stage = new Stage();
    stage.text("Let me look into that for a moment, please wait.");
    await stage.clock.advance(2000);
    stage.text("It is 42.");
    await stage.clock.advance(2000);
    expect(stage.texts.at(-1)).toBe("It is 42.");
    await stage.live.close();
  });

  test("goes on in the preview that an earlier attempt left", async () => {
    const stage = new Stage({ previews: [{ address: to, id: "old" }] });
    expect((await stage.live.close()).map(({ id }) => id)).toEqual(["old"]);
  });
});

describe("a draft", () => {
  test("is shown again before it fades, also while nothing new comes", async () => {
    const stage = new Stage({ keepAliveMs: 20_000 });
    stage.text("Working on it, this may take a while, please be patient.");
    await stage.clock.advance(65_000);
    expect(stage.shown.map(({ atMs }) => atMs)).toEqual([0, 20_000, 40_000, 60_000]);
    expect(new Set(stage.texts).size).toBe(1);
    expect(await stage.live.close()).toEqual([]);
    await stage.clock.advance(100_000);
    expect(stage.shown).toHaveLength(4);
    expect(stage.clock.sleeping).toBe(0);
  });

  test("of a text that is too long for one shows the end", async () => {
    const stage = new Stage({ keepAliveMs: 20_000, limit: 50 });
    const text = Array.from({ length: 30 }, (_, at) => `word${at}`).join(" ");
    stage.text(text);
    await stage.clock.advance(5000);
    expect(stage.texts.at(-1)).toEndWith("word29");
    expect(stage.shown.every(({ page }) => page === 0)).toBe(true);
    await stage.live.close();
  });

  test("that perhaps arrived may come again", async () => {
    const stage = new Stage({ keepAliveMs: 20_000 });
    stage.failures.push(new ChannelError("timed-out", "reset", { retry: "now", outcome: "unknown" }));
    stage.text("Working on it, this may take a while, please be patient.");
    await stage.clock.advance(5000);
    expect(stage.shown).toHaveLength(2);
    await stage.live.close();
  });
});

test("a message that is no draft needs no timer while nothing new comes", async () => {
  const stage = new Stage();
  stage.text("The same as it was before, all of it, word for word.");
  await stage.clock.advance(5000);
  expect(stage.clock.sleeping).toBe(0);
  await stage.live.close();
});

describe("when the platform fails", () => {
  const LONG = "Something that is long enough to be shown at once.";

  test("with a rate limit, nothing goes until it is over, and then the newest", async () => {
    const stage = new Stage();
    stage.failures.push(new ChannelError("rate-limited", "429", { retry: { afterMs: 7000 } }));
    stage.text(LONG);
    await stage.clock.advance(0);
    stage.text(`${LONG} And more.`);
    await stage.clock.advance(20_000);
    expect(stage.shown).toEqual([
      { page: 0, text: LONG, atMs: 0 },
      { page: 0, text: `${LONG} And more.`, atMs: 7000 },
    ]);
    await stage.live.close();
  });

  test("for a moment, only the preview waits, not the answer itself", async () => {
    const stage = new Stage();
    stage.failures.push(new ChannelError("unreachable", "502", { retry: "now" }));
    stage.text(LONG);
    await stage.clock.advance(500);
    expect(stage.pacer.waitMs("chat", PACE)).toBe(0);
    await stage.clock.advance(1500);
    expect(stage.texts).toEqual([LONG, LONG]);
    await stage.live.close();
  });

  test("so that the first message perhaps came, it does not come again", async () => {
    const stage = new Stage();
    stage.failures.push(new ChannelError("timed-out", "reset", { retry: "now", outcome: "unknown" }));
    stage.text(LONG);
    await stage.clock.advance(60_000);
    expect(stage.texts).toEqual([LONG]);
    await stage.live.close();
  });

  test("so that the first message perhaps came, it comes again while the platform drops the second", async () => {
    const stage = new Stage({ nonceWindowMs: 120_000 });
    const doubt = () => new ChannelError("timed-out", "reset", { retry: "now", outcome: "unknown" });
    stage.failures.push(doubt());
    stage.text(LONG);
    await stage.clock.advance(60_000);
    expect(stage.texts).toEqual([LONG, LONG]);
    await stage.live.close();
    const late = new Stage({ nonceWindowMs: 500 });
    late.failures.push(doubt(), doubt());
    late.text(LONG);
    await late.clock.advance(60_000);
    expect(late.texts).toEqual([LONG, LONG]);
    await late.live.close();
  });

  test("so that the first message perhaps came, and the answer is complete then, it goes into that message", async () => {
    const doubt = () => new ChannelError("timed-out", "reset", { retry: "now", outcome: "unknown" });
    const stage = new Stage({ nonceWindowMs: 120_000 });
    stage.failures.push(doubt());
    stage.text(LONG);
    await stage.clock.advance(300);
    expect(await stage.live.close()).toEqual([{ address: to, id: "m0" }]);
    const without = new Stage();
    without.failures.push(doubt());
    without.text(LONG);
    await without.clock.advance(300);
    expect(await without.live.close()).toEqual([]);
    expect(without.texts).toEqual([LONG]);
  });

  test("and goes on failing, the answer waits for its preview only so long", async () => {
    const stage = new Stage({ nonceWindowMs: 120_000 });
    stage.failures.push(new ChannelError("timed-out", "reset", { retry: "now", outcome: "unknown" }));
    stage.text(LONG);
    await stage.clock.advance(300);
    stage.callMs = 60_000;
    const closed = stage.live.close();
    await stage.clock.advance(3000);
    expect(await closed).toEqual([]);
    await stage.clock.advance(60_000);
  });

  test("so that it surely did not come, the answer asks for nothing more", async () => {
    const stage = new Stage({ nonceWindowMs: 120_000 });
    stage.failures.push(new ChannelError("unreachable", "502", { retry: "now" }));
    stage.text(LONG);
    await stage.clock.advance(300);
    expect(await stage.live.close()).toEqual([]);
    expect(stage.texts).toEqual([LONG]);
  });

  test("after the message had come, the answer goes into it all the same", async () => {
    const stage = new Stage();
    stage.laterFailures.push(new ChannelError("unreachable", "down", { retry: "now" }));
    stage.text(LONG);
    await stage.clock.advance(300);
    expect(stage.noted).toEqual(["0=m0"]);
    expect(await stage.live.close()).toEqual([{ address: to, id: "m0" }]);
  });

  test("for an edit that perhaps came, it comes again", async () => {
    const stage = new Stage();
    stage.text(LONG);
    await stage.clock.advance(2000);
    stage.failures.push(new ChannelError("timed-out", "reset", { retry: "now", outcome: "unknown" }));
    stage.text(`${LONG} More.`);
    await stage.clock.advance(60_000);
    expect(stage.texts).toEqual([LONG, `${LONG} More.`, `${LONG} More.`]);
    await stage.live.close();
  });

  test.each([
    ["for good", new ChannelError("forbidden", "blocked")],
    ["as nobody expected", new TypeError("x is undefined")],
  ])("%s, the preview is given up", async (_, failure) => {
    const stage = new Stage();
    stage.failures.push(failure);
    stage.text(LONG);
    await stage.clock.advance(60_000);
    stage.text(`${LONG} More.`);
    await stage.clock.advance(60_000);
    expect(stage.texts).toEqual([LONG]);
    expect(await stage.live.close()).toEqual([]);
  });

  test("again and again, it is not asked for ever", async () => {
    const stage = new Stage();
    for (let n = 0; n < 50; n++)
      stage.failures.push(new ChannelError("unreachable", "down", { retry: "now" }));
    stage.text(LONG);
    await stage.clock.advance(600_000);
    expect(stage.texts).toHaveLength(5);
    await stage.live.close();
  });

  test("and takes its time, the end waits for the call that is on its way and for nothing else", async () => {
    const stage = new Stage();
    stage.callMs = 3000;
    stage.text(LONG);
    await stage.clock.advance(10);
    stage.text(`${LONG} More.`);
    const closed = stage.live.close();
    await stage.clock.advance(3000);
    expect((await closed).map(({ id }) => id)).toEqual(["m0"]);
    expect(stage.texts).toEqual([LONG]);
  });
});
