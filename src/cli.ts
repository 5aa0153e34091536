import manifest from "../package.json";

// Any Bun since 1.1.0 must be able to read this file: it only decides which Bun reads the rest.

const args = process.argv.slice(2);

if (isOlder(Bun.version, manifest.dependencies.bun)) {
  const { runBun } = await import("../bin/run-bun.mjs");
  runBun(["--no-install", import.meta.path, ...args]);
} else {
  const { main } = await import("./cli/main.ts");
  process.exit(await main(args));
}

/** Whether version `have` comes before version `want`; both are `major.minor.patch`, with or without a tag. */
function isOlder(have: string, want: string): boolean {
  const [mine, theirs] = [numbersOf(have), numbersOf(want)];
  const different = mine.findIndex((number, index) => number !== theirs[index]);
  return different >= 0 && (mine[different] ?? 0) < (theirs[different] ?? 0);
}

function numbersOf(version: string): number[] {
  return (version.split("-")[0] ?? "").split(".").map(Number);
}
