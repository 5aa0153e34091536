import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The name by which pi knows the measuring model. */
export const MODEL = "loop/echo";

/** The measuring model, running. Disposing ends it. */
export interface RunningModel extends AsyncDisposable {
  readonly url: string;
}

export async function startModel(): Promise<RunningModel> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "model-server.ts")], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const { value } = await child.stdout.getReader().read();
  const port = new TextDecoder().decode(value).trim();
  return {
    url: `http://127.0.0.1:${port}/v1`,
    async [Symbol.asyncDispose]() {
      await child.stdin.end();
      await child.exited;
    },
  };
}

/** Tells the pi that lives in `agentDir` about the model. */
export function introduceModel(agentDir: string, model: Pick<RunningModel, "url">): void {
  const [provider = "", id = ""] = MODEL.split("/");
  const cost = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
  const known = { id, name: id, input: ["text"], contextWindow: 1_000_000, maxTokens: 100_000, cost };
  const way = { baseUrl: model.url, api: "openai-completions", apiKey: "none", models: [known] };
  mkdirSync(agentDir, { recursive: true });
  writeFileSync(join(agentDir, "models.json"), JSON.stringify({ providers: { [provider]: way } }));
}
