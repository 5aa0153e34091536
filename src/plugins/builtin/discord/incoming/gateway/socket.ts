export interface SocketParts {
  readonly url: string;
  /** The way out; straight when absent. */
  readonly proxy?: string | undefined;
  readonly onText: (text: string) => void;
  /** Called once, and nothing after it. */
  readonly onClose: (code: number) => void;
}

/** A WebSocket as the gateway's connection uses it. */
export interface GatewaySocket {
  send(text: string): void;
  /** Says goodbye with a code; the session can be resumed unless it is 1000 or 1001. */
  close(code: number): void;
  /** Cuts the line, without waiting for the other side. */
  cut(): void;
}

/**
 * Opens a WebSocket, through a proxy where one is named; Bun's own, since Node's `ws` knows no proxy. That it cannot
 * be opened is a close like any other: code 1006.
 */
export function openSocket({ url, proxy, onText, onClose }: SocketParts): GatewaySocket {
  const socket = new WebSocket(url, proxy === undefined ? {} : { proxy });
  socket.addEventListener("message", ({ data }) => {
    if (typeof data === "string") onText(data);
  });
  // Each error is followed by a close.
  socket.addEventListener("close", ({ code }) => onClose(code), { once: true });
  return {
    send: (text) => {
      // What is said to a line that has just ended is lost with it.
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: (code) => socket.close(code),
    cut: () => socket.terminate(),
  };
}
