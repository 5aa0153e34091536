import { expect, test } from "bun:test";
import { bearer, openDoors } from "../open-doors.ts";

test("the configuration is shown to the owner, as it may be shown", async () => {
  await using doors = await openDoors();
  expect((await fetch(`${doors.url()}/api/config`)).status).toBe(401);
  const response = await fetch(`${doors.url()}/api/config`, bearer());
  expect(await response.json()).toEqual({ gateway: { auth: { token: "[redacted]" } } });
});
