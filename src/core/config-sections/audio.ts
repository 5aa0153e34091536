import { z } from "zod";
import { milliseconds, secret, webAddress } from "./common.ts";

/** `audio`: who turns what people say into text. */
export const audioSchema = z.strictObject({
  transcription: z
    .strictObject({
      enabled: z.boolean().default(true).describe("Whether it is used."),
      baseUrl: webAddress().describe(
        "A server with OpenAI's `/audio/transcriptions`, such as https://api.openai.com/v1.",
      ),
      apiKey: secret().optional().describe("What the server asks for. A local one may need none."),
      model: z.string().min(1).default("whisper-1").describe("The model that listens."),
      language: z
        .string()
        .regex(/^[a-z]{2,3}$/, "expected a language such as en or zh")
        .optional()
        .describe("What people speak, such as `en`. Found out by the model when omitted."),
      timeoutMs: milliseconds().default(60_000).describe("How long one recording may take."),
    })
    .optional()
    .describe("An OpenAI-compatible server that turns voice messages into text. See docs/files.md."),
});
