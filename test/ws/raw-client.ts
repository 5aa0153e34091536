import { connect, type Socket } from "node:net";

interface RawFrame {
  readonly event?: string;
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly seq?: number;
  readonly id?: string;
}

/** A client of the socket that reads only when told to: what a stuck browser looks like from here. */
export class RawClient implements Disposable {
  readonly #socket: Socket;
  readonly #frames: RawFrame[] = [];
  #chunks: Buffer[] = [];
  #length = 0;
  /** How many bytes there must be before it is worth looking at them. */
  #needed = 2;
  #wake: (() => void) | undefined;
  #isClosed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#length += chunk.length;
      this.#wake?.();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#isClosed = true;
      this.#wake?.();
    });
  }

  /** Upgrades and then reads nothing. */
  static async open(port: number, token: string): Promise<RawClient> {
    const socket = connect(port, "127.0.0.1");
    const client = new RawClient(socket);
    socket.write(
      `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Authorization: Bearer ${token}\r\n` +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    );
    await client.until(() => Buffer.concat(client.#chunks).includes("\r\n\r\n"));
    client.#chunks = [];
    client.#length = 0;
    return client;
  }

  stopReading(): void {
    this.#socket.pause();
  }

  goOnReading(): void {
    this.#socket.resume();
  }

  send(text: string): void {
    this.#socket.write(frameOf(Buffer.from(text), 0x81));
  }

  /** Announces a frame of `length` bytes and sends nothing of it but zeros, as fast as it is taken. */
  sendHuge(length: number): void {
    const header = Buffer.alloc(14);
    header[0] = 0x81;
    header[1] = 0x80 | 127;
    header.writeBigUInt64BE(BigInt(length), 2);
    this.#socket.write(header);
    const zeros = Buffer.alloc(64 * 1024);
    let left = length;
    const pump = () => {
      while (left > 0 && !this.#isClosed) {
        left -= zeros.length;
        if (!this.#socket.write(zeros)) {
          this.#socket.once("drain", pump);
          return;
        }
      }
    };
    pump();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  async until(isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      if (this.#isClosed) throw new Error("closed");
      // oxlint-disable-next-line no-await-in-loop
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Whole text frames that have arrived. */
  frames(): readonly RawFrame[] {
    if (this.#length < this.#needed) return this.#frames;
    const bytes = Buffer.concat(this.#chunks);
    let at = 0;
    for (let frame = frameAt(bytes, 0); ; frame = frameAt(bytes, at)) {
      this.#needed = frame.end - at;
      if (frame.end > bytes.length) break;
      if (frame.opcode === 1) {
        this.#frames.push(JSON.parse(bytes.toString("utf8", frame.start, frame.end)) as RawFrame);
      }
      at = frame.end;
    }
    this.#chunks = [bytes.subarray(at)];
    this.#length = bytes.length - at;
    return this.#frames;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

function frameOf(payload: Buffer, opcode: number): Buffer {
  const header =
    payload.length < 126
      ? Buffer.from([opcode, 0x80 | payload.length])
      : Buffer.from([opcode, 0x80 | 126, payload.length >> 8, payload.length & 0xff]);
  // The mask of zeros leaves the payload as it is.
  return Buffer.concat([header, Buffer.alloc(4), payload]);
}

function frameAt(bytes: Buffer, at: number): { opcode: number; start: number; end: number } {
  const short = (bytes[at + 1] ?? 0) & 0x7f;
  const head = { 126: 4, 127: 10 }[short] ?? 2;
  const start = at + head;
  if (start > bytes.length) return { opcode: 0, start, end: start };
  const opcode = (bytes[at] ?? 0) & 0x0f;
  if (head === 4) return { opcode, start, end: start + bytes.readUInt16BE(at + 2) };
  return { opcode, start, end: start + (head === 2 ? short : Number(bytes.readBigUInt64BE(at + 2))) };
}
