/** A server that cuts each connection once something came over it. */
export function cuttingServer(): Disposable & { readonly url: string; readonly calls: number } {
  let calls = 0;
  const server = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      data: (socket) => {
        calls += 1;
        socket.end();
      },
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    get calls() {
      return calls;
    },
    [Symbol.dispose]: () => server.stop(true),
  };
}
