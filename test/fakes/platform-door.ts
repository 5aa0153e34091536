import { exchange, type HttpFacts } from "../../src/plugins/http-exchange.ts";
import type { HttpRequest } from "../../src/plugins/http-route.ts";

/** A door on loopback that hands what a platform brings to `handler`, as the gateway's own does. */
export class PlatformDoor implements AsyncDisposable {
  readonly #server: Bun.Server<undefined>;
  handler: (request: HttpRequest) => Promise<Response> = async () => new Response(null, { status: 404 });

  /** `owner` is the name of the plugin behind it. */
  constructor(owner: string) {
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: async (request) => {
        const facts: HttpFacts = {
          request,
          url: new URL(request.url),
          params: {},
          remote: "127.0.0.1",
          body: async () => new Uint8Array(await request.arrayBuffer()),
        };
        const route = { method: "POST", path: "/hook", handler: this.handler, options: {} } as const;
        return exchange(route, owner, facts);
      },
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}/hook`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
  }
}
