import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DownloadOptions } from "../../src/core/channel.ts";
import { configSchema, type Config } from "../../src/core/config-schema.ts";
import { ChannelError } from "../../src/core/errors.ts";
import type { FetchBytes } from "../../src/core/fetch.ts";
import type { Attachment, InboundMessage } from "../../src/core/message.ts";
import type { Delivery, Turn } from "../../src/core/store.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { promptsWith } from "../../src/pipeline/prompts.ts";
import { sentencesIn } from "../../src/pipeline/sentences.ts";
import { HookRegistry } from "../../src/plugins/hooks.ts";
import { FakeClock } from "../fakes/fake-clock.ts";
import { noFetch } from "../fakes/no-fetch.ts";
import { inbound, SESSION } from "../fakes/path-world.ts";
import { PlainPlatform } from "../fakes/platforms.ts";

type Script = Uint8Array | string | Error | ((options: DownloadOptions) => Promise<Uint8Array>);

/** A platform whose files are what a test says they are, by their source. */
export class FilesPlatform extends PlainPlatform {
  /** What each download of a source does, one after the other; the last one stays. */
  readonly scripts = new Map<string, Script[]>();
  readonly downloads: string[] = [];

  constructor() {
    super("fake", {
      text: { limit: 4000 },
      pace: () => ({ perChatMs: 0, perPreviewMs: 0 }),
      nonceWindowMs: 0,
    });
  }

  holds(source: string, ...scripts: Script[]): void {
    this.scripts.set(source, scripts);
  }

  async download({ source }: Attachment, options: DownloadOptions): Promise<Uint8Array> {
    this.downloads.push(source);
    const scripts = this.scripts.get(source) ?? [];
    const does = (scripts.length > 1 ? scripts.shift() : scripts[0]) ?? `bytes of ${source}`;
    if (does instanceof Error) throw does;
    if (typeof does === "function") return does(options);
    return typeof does === "string" ? new TextEncoder().encode(does) : does;
  }
}

export interface FilesWorldOptions {
  readonly config?: object;
  readonly fetch?: FetchBytes;
  readonly language?: "en" | "zh";
}

/** What becomes of the files in a turn, with everything real but the platform. */
export class FilesWorld implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "files-"));
  readonly workspace = join(this.folder, "workspace");
  readonly media = join(this.folder, "media");
  readonly platform = new FilesPlatform();
  readonly clock = new FakeClock();
  readonly hooks = new HookRegistry(() => 5000, silentLogger);
  readonly posted = new Map<string, Delivery>();
  readonly stop = new AbortController();
  readonly config: Config;
  readonly #compose: ReturnType<typeof promptsWith>;

  constructor({ config = {}, fetch = noFetch, language = "en" }: FilesWorldOptions = {}) {
    mkdirSync(this.media);
    this.config = configSchema({}).parse(config);
    this.#compose = promptsWith({
      hooks: this.hooks,
      fetch,
      config: () => this.config,
      folders: { media: this.media, workspace: () => this.workspace },
      outbox: {
        post: async (deliveries) => {
          for (const one of deliveries) if (!this.posted.has(one.key)) this.posted.set(one.key, one);
        },
      },
      sentences: () => sentencesIn(language),
      clock: this.clock,
      log: silentLogger,
    });
  }

  /** The prompt of a turn over these messages. */
  prompt(...messages: InboundMessage[]) {
    return this.turn({ messages });
  }

  turn(facts: Partial<Turn>) {
    const turn = {
      id: "t",
      session: SESSION,
      messages: [],
      attempt: 1,
      previews: [],
      collapsed: 0,
      steered: [],
    };
    return this.#compose({ ...turn, ...facts }, this.platform, this.stop.signal);
  }

  /** What people were told beside the answer. */
  get told(): string[] {
    return [...this.posted.values()].map(({ message }) => (message.kind === "text" ? message.markdown : ""));
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}

export const file = (source: string, facts: Partial<Attachment> = {}): Attachment => ({
  kind: "document",
  mimeType: "text/plain",
  name: `${source}.txt`,
  source,
  ...facts,
});

export const withFiles = (id: string, text: string, ...attachments: Attachment[]): InboundMessage => ({
  ...inbound(id, text),
  attachments,
});

export const gone = () => new ChannelError("not-found", "gone");
export const away = () => new ChannelError("unreachable", "nobody answers", { retry: "now" });

export const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

/** The paths that a prompt names, in order. */
export const pathsIn = (text: string) =>
  [...text.matchAll(/: (\/.*) \([^()]*\)\]/g)].map(([, path = ""]) => path);
