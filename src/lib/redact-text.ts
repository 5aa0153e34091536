/** Shorter ones occur by chance in ordinary text; they are hidden by the name of their field only. */
const SHORTEST = 6;

const SECRET_NAME =
  /(^|[_-])(pass(word|wd|phrase)?|pwd|secret|token|credentials?|authorization|cookie|api[_-]?key|private[_-]?key|access[_-]?key|encrypt(ion)?[_-]?key)$/i;

/** Counts and flags about secrets are none: `maxTokens`, `tokenFile`, `inputTokens`. */
export function isSecretName(name: string): boolean {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2");
  return SECRET_NAME.test(words);
}

/** What stands in place of a secret. */
export const REDACTED = "[redacted]";

const BEARER = /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}/gi;
const CREDENTIALS_IN_URL = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@:]*(:[^\s/@]*)?@/gi;
/** Keys as the providers of models form them, whole or with stars in the middle. */
const PROVIDER_KEY = /\b(?:sk|rk|pk|xai|gsk|hf)[-_](?=[\w*-]*[\d*])[\w*-]{12,}|\bAIza[\w-]{20,}/g;
const TOKEN_IN_URL = /([?&#](?:access_)?(?:token|secret|password|key)=)[^&\s"']+/gi;

/**
 * `text` without any of `secrets`, as they are or as a URL spells them, and without what is a credential
 * by its form: a Bearer header, a key of a provider, a name and password before a host, a token in a query.
 */
export function redactText(text: string, secrets: readonly string[]): string {
  const known = patternOf(secrets);
  const hidden = known ? text.replaceAll(known, REDACTED) : text;
  return hidden
    .replaceAll(BEARER, (_, scheme: string) => `${scheme} ${REDACTED}`)
    .replaceAll(PROVIDER_KEY, REDACTED)
    .replaceAll(CREDENTIALS_IN_URL, `$1${REDACTED}@`)
    .replaceAll(TOKEN_IN_URL, `$1${REDACTED}`);
}

let last: { readonly secrets: readonly string[]; readonly pattern: RegExp | undefined } = {
  secrets: [],
  pattern: undefined,
};

/** The secrets change at a reload only, and are asked for with every log line. */
function patternOf(secrets: readonly string[]): RegExp | undefined {
  if (last.secrets === secrets) return last.pattern;
  const spellings = new Set(
    secrets
      .filter((secret) => secret.length >= SHORTEST)
      .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]),
  );
  // The longest first: one secret may be the beginning of another.
  const inOrder = [...spellings].toSorted((one, other) => other.length - one.length);
  const pattern =
    inOrder.length === 0 ? undefined : new RegExp(inOrder.map((one) => RegExp.escape(one)).join("|"), "g");
  last = { secrets, pattern };
  return pattern;
}
