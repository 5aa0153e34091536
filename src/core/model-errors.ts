/**
 * What a model's failure means.
 *
 * - `retryable`: a limit for now, a fault of the server, a connection that broke: the same may work soon.
 * - `overload`: the same, said by a server that has too much to do.
 * - `auth`: the key, the login or the access to this model is not right. Trying again does not help.
 * - `quota`: what was paid for is used up.
 * - `context`: the conversation is longer than the model can take; pi shortens it.
 * - `other`: the request itself was refused, as any model would.
 */
export type ModelErrorKind = "retryable" | "overload" | "auth" | "quota" | "context" | "other";

/** The failures after which another model may well answer. */
export function isWorthAnotherModel(kind: ModelErrorKind): boolean {
  return kind !== "context" && kind !== "other";
}

/** The failures after which the same model may well answer a little later. */
export function mayPass(kind: ModelErrorKind): boolean {
  return kind === "retryable" || kind === "overload";
}

interface Rule {
  readonly kind: ModelErrorKind;
  readonly pattern: RegExp;
}

/**
 * The first rule that fits decides; where a provider documents its wording, it stands beside it. pi puts the
 * HTTP status before what the provider said (`429 …`, `401: {…}`), so a status is a number at the very beginning.
 */
const RULES: readonly Rule[] = [
  // Amazon Bedrock words a limit of its rate as "Too many tokens, please wait", which is no overflow.
  { kind: "retryable", pattern: /throttling|please wait before trying again/i },
  // OpenAI error codes: insufficient_quota; its text: "You exceeded your current quota, please check your plan".
  { kind: "quota", pattern: /insufficient[_ ]quota|exceeded your current quota/i },
  // Anthropic: "Your credit balance is too low"; OpenRouter and DeepSeek: 402 "Insufficient credits/Balance".
  { kind: "quota", pattern: /credit balance|insufficient (?:credits?|balance|funds)|payment required/i },
  { kind: "quota", pattern: /billing|out of (?:budget|credits?)|(?:spend(?:ing)?|usage) limit|quota/i },
  { kind: "quota", pattern: /^402\b/ },
  // Anthropic: invalid_request_error "prompt is too long: 213462 tokens > 200000 maximum", 413 request_too_large.
  { kind: "context", pattern: /prompt (?:is )?too long|request_too_large|input is too long/i },
  // OpenAI: context_length_exceeded; Google: "input token count … exceeds the maximum"; xAI: "maximum prompt length".
  { kind: "context", pattern: /context[_ ](?:length|window|size)|maximum prompt length/i },
  { kind: "context", pattern: /input token count.*exceeds|token limit|reduce the length of the messages/i },
  // Anthropic errors: overloaded_error, HTTP 529; Google: 503 UNAVAILABLE "The model is overloaded".
  { kind: "overload", pattern: /overloaded|experiencing high demand|at capacity|^529\b/i },
  // HTTP 401 and 403 (RFC 9110); Anthropic authentication_error and permission_error; Google API_KEY_INVALID.
  {
    kind: "auth",
    pattern: /^40[13]\b|authentication|unauthori[sz]ed|forbidden|permission[_ ](?:error|denied)/i,
  },
  {
    kind: "auth",
    pattern: /(?:invalid|incorrect|no|missing|expired)[^.]{0,20}\b(?:api[_ -]?key|token|credentials?)/i,
  },
  {
    kind: "auth",
    pattern:
      /api[_ -]?key[^.]{0,20}(?:invalid|not valid|expired|not found)|credentials? (?:may )?have expired/i,
  },
  // OpenAI 404 model_not_found: "The model … does not exist or you do not have access to it".
  {
    kind: "auth",
    pattern: /do(?:es)? not have access|model[_ ]not[_ ]found|model\b.{0,80}\b(?:does not exist|not found)/i,
  },
  // HTTP 408, 425, 429 and 5xx (RFC 9110, 6585).
  {
    kind: "retryable",
    pattern: /^(?:408|425|429|5\d\d)\b|rate[_ -]?limit|too many requests|resource.?exhausted/i,
  },
  {
    kind: "retryable",
    pattern: /server[_ ]error|internal[_ ]error|service.?unavailable|bad gateway|provider returned error/i,
  },
  // What fetch, Node, Bun and the SDKs of the providers say when a connection fails or ends too early.
  {
    kind: "retryable",
    pattern: /\b(?:ECONN\w+|EPIPE|ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH)\b|fetch failed|getaddrinfo/i,
  },
  {
    kind: "retryable",
    pattern:
      /(?:connection|socket|stream|network|websocket).{0,40}(?:error|closed|lost|refused|reset|ended|hang up)/i,
  },
  {
    kind: "retryable",
    pattern:
      /socket hang up|terminated|other side closed|ended (?:before|without)|upstream connect|premature/i,
  },
  { kind: "retryable", pattern: /time[d -]?\s?out|no sign of life|deadline exceeded|unable to connect/i },
  // Statuses in the middle of a text, as proxies write them: "Error code: 503", "status 429", "HTTP 500".
  { kind: "retryable", pattern: /\b(?:status|code|http)\W{0,3}(?:408|425|429|5\d\d)\b/i },
  { kind: "auth", pattern: /\b(?:status|code|http)\W{0,3}40[13]\b/i },
];

/** What the failure that pi reports with `text` means. */
export function classifyModelError(text: string): ModelErrorKind {
  return RULES.find(({ pattern }) => pattern.test(text.trim()))?.kind ?? "other";
}
