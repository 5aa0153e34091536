import { expect, test } from "bun:test";
import { bearer, openDoors } from "../open-doors.ts";
import { rawRequest } from "../raw-request.ts";

test("sessions are listed", async () => {
  await using doors = await openDoors();
  const keys = ["a", "b"].map((chat) => doors.gateway.addSession(chat));
  const list = async (query = "") => (await fetch(`${doors.url()}/api/sessions${query}`, bearer())).json();
  expect(await list()).toMatchObject({ sessions: keys.map((key) => ({ key, waiting: 0, running: false })) });
  // Beside them, how the models are that answer in them.
  expect(await list()).toMatchObject({ models: [{ id: "x/y", state: "cooling", untilMs: 7 }] });
  expect(await list("?limit=1")).toMatchObject({ sessions: [{ key: keys[0] }] });
  expect(await list("?limit=x")).toMatchObject({ error: { code: "BAD_REQUEST" } });
});

test("a key is taken raw or percent-encoded", async () => {
  await using doors = await openDoors();
  const key = doors.gateway.addSession("123456789", "telegram");
  for (const written of [key, encodeURIComponent(key), key.replace(":dm:", "%3Adm%3a")]) {
    const response = await fetch(`${doors.url()}/api/session/${written}`, bearer());
    expect(await response.json()).toMatchObject({ session: { key, waiting: 3 } });
  }
});

test("a key with an escape of its own is found raw and encoded", async () => {
  await using doors = await openDoors();
  const key = doors.gateway.addSession("oc:1%2", "feishu");
  expect(key).toBe("agent:main:feishu:dm:oc%3A1%252" as typeof key);
  const raw = await rawRequest(
    doors.port,
    `GET /api/session/${key} HTTP/1.1\r\nHost: localhost:${doors.port}\r\nAuthorization: Bearer right-token\r\n\r\n`,
  );
  expect(raw).toContain(`"key":"${key}"`);
  const encoded = await fetch(`${doors.url()}/api/session/${encodeURIComponent(key)}`, bearer());
  expect(await encoded.json()).toMatchObject({ session: { key } });
});

test("a malformed or unknown key is answered with the form and the nearest session", async () => {
  await using doors = await openDoors();
  const key = doors.gateway.addSession("123456789", "telegram");
  const ask = (written: string) => fetch(`${doors.url()}/api/session/${written}`, bearer());
  const unknown = await ask("agent:main:telegram:dm:12345678");
  expect(unknown.status).toBe(404);
  expect(await unknown.text()).toContain(key);
  const malformed = await ask("telegram:123456789");
  expect(malformed.status).toBe(400);
  expect(await malformed.text()).toContain("agent:{agentId}:{channel}:{scope}:{id}");
});
