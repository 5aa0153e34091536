import { z } from "zod";
import { ApiFailure } from "../api-failure.ts";
import type { LongConnections } from "../long-connection.ts";
import type { World } from "../world.ts";

/** An address that is called without a token, and answers without the usual envelope. */
export interface OpenDoor {
  readonly name: string;
  readonly path: string;
  appIdOf(fields: Readonly<Record<string, unknown>>): unknown;
  /** The fields it takes; no body if they are not what it needs. */
  read(fields: Readonly<Record<string, unknown>>): { body: object | undefined; unknown: string[] };
  /** The whole answer. */
  serve(body: object): object;
}

const APP_ID = /^cli_[0-9a-fA-F]{16}$/;
const CREDENTIALS = z.strictObject({ app_id: z.string(), app_secret: z.string() });
const ENDPOINT = z.strictObject({ AppID: z.string(), AppSecret: z.string() });

/** Where apps get their token, and where they learn where to connect. */
export function openDoors(world: World, connections: LongConnections): readonly OpenDoor[] {
  return [
    door({
      name: "auth.tenantAccessToken.internal",
      path: "/open-apis/auth/v3/tenant_access_token/internal",
      id: "app_id",
      body: CREDENTIALS,
      serve: ({ app_id, app_secret }) => takeToken(world, app_id, app_secret),
    }),
    door({
      name: "ws.endpoint",
      path: "/callback/ws/endpoint",
      id: "AppID",
      body: ENDPOINT,
      serve: ({ AppID, AppSecret }) => connections.endpoint(AppID, AppSecret),
    }),
  ];
}

function door<B extends z.ZodType<object>>(facts: {
  name: string;
  path: string;
  id: string;
  body: B;
  serve: (body: z.infer<B>) => object;
}): OpenDoor {
  const { name, path, id, body: type, serve } = facts;
  return {
    name,
    path,
    appIdOf: (fields) => fields[id],
    read: (fields) => {
      const read = type.safeParse(fields);
      if (read.success) return { body: read.data, unknown: [] };
      const unknown = read.error.issues.flatMap((issue) =>
        issue.code === "unrecognized_keys" ? issue.keys : [],
      );
      return { body: undefined, unknown };
    },
    // What `read` has let through is of this type.
    serve: (body) => serve(body as z.infer<B>),
  };
}

function takeToken(world: World, appId: string, secret: string): object {
  if (!APP_ID.test(appId)) throw new ApiFailure(10003, "invalid param");
  const app = world.apps.find((each) => each.appId === appId && each.appSecret === secret);
  if (!app) throw new ApiFailure(10014, "app secret invalid");
  const now = world.clock.now();
  const { text, untilMs } = app.takeToken(now);
  return { code: 0, msg: "ok", tenant_access_token: text, expire: Math.floor((untilMs - now) / 1000) };
}
