import { expect, test } from "bun:test";
import { configs } from "../config-of.ts";

const { load, problemsIn } = configs();

test("nobody listens to voice messages unless a server is named", () => {
  expect(load({}).config.audio.transcription).toBeUndefined();
  expect(problemsIn({ audio: { transcription: {} } })).toHaveLength(1);
  expect(
    load({ audio: { transcription: { baseUrl: "http://127.0.0.1:9000/v1" } } }).config.audio.transcription,
  ).toEqual({ enabled: true, baseUrl: "http://127.0.0.1:9000/v1", model: "whisper-1", timeoutMs: 60_000 });
});

test("a key that is not set switches off what needs it, and nothing else", () => {
  const transcription = { baseUrl: "https://api.openai.com/v1", apiKey: "${NO_SUCH_KEY_HERE}" };
  const loaded = load({ audio: { transcription } });
  expect(loaded.config.audio.transcription?.enabled).toBe(false);
  expect(loaded.warnings.join()).toContain("NO_SUCH_KEY_HERE");
});

test("a language is a code", () => {
  const baseUrl = "https://api.openai.com/v1";
  expect(problemsIn({ audio: { transcription: { baseUrl, language: "English" } } })).toHaveLength(1);
});
