import type { BotAccount, DiscordServer } from "./index.ts";

export interface ApiAnswer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** What Discord says when it refuses. */
export interface Refusal {
  readonly code: number;
  readonly message: string;
  readonly errors?: Readonly<Record<string, unknown>>;
}

/** Calls an endpoint the plainest way there is, such as `GET /users/@me`; the whole answer, refusals too. */
export async function callApi<T = Refusal>(
  discord: DiscordServer,
  bot: Pick<BotAccount, "token">,
  endpoint: string,
  body?: object | FormData,
): Promise<ApiAnswer<T>> {
  const [method = "", path = ""] = endpoint.split(" ");
  const isForm = body instanceof FormData;
  const response = await fetch(`${discord.url}/v10${path}`, {
    method,
    headers: { authorization: `Bot ${bot.token}`, ...(isForm ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
  // Every answer has the form of its endpoint; the tests look at what is in it.
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson ? JSON.parse(text) : text) as T,
  };
}

/** The result of a call; throws what Discord said if it refused. */
export async function resultOf<T>(...call: Parameters<typeof callApi>): Promise<T> {
  const { status, body } = await callApi<T & Refusal>(...call);
  if (status >= 300) throw new Error(`${status} ${body.code} ${body.message}`);
  return body;
}
