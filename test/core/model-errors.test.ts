import { describe, expect, test } from "bun:test";
import { classifyModelError, isWorthAnotherModel, mayPass } from "../../src/core/model-errors.ts";

/** What pi has reported for failures of real providers, and of servers that imitate them. */
const SAID = {
  retryable: [
    "429 Rate limit reached",
    '429: {"message":"Rate limit reached","type":"rate_limit_error"}',
    '429 {"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your account\'s rate limit."}}',
    "500 The server had an error while processing your request",
    "502 Bad Gateway",
    "503 Service Unavailable",
    "504 status code (no body)",
    "Connection error.",
    "terminated",
    "fetch failed",
    "socket hang up",
    "The socket connection was closed unexpectedly. For more information, pass `verbose: true`",
    "ECONNRESET: aborted",
    "Unable to connect. Is the computer able to access the url?",
    "getaddrinfo ENOTFOUND api.openai.com",
    "Request timed out.",
    "timed out: it said nothing for 120 s",
    "stream ended before message_stop",
    "Provider returned error",
    "ThrottlingException: Too many tokens, please wait before trying again.",
    '{"error":{"code":429,"message":"Resource has been exhausted","status":"RESOURCE_EXHAUSTED"}}',
    "Error code: 503 - upstream",
  ],
  overload: [
    '529 {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
    "Overloaded",
    '{"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}',
    "This model is currently experiencing high demand. Spikes in demand are usually temporary.",
  ],
  auth: [
    "401 Incorrect API key provided: sk-proj-*****. You can find your API key at https://platform.openai.com.",
    '401 {"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}',
    "403 Forbidden",
    "No API key found for anthropic.",
    'Authentication failed for "anthropic". Credentials may have expired or network is unavailable.',
    "API key not valid. Please pass a valid API key.",
    "404 The model `gpt-9` does not exist or you do not have access to it.",
    "Model not found: local/gone",
  ],
  quota: [
    "429 You exceeded your current quota, please check your plan and billing details.",
    "insufficient_quota",
    "400 Your credit balance is too low to access the Anthropic API.",
    "402 Insufficient Balance",
    "Monthly usage limit reached",
  ],
  context: [
    "prompt is too long: 213462 tokens > 200000 maximum",
    "400 This model's maximum context length is 128000 tokens.",
    "The input token count (1196265) exceeds the maximum number of tokens allowed (1048575)",
    '413 {"error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}',
  ],
  other: [
    "400 Invalid value: 'foo'. Supported values are: 'bar'.",
    "Your request was rejected by our safety system.",
    "the model failed",
    "",
    "I counted 500 of 503 apples",
  ],
} as const;

for (const [kind, texts] of Object.entries(SAID)) {
  describe(`a failure counts as ${kind}`, () => {
    test.each(texts.map((text) => [text]))("%p", (text) =>
      expect<string>(classifyModelError(text)).toBe(kind),
    );
  });
}

test("only a request that any model would refuse, and one that pi makes shorter, stay with their model", () => {
  expect(Object.keys(SAID).filter((kind) => isWorthAnotherModel(kind as keyof typeof SAID))).toEqual([
    "retryable",
    "overload",
    "auth",
    "quota",
  ]);
  expect(Object.keys(SAID).filter((kind) => mayPass(kind as keyof typeof SAID))).toEqual([
    "retryable",
    "overload",
  ]);
});
