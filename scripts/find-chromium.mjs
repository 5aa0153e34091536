import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { aptInstall } from "./apt-install.mjs";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome.exe"];
const ELSEWHERE = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** Path of a Chromium or Chrome on this machine, or undefined. `CHROMIUM_PATH` comes first. */
export function findChromium(env = process.env) {
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [env.CHROMIUM_PATH ?? "", ...onPath, ...ELSEWHERE].find((path) => path !== "" && existsSync(path));
}

/** A Chromium, installed from Debian where this process may do that. Throws with what to install otherwise. */
export function ensureChromium(say = console.error) {
  const found = findChromium();
  if (found !== undefined) return found;
  aptInstall("chromium", "no browser found", say);
  const installed = findChromium();
  if (installed !== undefined) return installed;
  throw new Error(
    "The tests use a browser: install Chromium (on Debian as root: apt-get install chromium), or set CHROMIUM_PATH to one.",
  );
}
