import { spawnSync } from "node:child_process";
import { aptInstall } from "./apt-install.mjs";

const PACKAGE = "python3-discord";
/** The interface of Debian's 2.x. */
const CHECK = "import discord; raise SystemExit(not discord.__version__.startswith('2.'))";

/** A Python that has discord.py 2, or undefined. `DISCORD_PYTHON` comes first. */
export function findDiscordPython(env = process.env) {
  const candidates = [env.DISCORD_PYTHON ?? "", "python3", "/usr/bin/python3"];
  return candidates.find(
    (path) => path !== "" && spawnSync(path, ["-c", CHECK], { stdio: "ignore" }).status === 0,
  );
}

/** A Python with discord.py, installed from Debian where this process may do that. Throws with what to install otherwise. */
export function ensureDiscordPython(say = console.error) {
  const found = findDiscordPython();
  if (found !== undefined) return found;
  aptInstall(PACKAGE, "another client of Discord is missing", say);
  const installed = findDiscordPython();
  if (installed !== undefined) return installed;
  throw new Error(
    `The tests use discord.py 2: install it (on Debian as root: apt-get install ${PACKAGE}), or set DISCORD_PYTHON to a Python that has it.`,
  );
}
