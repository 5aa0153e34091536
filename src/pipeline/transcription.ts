import { basename } from "node:path";
import type { Config } from "../core/config-schema.ts";
import { FetchError } from "../core/errors.ts";
import type { FetchBytes } from "../core/fetch.ts";
import type { HookContext, HookRunner } from "../core/hooks.ts";
import type { InboundMessage } from "../core/message.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { Logger } from "../lib/logger.ts";
import type { DownloadCache } from "./download-cache.ts";

export interface TranscriptionDeps {
  readonly hooks: HookRunner;
  readonly fetch: FetchBytes;
  readonly config: () => Pick<Config, "audio">;
  readonly cache: Pick<DownloadCache, "text">;
  readonly log: Logger;
}

/** Somebody's voice, in a file. */
export interface Recording {
  readonly path: string;
  readonly mimeType: string;
  readonly message: InboundMessage;
  readonly session: SessionKey;
}

/** What was said, or why nobody knows: nobody can listen here, or it did not work out. */
export type Heard = { readonly text: string } | { readonly failure: "unset" | "failed" };

type Server = NonNullable<Config["audio"]["transcription"]>;

const TRIES = 2;
const MOST_ANSWER_BYTES = 1_000_000;

/**
 * Turns a recording into text: plugins are asked first (`transcribe_audio`), then the server that the configuration
 * names. What a recording says is found out once. Rejects only when `signal` aborts.
 */
export async function hear(
  recording: Recording,
  deps: TranscriptionDeps,
  signal: AbortSignal,
): Promise<Heard> {
  const set = deps.config().audio.transcription;
  const server = set?.enabled === true ? set : undefined;
  const hasPlugin = deps.hooks.has("transcribe_audio");
  if (!hasPlugin && !server) return { failure: "unset" };
  try {
    const key = await keyOf(recording.path, set);
    const text = await deps.cache.text(key, async () => {
      const said = hasPlugin ? await askPlugins(recording, set?.language, deps.hooks) : undefined;
      return said ?? (server && askServer(recording, server, deps.fetch, signal));
    });
    return text === undefined ? { failure: "failed" } : { text: text.trim() };
  } catch (error) {
    signal.throwIfAborted();
    deps.log.warn({ error, message: recording.message.id }, "a voice message could not be turned into text");
    return { failure: "failed" };
  }
}

/** The same recording, heard by the same model. */
async function keyOf(path: string, set: Server | undefined): Promise<string> {
  const hash = new Bun.CryptoHasher("sha256");
  for await (const chunk of Bun.file(path).stream()) hash.update(chunk);
  return JSON.stringify(["heard", hash.digest("hex"), set?.baseUrl, set?.model, set?.language]);
}

async function askPlugins(
  { path, mimeType, message, session }: Recording,
  language: string | undefined,
  hooks: HookRunner,
): Promise<string | undefined> {
  const asked: HookContext<"transcribe_audio"> = {
    sessionKey: session,
    message,
    path,
    mimeType,
    fileName: basename(path),
    ...(language === undefined ? {} : { language }),
  };
  await hooks.run("transcribe_audio", asked);
  return asked.text === "" ? undefined : asked.text;
}

async function askServer(
  { path, mimeType }: Recording,
  { baseUrl, apiKey, model, language, timeoutMs }: Server,
  fetchBytes: FetchBytes,
  signal: AbortSignal,
): Promise<string> {
  const form = new FormData();
  form.set("model", model);
  form.set("response_format", "json");
  if (language !== undefined) form.set("language", language);
  form.set("file", new Blob([await Bun.file(path).bytes()], { type: mimeType }), nameFor(path));
  const ask = () =>
    fetchBytes(`${baseUrl.replace(/\/+$/, "")}/audio/transcriptions`, {
      post: form,
      headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
      maxBytes: MOST_ANSWER_BYTES,
      timeoutMs,
      signal,
      isConfigured: true,
    });
  for (let attempt = 1; ; attempt++) {
    try {
      return textIn((await ask()).bytes);
    } catch (error) {
      const mayTry = error instanceof FetchError && error.retry !== "never";
      if (!mayTry || attempt === TRIES || signal.aborted) throw error;
    }
  }
}

/** Servers go by the end of the name, and know this one under its other name. */
const nameFor = (path: string) => basename(path).replace(/\.(oga|opus)$/i, ".ogg");

function textIn(bytes: Uint8Array): string {
  const answer: unknown = JSON.parse(Buffer.from(bytes).toString());
  const text: unknown =
    typeof answer === "object" && answer !== null ? Reflect.get(answer, "text") : undefined;
  if (typeof text === "string") return text;
  throw new Error("the server's answer holds no text");
}
