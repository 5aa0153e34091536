import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dir, "../..");
const START_DEADLINE_MS = 30_000;

export interface GatewaySetup {
  /** The configuration file; `gateway.port` is 0 unless it says otherwise. */
  readonly config?: Record<string, object>;
  readonly env?: Readonly<Record<string, string>>;
}

/** A real gateway process on a home of its own: it can be killed and started again on the same state. */
export class GatewayProcess implements AsyncDisposable {
  readonly home = mkdtempSync(join(tmpdir(), "gateway-"));
  /** What the next start finds in its environment. */
  environment: Readonly<Record<string, string>>;
  #child: ReturnType<typeof spawnGateway> | undefined;
  #output = "";
  #link = "";
  #again = Promise.withResolvers<void>();

  constructor(setup: GatewaySetup = {}) {
    this.environment = setup.env ?? {};
    mkdirSync(join(this.home, "cwd"));
    this.configure(setup.config ?? {});
  }

  /** The page's address with the token, as printed. */
  get link(): string {
    return this.#link;
  }

  get url(): string {
    return new URL(this.#link).origin;
  }

  get token(): string {
    return decodeURIComponent(new URL(this.#link).hash.slice("#token=".length));
  }

  get pid(): number {
    if (!this.#child) throw new Error("the gateway does not run");
    return this.#child.pid;
  }

  /** Everything that was printed since the last start. */
  get output(): string {
    return this.#output;
  }

  get stateDir(): string {
    return join(this.home, ".pi/gateway");
  }

  configure(config: Record<string, object>): void {
    const gateway = { port: 0, ...config["gateway"] };
    writeFileSync(join(this.home, "cwd/pi-gateway.jsonc"), JSON.stringify({ ...config, gateway }));
  }

  /** Resolves once the link is printed. `failpoint` is where this process will end itself. */
  async start(failpoint?: string): Promise<this> {
    this.#output = "";
    this.#link = "";
    this.#again = Promise.withResolvers();
    const env = { ...this.environment, ...(failpoint ? { PI_GATEWAY_FAILPOINT: failpoint } : {}) };
    const child = spawnGateway(this.home, env);
    this.#child = child;
    const started = Promise.withResolvers<void>();
    void this.#read(child.stdout, () => started.resolve());
    void this.#read(child.stderr, () => {});
    const late = AbortSignal.timeout(START_DEADLINE_MS);
    late.addEventListener("abort", () => started.reject(new Error(`no link printed:\n${this.#output}`)));
    void child.exited.then((code) => started.reject(new Error(`exited with ${code}:\n${this.#output}`)));
    await started.promise;
    return this;
  }

  /** Resolves once the same process has started anew by itself, and printed another link. */
  startedAgain(): Promise<void> {
    return this.#again.promise;
  }

  /** Resolves once the process is gone, by itself or killed: to its exit code. */
  async exited(): Promise<number> {
    const code = await this.#child?.exited;
    return code ?? 0;
  }

  async kill(signal: "SIGKILL" | "SIGTERM" | "SIGINT" = "SIGKILL"): Promise<number> {
    this.#child?.kill(signal);
    return this.exited();
  }

  /** The lines of the gateway's own log. */
  log(): string {
    return readFileSync(join(this.stateDir, "logs/gateway.log"), "utf8");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill("SIGTERM");
    rmSync(this.home, { recursive: true, force: true });
  }

  async #read(stream: ReadableStream<Uint8Array>, onLink: () => void): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of stream) {
      this.#output += decoder.decode(bytes, { stream: true });
      const links = [...this.#output.matchAll(/WebChat: (http\S+)\s/g)];
      const link = links.at(-1)?.[1];
      if (!link) continue;
      this.#link = link;
      onLink();
      if (links.length > 1) this.#again.resolve();
    }
  }
}

function spawnGateway(home: string, env: Readonly<Record<string, string>>) {
  return Bun.spawn([process.execPath, join(ROOT, "src/cli.ts"), "gateway"], {
    cwd: join(home, "cwd"),
    env: { PATH: process.env["PATH"] ?? "", HOME: home, NO_COLOR: "1", ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
}
