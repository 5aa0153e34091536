import { afterEach, beforeEach, expect, test } from "bun:test";
import { CliError } from "../../src/cli/cli-error.ts";
import { callGateway } from "../../src/cli/client.ts";
import { EXIT } from "../../src/cli/exit-codes.ts";

type Frame = { readonly id: string; readonly method: string; readonly params: Record<string, unknown> };

let server: Bun.Server<undefined>;
let frames: Frame[];
/** What the stand-in says to each frame; undefined closes the connection, nothing leaves it open. */
let answer: (frame: Frame) => unknown;

beforeEach(() => {
  frames = [];
  answer = ({ id }) => ({ type: "res", id, ok: true, payload: {} });
  server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request, http) => (http.upgrade(request) ? undefined : new Response("no", { status: 400 })),
    websocket: {
      message(socket, text) {
        const frame = JSON.parse(String(text)) as Frame;
        frames.push(frame);
        socket.send(JSON.stringify({ type: "event", event: "chat", payload: {}, seq: 1 }));
        const said = answer(frame);
        if (said === undefined) socket.close();
        else if (said !== "nothing") socket.send(JSON.stringify(said));
      },
    },
  });
});

afterEach(() => server.stop(true));

const address = (auth?: { token: string }) => ({ url: `http://127.0.0.1:${server.port}`, auth });

async function failureOf(promise: Promise<unknown>): Promise<CliError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CliError)) throw new Error("expected a CliError");
  return error;
}

test("the client shows its credential first, then asks", async () => {
  answer = ({ id, method }) => ({ type: "res", id, ok: true, payload: { did: method } });
  expect(await callGateway(address({ token: "t" }), "message.send", { to: "x" })).toEqual({
    did: "message.send",
  });
  expect(frames).toMatchObject([
    { method: "connect", params: { auth: { token: "t" } } },
    { method: "message.send", params: { to: "x" } },
  ]);
});

test("where no credential is asked for, none is shown", async () => {
  await callGateway(address(), "session.list", {});
  expect(frames.map(({ method }) => method)).toEqual(["session.list"]);
});

test("a refusal is the gateway's own sentence, and has its exit code", async () => {
  answer = ({ id }) => ({
    type: "res",
    id,
    ok: false,
    error: { code: "NOT_FOUND", message: "No such chat." },
  });
  const error = await failureOf(callGateway(address(), "message.send", {}));
  expect(error.message).toBe("No such chat. (NOT_FOUND)");
  expect(error.exitCode).toBe(EXIT.refused);
});

test("a gateway that hangs up, is not there, or says nothing is said to be so", async () => {
  answer = () => undefined;
  expect((await failureOf(callGateway(address(), "x", {}))).message).toContain("closed");
  const nobody = { url: "http://127.0.0.1:9", auth: undefined };
  expect((await failureOf(callGateway(nobody, "x", {}))).exitCode).toBe(EXIT.refused);
  answer = () => "nothing";
  expect((await failureOf(callGateway(address(), "x", {}, 50))).message).toContain("in time");
});
