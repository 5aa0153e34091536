/** What one request to the server was, as far as it matters. */
export interface HeardRequest {
  readonly model: string;
  readonly language: string | null;
  readonly fileName: string;
  readonly fileType: string;
  readonly content: string;
  readonly authorization: string | null;
}

/**
 * A server on loopback with OpenAI's `/audio/transcriptions`: recordings are text files here, and what is said in one
 * is its content. `answers` are given first, one each.
 */
export class FakeListener implements Disposable {
  readonly requests: HeardRequest[] = [];
  readonly answers: ((request: HeardRequest) => Response | Promise<Response>)[] = [];
  readonly #server;

  constructor() {
    this.#server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      idleTimeout: 0,
      fetch: (request) => this.#answer(request),
    });
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.#server.port}/v1`;
  }

  [Symbol.dispose](): void {
    void this.#server.stop(true);
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (request.method !== "POST" || pathname !== "/v1/audio/transcriptions") {
      return Response.json({ error: { message: `no such place: ${pathname}` } }, { status: 404 });
    }
    const form = await request.formData();
    const file = form.get("file");
    if (!(file instanceof File)) return Response.json({ error: { message: "file?" } }, { status: 400 });
    const text = (name: string) => {
      const value = form.get(name);
      return typeof value === "string" ? value : null;
    };
    const heard: HeardRequest = {
      model: text("model") ?? "",
      language: text("language"),
      fileName: file.name,
      fileType: file.type,
      content: await file.text(),
      authorization: request.headers.get("authorization"),
    };
    this.requests.push(heard);
    const answer = this.answers.shift();
    return answer ? answer(heard) : Response.json({ text: heard.content });
  }
}
