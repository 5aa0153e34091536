import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { z } from "zod";
import { nearest } from "../lib/nearest.ts";
import { type Bind, isContainer, resolveBind } from "./config-bind.ts";
import { crossChecks } from "./config-checks.ts";
import { type ConfigPath, type ConfigText, expandHome, formatPath, readConfigFile } from "./config-file.ts";
import { problemsOf, type Problem } from "./config-problems.ts";
import { type ChannelSchemas, type Config, configSchema } from "./config-schema.ts";
import { settle, strangeChannels } from "./config-settle.ts";
import { childOf, childSchema, isSection, shapeFor, shapeOf } from "./config-shape.ts";
import {
  dropOptional,
  isSwitchedOff,
  substituteVariables,
  switchFor,
  switchOff,
  type VariableUse,
} from "./config-variables.ts";
import { ConfigError } from "./errors.ts";
import { proxiesIn, type Proxies } from "./proxies.ts";

export { findConfigFile } from "./config-file.ts";
export type { Config } from "./config-schema.ts";

export interface ConfigInput {
  /** What `findConfigFile` found; without a file everything is a default. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly cwd: string;
  readonly channels: ChannelSchemas;
  /** What the command line says, such as `--port`; it wins over the file. */
  readonly flags?: readonly ConfigFlag[];
  /** Found out from the machine when absent. */
  readonly isInContainer?: boolean;
}

export interface ConfigFlag {
  readonly path: ConfigPath;
  readonly value: unknown;
  /** As it was typed: `--port`. */
  readonly name: string;
}

/** Where a value comes from. */
export type ValueSource =
  { readonly kind: "file" | "default" } | { readonly kind: "variable" | "flag"; readonly name: string };

/** A configuration in force, and what is to be said about it. */
export interface LoadedConfig {
  readonly config: Config;
  readonly file: string | undefined;
  readonly schema: z.ZodType;
  readonly bind: Bind;
  readonly warnings: readonly string[];
  /** The sections that the file sets: `agent`, `channels.telegram`. */
  readonly written: ReadonlySet<string>;
  /** Where the value at a dotted path comes from. */
  sourceOf(path: string): ValueSource;
  /** The variables that the file uses outside `agent` only: pi must not see them. */
  readonly hiddenVariables: readonly string[];
  readonly disabled: readonly Disabled[];
  /** The ways out that the environment names. */
  readonly proxies: Proxies;
}

export interface Disabled {
  readonly path: string;
  readonly reason: string;
}

/** What every program needs from its environment; using one of them in a path makes no secret of it. */
const COMMON_VARIABLES = new Set(["HOME", "PATH", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "TMPDIR", "PWD"]);

/**
 * Reads and checks the configuration. Whatever is wrong throws one `ConfigError` with all problems, each
 * with its place; what is merely doubtful is in `warnings`. The result is frozen.
 */
export function loadConfig(input: ConfigInput): LoadedConfig {
  const schema = configSchema(input.channels);
  const text = input.file === undefined ? undefined : readConfigFile(input.file, input.cwd);
  const draft = new Draft(schema, text, input);
  draft.substitute();
  const settled = draft.settle();
  draft.throwIfWrong();
  const parsed = schema.safeParse(settled);
  if (!parsed.success) {
    draft.problems.push(
      ...problemsOf(parsed.error.issues, schema, settled, (path) => draft.variableAt(path)),
    );
    throw draft.error();
  }
  const config: Config = parsed.data;
  const bind = resolveBind(config.gateway, input.isInContainer ?? isContainer(input.env, existsSync));
  draft.problems.push(...crossChecks(config, bind));
  draft.throwIfWrong();
  return draft.finish(deepFreeze(config), bind);
}

/** A configuration on its way from text to values, and what was noticed on the way. */
class Draft {
  readonly problems: Problem[] = [];
  readonly #warnings: string[];
  readonly #disabled: Disabled[] = [];
  readonly #schema: z.ZodType;
  readonly #text: ConfigText | undefined;
  readonly #input: ConfigInput;
  #uses: readonly VariableUse[] = [];
  #value: unknown;

  constructor(schema: z.ZodType, text: ConfigText | undefined, input: ConfigInput) {
    this.#schema = schema;
    this.#text = text;
    this.#input = input;
    this.#value = text?.value ?? {};
    this.#warnings = [...(text?.warnings ?? [])];
  }

  substitute(): void {
    const { value, uses, faults } = substituteVariables(this.#value, this.#input.env);
    this.#value = value;
    this.#uses = uses;
    this.problems.push(...faults);
    const unset = uses.filter(({ isSet }) => !isSet);
    // Asked of the file as it is, before anything in it is switched off for the first of them.
    const needless = new Set(unset.filter(({ path }) => isSwitchedOff(value, path)));
    for (const use of unset) {
      if (needless.has(use)) dropOptional(this.#schema, value, use.path);
      else this.#goWithout(use);
    }
  }

  settle(): unknown {
    const { file, cwd, home } = this.#input;
    this.#warnAboutChannels();
    return settle(this.#withFlags(), this.#schema, {
      folder: file === undefined ? cwd : dirname(file),
      home,
      isFromVariable: (path) => this.variableAt(path) !== undefined,
      unknownKey: (path, meant) =>
        this.#warn(path, `unknown setting${meant === undefined ? "" : ` (did you mean ${meant}?)`}`, "key"),
    });
  }

  variableAt(path: ConfigPath): string | undefined {
    const at = formatPath(path);
    return this.#uses.find((use) => formatPath(use.path) === at)?.name;
  }

  error(): ConfigError {
    const placeOf = ({ path }: Problem) => this.#text?.offsetOf(path) ?? 0;
    const inOrder = this.problems.toSorted((one, other) => placeOf(one) - placeOf(other));
    return new ConfigError(
      inOrder.map(({ path, sentence }) => this.#line(path, sentence)),
      this.#warnings,
    );
  }

  throwIfWrong(): void {
    if (this.problems.length > 0) throw this.error();
  }

  finish(config: Config, bind: Bind): LoadedConfig {
    const sources = this.#sources();
    return {
      config,
      file: this.#input.file,
      schema: this.#schema,
      bind,
      warnings: this.#warnings,
      written: writtenSections(this.#text?.value ?? {}),
      sourceOf: (path) => sources.get(path) ?? { kind: "default" },
      hiddenVariables: this.#hiddenVariables(),
      disabled: this.#disabled,
      proxies: proxiesIn(this.#input.env),
    };
  }

  #goWithout({ name, path }: VariableUse): void {
    const at = switchFor(this.#schema, this.#value, path);
    if (!at) {
      this.problems.push({
        path,
        sentence: `the variable ${name} is not set; set it, or write \${${name}:-default}`,
      });
      return;
    }
    switchOff(this.#schema, this.#value, at, path);
    const reason = `${formatPath(path)} needs the variable ${name}, which is not set`;
    this.#disabled.push({ path: formatPath(at), reason });
    this.#warn(path, `the variable ${name} is not set, so ${formatPath(at)} is switched off`);
  }

  /** The command line's word, put where the file would have it. */
  #withFlags(): unknown {
    const root = this.#value;
    for (const { path, value } of this.#allFlags()) {
      let section = root;
      for (const key of path.slice(0, -1)) {
        if (isSection(section) && section[String(key)] === undefined) section[String(key)] = {};
        section = childOf(section, key);
      }
      if (isSection(section)) section[String(path.at(-1))] = value;
    }
    return root;
  }

  #allFlags(): readonly ConfigFlag[] {
    const { flags = [], env, cwd, home } = this.#input;
    const stateDir = env["PI_GATEWAY_STATE_DIR"];
    const path = ["gateway", "stateDir"];
    if (stateDir) {
      const value = resolve(cwd, expandHome(stateDir, home));
      return [{ path, value, name: "$PI_GATEWAY_STATE_DIR" }, ...flags];
    }
    if (childOf(childOf(this.#value, "gateway"), "stateDir") !== undefined) return flags;
    // The default has a ~ too, and only what stands in the configuration is resolved.
    return [{ path, value: defaultStateDir(this.#schema), name: "" }, ...flags];
  }

  #warnAboutChannels(): void {
    const known = Object.keys(this.#input.channels);
    const hasPlugins = childOf(this.#value, "plugins") !== undefined;
    for (const name of strangeChannels(this.#schema, this.#value)) {
      const near = nearest(name, known);
      if (near === undefined && hasPlugins) continue;
      const hint = near === undefined ? "; a plugin may bring it" : ` (did you mean "${near}"?)`;
      this.#warn(["channels", name], `no such channel is built in${hint}`, "key");
    }
  }

  #warn(path: ConfigPath, sentence: string, what?: "key"): void {
    this.#warnings.push(this.#line(path, sentence, what));
  }

  #line(path: ConfigPath, sentence: string, what?: "key"): string {
    const flag = this.#input.flags?.find((one) => formatPath(one.path) === formatPath(path));
    const place = flag?.name ?? this.#text?.locate(path, what);
    return `${place === undefined ? "" : `${place} `}${formatPath(path)}: ${sentence}`;
  }

  #sources(): ReadonlyMap<string, ValueSource> {
    const sources = new Map<string, ValueSource>();
    const visit = (value: unknown, path: ConfigPath) => {
      if (typeof value === "object" && value !== null) {
        for (const [key, item] of Object.entries(value)) {
          visit(item, [...path, Array.isArray(value) ? Number(key) : key]);
        }
        return;
      }
      const name = this.variableAt(path);
      sources.set(
        formatPath(asSeen(path)),
        name === undefined ? { kind: "file" } : { kind: "variable", name },
      );
    };
    visit(this.#text?.value ?? {}, []);
    for (const { path, name } of this.#allFlags()) {
      if (name !== "") sources.set(formatPath(path), { kind: "flag", name });
    }
    return sources;
  }

  #hiddenVariables(): readonly string[] {
    const isForPi = ({ name, path }: VariableUse) =>
      // The key of a model's maker is that of pi's own models, too.
      path[0] === "agent" || (path[0] === "audio" && name.endsWith("_API_KEY"));
    const open = new Set(this.#uses.filter(isForPi).map(({ name }) => name));
    const all = new Set(this.#uses.map(({ name }) => name));
    return [...all].filter((name) => !open.has(name) && !COMMON_VARIABLES.has(name));
  }
}

function defaultStateDir(schema: z.ZodType): unknown {
  const gateway = childSchema(shapeFor(schema, {}), "gateway");
  const field = gateway && childSchema(shapeOf(gateway), "stateDir");
  return field && shapeOf(field).facts.fallback;
}

/** The program sees a list of plugins as `plugins.entries`. */
function asSeen(path: ConfigPath): ConfigPath {
  return path[0] === "plugins" && typeof path[1] === "number"
    ? ["plugins", "entries", ...path.slice(1)]
    : path;
}

function writtenSections(root: Record<string, unknown>): ReadonlySet<string> {
  const channels = Object.keys(isSection(root["channels"]) ? root["channels"] : {});
  return new Set([...Object.keys(root), ...channels.map((name) => `channels.${name}`)]);
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const item of Object.values(value)) deepFreeze(item);
  return value;
}
