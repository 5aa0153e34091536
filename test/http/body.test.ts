import { expect, test } from "bun:test";
import { openDoors } from "./open-doors.ts";

async function echoDoors() {
  const doors = await openDoors();
  doors.router.add("POST", "/echo", {
    auth: "none",
    maxBodyBytes: 1000,
    run: async ({ body }) => Response.json({ length: (await body()).byteLength }),
  });
  return doors;
}

test("a body within the limit is read whole", async () => {
  await using doors = await echoDoors();
  const post = (body: string) => fetch(`${doors.url()}/echo`, { method: "POST", body });
  expect(await (await post("x".repeat(1000))).json()).toEqual({ length: 1000 });
  expect(await (await post("")).json()).toEqual({ length: 0 });
});

test("a longer one is refused, announced or not", async () => {
  await using doors = await echoDoors();
  const post = (body: string | ReadableStream) => fetch(`${doors.url()}/echo`, { method: "POST", body });
  const announced = await post("x".repeat(1001));
  expect(announced.status).toBe(413);
  expect(await announced.json()).toMatchObject({
    error: { code: "TOO_LARGE", message: expect.stringContaining("1000") },
  });
  const stream = new ReadableStream({
    pull(controller) {
      controller.enqueue(new Uint8Array(600));
    },
  });
  expect((await post(stream)).status).toBe(413);
});

test("a body beyond all limits does not fill the memory", async () => {
  await using doors = await echoDoors();
  const before = process.memoryUsage().rss;
  let sent = 0;
  const stream = new ReadableStream({
    pull(controller) {
      sent += 1;
      if (sent > 3000) controller.close();
      else controller.enqueue(new Uint8Array(65_536));
    },
  });
  const response = await fetch(`${doors.url()}/echo`, { method: "POST", body: stream });
  expect(response.status).toBe(413);
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
});
