import { mkdir } from "node:fs/promises";
import { join } from "node:path";

const source = join(import.meta.dir, "..", "src", "web");

/**
 * Writes the page's three files into `folder`. The same sources give the same bytes, so a test
 * can tell whether the committed ones are current.
 */
export async function buildPage(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await bundle(join(source, "main.tsx"), join(folder, "app.js"));
  await bundle(join(source, "styles", "app.css"), join(folder, "app.css"));
  await Bun.write(join(folder, "index.html"), Bun.file(join(source, "index.html")));
}

async function bundle(entry: string, target: string): Promise<void> {
  const result = await Bun.build({
    entrypoints: [entry],
    target: "browser",
    format: "iife",
    minify: true,
    sourcemap: "none",
    define: { "process.env.NODE_ENV": '"production"' },
  });
  const [output] = result.outputs;
  if (!result.success || !output) throw new AggregateError(result.logs, `${entry} could not be built`);
  await Bun.write(target, output);
}

if (import.meta.main) await buildPage(join(source, "built"));
