import type { AppAccount, FeishuServer } from "./index.ts";
import { decodeFrame, encodeFrame, headerOf, type Frame } from "./frame.ts";

/** What was heard on a line: the event of each whole push. */
export interface Heard {
  readonly type: string;
  readonly eventId: string;
  readonly event: Record<string, unknown>;
  readonly frames: readonly Frame[];
}

/** The frame with which a client says that it is there. */
export const PING: Frame = {
  seqId: 0n,
  logId: 0n,
  service: 33_554_678,
  method: 0,
  headers: [["type", "ping"]],
};

export interface Line extends AsyncDisposable {
  readonly heard: Heard[];
  readonly frames: Frame[];
  /** How each event is answered from now on; undefined is no answer at all. */
  answer: (heard: Heard) => { code: number; data?: unknown } | undefined;
  send(frame: Frame): void;
  readonly closed: Promise<number>;
}

/** A long connection of the plainest kind: it acknowledges everything and says what it heard. */
export async function openLine(feishu: FeishuServer, app: AppAccount): Promise<Line> {
  const before = feishu.connections.readyOf(app).length;
  const response = await fetch(`${feishu.url}/callback/ws/endpoint`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ AppID: app.appId, AppSecret: app.appSecret }),
  });
  const { data } = (await response.json()) as { data: { URL: string } };
  const socket = new WebSocket(data.URL);
  socket.binaryType = "arraybuffer";
  const opened = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<number>();
  const parts = new Map<string, Frame[]>();
  const line: Line = {
    heard: [],
    frames: [],
    answer: () => ({ code: 200 }),
    send: (frame) => socket.send(encodeFrame(frame)),
    closed: closed.promise,
    async [Symbol.asyncDispose]() {
      socket.close();
      await closed.promise;
    },
  };
  socket.addEventListener("open", () => opened.resolve());
  socket.addEventListener("close", ({ code }) => closed.resolve(code));
  socket.addEventListener("message", ({ data: bytes }: MessageEvent<ArrayBuffer>) => {
    const frame = decodeFrame(new Uint8Array(bytes));
    line.frames.push(frame);
    if (frame.method === 1) hear(line, parts, frame);
  });
  await opened.promise;
  line.send(PING);
  await feishu.until(() => line.frames.length === 1, "the answer to the ping");
  await feishu.untilConnected(app, before + 1);
  line.frames.length = 0;
  return line;
}

function hear(line: Line, parts: Map<string, Frame[]>, frame: Frame): void {
  const id = headerOf(frame, "message_id") ?? "";
  const frames = [...(parts.get(id) ?? []), frame];
  parts.set(id, frames);
  if (frames.length < Number(headerOf(frame, "sum"))) return;
  const ordered = frames.toSorted(
    (one, other) => Number(headerOf(one, "seq")) - Number(headerOf(other, "seq")),
  );
  const text = Buffer.concat(ordered.map(({ payload }) => payload ?? new Uint8Array())).toString("utf8");
  const body = JSON.parse(text);
  const heard = {
    type: body.header?.event_type ?? "",
    eventId: body.header?.event_id ?? "",
    event: body.event ?? body,
    frames,
  };
  line.heard.push(heard);
  const said = line.answer(heard);
  if (!said) return;
  const data =
    said.data === undefined ? {} : { data: Buffer.from(JSON.stringify(said.data)).toString("base64") };
  const payload = new TextEncoder().encode(JSON.stringify({ code: said.code, ...data }));
  line.send({ ...frame, headers: [...frame.headers, ["biz_rt", "1"]], payload });
}
