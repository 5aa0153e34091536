import { dirname } from "node:path";
import type { Finding } from "../../core/channel.ts";
import { inactiveSections } from "../../core/config-inactive.ts";
import { isSection } from "../../core/config-shape.ts";
import type { LoadedConfig } from "../../core/config.ts";
import type { ConfigError } from "../../core/errors.ts";
import { builtinPlugins } from "../../plugins/builtin/index.ts";
import { redactConfig } from "../../security/redact.ts";

const subject = "config";

/** What is to be said about a configuration that can be used. */
export async function checkConfig(loaded: LoadedConfig): Promise<readonly Finding[]> {
  const where = loaded.file ?? "no file, everything is as it comes";
  const inactive = inactiveSections(loaded, runningChannels(loaded));
  return [
    { level: "ok", subject, text: where },
    ...loaded.warnings.map((text): Finding => ({ level: "warning", subject, text })),
    ...(inactive.length === 0 ? [] : [notActive(inactive)]),
    ...(await secretsInGit(loaded)),
    ...authFindings(loaded),
  ];
}

/** One finding for each fault; each has its place and what was expected in its text. */
export function findingsOfBrokenConfig({ problems, warnings }: ConfigError): readonly Finding[] {
  return [
    ...problems.map((text): Finding => ({
      level: "error",
      subject,
      text,
      fix: "Correct it, then run this again.",
    })),
    ...warnings.map((text): Finding => ({ level: "warning", subject, text })),
  ];
}

function runningChannels({ config }: LoadedConfig): readonly string[] {
  return builtinPlugins.filter((one) => one.isEnabled(config.channels[one.name])).map(({ name }) => name);
}

function notActive(sections: readonly string[]): Finding {
  return { level: "note", subject, text: `not active yet in this version: ${sections.join(", ")}` };
}

function authFindings({ config, bind }: LoadedConfig): readonly Finding[] {
  const { mode } = config.gateway.auth;
  if (mode !== "off") return [{ level: "ok", subject: "auth", text: `clients show a ${mode}` }];
  const who = bind.reach === "all" ? "anybody on the network" : "any program of this machine";
  return [
    {
      level: "warning",
      subject: "auth",
      text: `gateway.auth.mode is "off": ${who} can run the agent`,
      fix: 'Leave gateway.auth out, or set its mode to "token" or "password".',
    },
  ];
}

/** A secret in a file that git tracks is, sooner or later, everybody's. */
async function secretsInGit(loaded: LoadedConfig): Promise<readonly Finding[]> {
  const { file } = loaded;
  if (file === undefined) return [];
  const paths = literalSecrets(loaded);
  if (paths.length === 0 || !(await isTracked(file))) return [];
  return [
    {
      level: "warning",
      subject,
      text: `git tracks ${file}, and it holds secrets: ${paths.join(", ")}`,
      fix: `Write \${A_VARIABLE} instead, run "git rm --cached" on the file, and change the secrets.`,
    },
  ];
}

/** Paths of the secrets that the file spells out: what is hidden when shown, and came from no variable. */
function literalSecrets(loaded: LoadedConfig): readonly string[] {
  const visit = (actual: unknown, shown: unknown, path: string): readonly string[] => {
    if (!isSection(actual) || !isSection(shown)) {
      const isHidden = typeof actual === "string" && actual !== shown;
      return isHidden && loaded.sourceOf(path).kind === "file" ? [path] : [];
    }
    return Object.entries(actual).flatMap(([key, value]) =>
      visit(value, shown[key], path === "" ? key : `${path}.${key}`),
    );
  };
  return visit(loaded.config, redactConfig(loaded), "");
}

async function isTracked(file: string): Promise<boolean> {
  try {
    const git = Bun.spawn(["git", "ls-files", "--error-unmatch", file], {
      cwd: dirname(file),
      stdio: ["ignore", "ignore", "ignore"],
    });
    return (await git.exited) === 0;
  } catch {
    // No git on this machine: then nothing tracks it here.
    return false;
  }
}
