import type { ApiResponse } from "@grammyjs/types";
import type { BotAccount, TelegramServer } from "./index.ts";

/** Calls a method the plainest way there is; the whole answer, refusals too. */
export async function callMethod<T = unknown>(
  telegram: TelegramServer,
  bot: Pick<BotAccount, "token">,
  method: string,
  params: object = {},
  signal?: AbortSignal,
): Promise<ApiResponse<T>> {
  const response = await fetch(`${telegram.url}/bot${bot.token}/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(params),
    ...(signal ? { signal } : {}),
  });
  // Every answer of the Bot API has this form; the tests look at what is in it.
  return (await response.json()) as ApiResponse<T>;
}

/** The result of a method; throws what the server said if it refused. */
export async function resultOf<T = unknown>(...call: Parameters<typeof callMethod>): Promise<T> {
  const answer = await callMethod<T>(...call);
  if (!answer.ok) throw new Error(`${answer.error_code} ${answer.description}`);
  return answer.result;
}
