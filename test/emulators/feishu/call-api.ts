import type { AppAccount, FeishuServer, Room } from "./index.ts";

/** The answer of an address: the status, what stands in the body, and the headers. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly code: number;
  readonly msg: string;
  readonly data: Record<string, unknown>;
  readonly error?: Record<string, unknown>;
}

/** Asks for the app's token. */
export async function tokenOf(feishu: FeishuServer, app: AppAccount): Promise<string> {
  const answer = await callApi(feishu, "", "POST", "/auth/v3/tenant_access_token/internal", {
    app_id: app.appId,
    app_secret: app.appSecret,
  });
  const { tenant_access_token: token } = answer as unknown as { tenant_access_token: string };
  return token;
}

/** Calls an address behind `/open-apis` the plainest way there is; the whole answer, refusals too. */
export async function callApi(
  feishu: FeishuServer,
  app: AppAccount | string,
  verb: string,
  path: string,
  body?: object,
): Promise<ApiAnswer> {
  const token = typeof app === "string" ? app : await tokenOf(feishu, app);
  const response = await fetch(`${feishu.url}/open-apis${path}`, {
    method: verb,
    headers: {
      "content-type": "application/json; charset=utf-8",
      ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body ? { body: body instanceof FormData ? body : JSON.stringify(body) } : {}),
  });
  // Every answer has this form; the tests look at what is in it.
  const said = (await response.json()) as Omit<ApiAnswer, "status" | "headers">;
  return { ...said, status: response.status, headers: response.headers };
}

/** The `data` of an answer; throws what the platform said if it refused. */
export async function dataOf(...call: Parameters<typeof callApi>): Promise<Record<string, unknown>> {
  const answer = await callApi(...call);
  if (answer.code !== 0) throw new Error(`${answer.code} ${answer.msg}`);
  return answer.data;
}

/** Sends a message to a chat; its id. */
export async function sendTo(
  feishu: FeishuServer,
  app: AppAccount,
  room: Room,
  msgType: string,
  content: object,
  more: object = {},
): Promise<string> {
  const data = await dataOf(feishu, app, "POST", "/im/v1/messages?receive_id_type=chat_id", {
    receive_id: room.id,
    msg_type: msgType,
    content: JSON.stringify(content),
    ...more,
  });
  return String(data["message_id"]);
}
