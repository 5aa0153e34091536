import type { ModelInUse } from "./agent.ts";
import type { Finding } from "./channel.ts";
import type { WireModel } from "./rpc-protocol.ts";

/** The model that answers when no other can. Registered by the bridge under this name. */
export const DEMO_MODEL = { provider: "pi-gateway", id: "demo" } as const;

export interface ModelChoice {
  readonly model: WireModel;
  readonly inUse: ModelInUse;
  /** What it was chosen from: other agents on the same pi choose from it too. */
  readonly available: readonly WireModel[];
  readonly findings: readonly Finding[];
}

export interface ModelWish {
  /** In order: `provider/id` or bare names. Empty: pi's own default. */
  readonly wanted: readonly string[];
  readonly thinkingLevel?: string | undefined;
}

const HOW_TO_MEND =
  "Set agent.model in pi-gateway.jsonc, and give pi access: an API key in the environment, or `pi /login`.";

/**
 * Chooses among the models that pi has credentials for: the first that is wanted and there, else pi's
 * own default, else the demo. When models are wanted and none is there the demo answers, so that
 * nobody is answered, or billed, by a model they did not choose.
 */
export function chooseModel(
  wish: ModelWish,
  available: readonly WireModel[],
  current: WireModel | undefined,
): ModelChoice {
  const real = available.filter((model) => !isDemo(model));
  const matches = wish.wanted.map((name) => ({ name, model: resolveModel(name, real) }));
  const missing: Finding[] = matches
    .filter(({ model }) => model === undefined)
    .map(({ name }) => unusable(name, real));
  const wanted = matches.find(({ model }) => model !== undefined)?.model;
  const model = wanted ?? (wish.wanted.length > 0 ? undefined : ownDefault(real, current));
  if (!model) return choiceOf(DEMO_MODEL, available, [...missing, demoFinding(wish)]);
  return choiceOf(model, available, [
    ...missing,
    { level: "ok", subject: "model", text: `${wish.wanted[0] ?? "pi's default"} is ${nameOf(model)}` },
    ...thinkingFindings(wish.thinkingLevel, model),
  ]);
}

export const nameOf = (model: Pick<WireModel, "provider" | "id">) => `${model.provider}/${model.id}`;

export const isDemo = (model: Pick<WireModel, "provider" | "id">) =>
  model.provider === DEMO_MODEL.provider && model.id === DEMO_MODEL.id;

/** The models that may answer, as `provider/id`: those of the wish that are there, else what was chosen. */
export function chainOf(wish: ModelWish, choice: ModelChoice): readonly string[] {
  const real = choice.available.filter((model) => !isDemo(model));
  const matches = wish.wanted.map((name) => resolveModel(name, real)).filter((model) => model !== undefined);
  if (matches.length > 0) return [...new Set(matches.map(nameOf))];
  return [nameOf(wish.wanted.length > 0 ? DEMO_MODEL : choice.model)];
}

function choiceOf(
  model: WireModel,
  available: readonly WireModel[],
  findings: readonly Finding[],
): ModelChoice {
  const window = model.contextWindow === undefined ? {} : { contextWindow: model.contextWindow };
  return { model, inUse: { id: nameOf(model), isDemo: isDemo(model), ...window }, available, findings };
}

function ownDefault(real: readonly WireModel[], current: WireModel | undefined): WireModel | undefined {
  return real.find((model) => current && nameOf(model) === nameOf(current)) ?? real[0];
}

/**
 * The model that `name` means, if there is one: `provider/id`, an id, an alias or the beginning of a dated
 * id. The newest date wins, and among providers the model's own maker.
 */
export function resolveModel(name: string, available: readonly WireModel[]): WireModel | undefined {
  const exact = available.find((model) => nameOf(model) === name);
  if (exact) return exact;
  const slash = name.indexOf("/");
  const provider = slash > 0 ? name.slice(0, slash) : undefined;
  const offered = available.some((model) => model.provider === provider)
    ? available.filter((model) => model.provider === provider)
    : available;
  const id = offered === available ? name : name.slice(slash + 1);
  const rated = offered
    .map((model) => ({ model, rank: likeness(id, model.id) }))
    .filter(({ rank }) => rank > 0)
    .toSorted(
      (a, b) =>
        Number(b.rank > 1) - Number(a.rank > 1) ||
        makerRank(b.model) - makerRank(a.model) ||
        b.rank - a.rank ||
        compareVersions(b.model.id, a.model.id),
    );
  return rated[0]?.model;
}

/** 4: the same id. 3: an alias of it. 2: it with a date. 1: of the family that is named. 0: another model. */
function likeness(wanted: string, id: string): number {
  const [want, have] = [normalized(wanted), normalized(id)];
  if (want === have) return 4;
  const bare = have.slice(have.lastIndexOf("/") + 1);
  if (want === bare || bare === `${want}-latest` || bare === `${want}-0`) return 3;
  if (DATED.test(bare) && bare.replace(DATED, "") === want) return 2;
  return isFamilyOf(want, bare) ? 1 : 0;
}

const DATED = /-(\d{8}|\d{4}-\d{2}-\d{2}|\d{4})$/;
const normalized = (id: string) =>
  id
    .toLowerCase()
    .replaceAll(/[.@:_ ]/g, "-")
    // Amazon's form: us.anthropic.claude-sonnet-4-20250514-v1:0.
    .replace(/^(?:[a-z]+-)?anthropic-(claude.*?)(?:-v\d+(?:-\d+)?)?$/, "$1");

/** `claude-sonnet` names claude-sonnet-4-5, `gemini-pro` names gemini-2-5-pro: versions may be left out. */
function isFamilyOf(want: string, have: string): boolean {
  const words = (id: string) => id.split("-").filter((word) => !/^(\d+|latest|preview|exp)$/.test(word));
  const [wanted, offered] = [words(want), words(have)];
  if (wanted.length !== offered.length || !wanted.every((word, at) => word === offered[at])) return false;
  const numbers = (id: string) => id.replace(DATED, "").match(/\d+/g) ?? [];
  // A version that is given must be there: claude-sonnet-4 is no claude-3-sonnet.
  return numbers(want).every((number, at) => numbers(have)[at] === number);
}

/** Who makes a model, by the first letters of its name; others only pass it on. */
const MAKERS: readonly (readonly [RegExp, string])[] = [
  [/^claude/, "anthropic"],
  [/^(gpt|o\d|chatgpt|codex)/, "openai"],
  [/^gemini/, "google"],
  [/^grok/, "xai"],
  [/^(mistral|codestral|devstral|magistral)/, "mistral"],
  [/^deepseek/, "deepseek"],
  [/^glm/, "zai"],
];

function makerRank(model: WireModel): number {
  const maker = MAKERS.find(([pattern]) => pattern.test(normalized(model.id)))?.[1];
  if (model.provider === maker) return 2;
  return maker !== undefined && model.provider.startsWith(maker) ? 1 : 0;
}

/** Later is greater; a name without a date is an alias for the newest. Previews come last. */
function compareVersions(a: string, b: string): number {
  const preview = (id: string) => (/preview|exp/.test(id) ? 0 : 1);
  const numbers = (id: string) => (normalized(id).match(/\d+/g) ?? []).map(Number);
  if (preview(a) !== preview(b)) return preview(a) - preview(b);
  const [left, right] = [numbers(a), numbers(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const difference = (left[at] ?? Infinity) - (right[at] ?? Infinity);
    if (difference !== 0 && !Number.isNaN(difference)) return difference;
  }
  return b.length - a.length;
}

function unusable(name: string, real: readonly WireModel[]): Finding {
  const text =
    real.length === 0
      ? `${name} cannot be used: pi has no credentials for any model`
      : `${name} is not among the ${real.length} models that pi has credentials for`;
  return { level: "warning", subject: "model", text, fix: HOW_TO_MEND };
}

function demoFinding(wish: ModelWish): Finding {
  const why = wish.wanted.length === 0 ? "no model is configured" : "no configured model can be used";
  return { level: "warning", subject: "model", text: `${why}: the built-in demo answers`, fix: HOW_TO_MEND };
}

const ALWAYS_THERE = ["off", "minimal", "low", "medium", "high"];

/** How long a model can be told to think: what every one understands, and what it reports besides. */
export function thinkingLevelsOf(model: Pick<WireModel, "thinkingLevelMap"> | undefined): readonly string[] {
  const reported = Object.entries(model?.thinkingLevelMap ?? {});
  const own = reported.filter(([, value]) => value !== null && value !== undefined).map(([level]) => level);
  return [...new Set([...ALWAYS_THERE, ...own])];
}

function thinkingFindings(level: string | undefined, model: WireModel): Finding[] {
  if (level === undefined || level === "off") return [];
  const finding = (text: string): Finding[] => [{ level: "warning", subject: "thinkingLevel", text }];
  if (model.reasoning === false) return finding(`${nameOf(model)} does not think: ${level} has no effect`);
  if (ALWAYS_THERE.includes(level)) return [];
  const offered = model.thinkingLevelMap?.[level];
  return offered === undefined || offered === null
    ? finding(`${nameOf(model)} has no level ${level}: pi takes the next lower one`)
    : [];
}
