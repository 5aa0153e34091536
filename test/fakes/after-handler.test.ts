import { expect, test } from "bun:test";
import { createServer, type Socket } from "node:net";
import { createHash } from "node:crypto";
import { afterHandler } from "./after-handler.ts";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

function frameOf(text: string): Buffer {
  const body = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x81, body.length]), body]);
}

/** Greets a WebSocket and leaves the connection to the test, which writes bytes. */
async function serve() {
  const { promise: connected, resolve } = Promise.withResolvers<Socket>();
  const server = createServer((socket) => {
    socket.once("data", (head) => {
      const key = /sec-websocket-key: (\S+)/i.exec(String(head))?.[1] ?? "";
      const accept = createHash("sha1")
        .update(key + GUID)
        .digest("base64");
      socket.write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
          `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      resolve(socket);
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", () => listening()));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return { url: `ws://127.0.0.1:${port}`, connected, [Symbol.dispose]: () => void server.close() };
}

test("frames stay in order while a test waits for a rejection between them", async () => {
  using server = await serve();
  const socket = new WebSocket(server.url);
  await new Promise((opened) => socket.addEventListener("open", opened));
  const wire = await server.connected;
  const got: string[] = [];
  const first = Promise.withResolvers<void>();
  const third = Promise.withResolvers<void>();
  const later = afterHandler();
  socket.addEventListener("message", ({ data }) => {
    later(() => {
      got.push(String(data));
      if (got.length === 1) first.resolve();
      if (data === "three") third.resolve();
    });
  });
  wire.write(Buffer.concat([frameOf("one"), frameOf("two")]));
  await first.promise;
  wire.write(frameOf("three"));
  const refused = async () => {
    await third.promise;
    throw new Error("no");
  };
  await expect(refused()).rejects.toThrow("no");
  expect(got).toEqual(["one", "two", "three"]);
  socket.close();
});
