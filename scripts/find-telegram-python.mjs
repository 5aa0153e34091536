import { spawnSync } from "node:child_process";
import { aptInstall } from "./apt-install.mjs";

const PACKAGE = "python3-python-telegram-bot";
/** The interface of Debian's 13.x; later ones are written for another one. */
const CHECK = "import telegram; raise SystemExit(not telegram.__version__.startswith('13.'))";

/** A Python that has python-telegram-bot 13, or undefined. `TELEGRAM_PYTHON` comes first. */
export function findTelegramPython(env = process.env) {
  const candidates = [env.TELEGRAM_PYTHON ?? "", "python3", "/usr/bin/python3"];
  return candidates.find(
    (path) => path !== "" && spawnSync(path, ["-c", CHECK], { stdio: "ignore" }).status === 0,
  );
}

/** A Python with python-telegram-bot, installed from Debian where this process may do that. Throws with what to install otherwise. */
export function ensureTelegramPython(say = console.error) {
  const found = findTelegramPython();
  if (found !== undefined) return found;
  aptInstall(PACKAGE, "another client of Telegram is missing", say);
  const installed = findTelegramPython();
  if (installed !== undefined) return installed;
  throw new Error(
    `The tests use python-telegram-bot 13: install it (on Debian as root: apt-get install ${PACKAGE}), or set TELEGRAM_PYTHON to a Python that has it.`,
  );
}
