import { expect, test } from "bun:test";
import { bearer, openDoors } from "../open-doors.ts";

test("anybody learns that the gateway lives, and nothing private", async () => {
  await using doors = await openDoors();
  const response = await fetch(`${doors.url()}/health`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: "ok", version: "1.2.3", uptimeMs: 5, demo: true });
  expect(await (await fetch(`${doors.url()}/health`, bearer())).text()).not.toContain("private");
});

test("the detail needs the gateway's credential", async () => {
  await using doors = await openDoors();
  const url = `${doors.url()}/health?detail=1`;
  expect((await fetch(url)).status).toBe(401);
  expect((await fetch(url, bearer("wrong"))).status).toBe(401);
  expect(await (await fetch(url, bearer())).json()).toMatchObject({
    status: "ok",
    problems: ["the private problem"],
    pool: { max: 4 },
    models: [{ id: "x/y", state: "cooling" }],
    budgets: [],
  });
});

test("a gateway with problems is alive; one that stops is not", async () => {
  await using doors = await openDoors();
  doors.gateway.status = "degraded";
  expect((await fetch(`${doors.url()}/health`)).status).toBe(200);
  doors.gateway.status = "stopping";
  expect((await fetch(`${doors.url()}/health`)).status).toBe(503);
});

test("HEAD is enough for a probe", async () => {
  await using doors = await openDoors();
  const response = await fetch(`${doors.url()}/health`, { method: "HEAD" });
  expect(response.status).toBe(200);
  expect(await response.text()).toBe("");
});
