import { expect, test } from "bun:test";
import { listen } from "../../src/http/listen.ts";
import { caught } from "../ws/caught.ts";

const failure = (code: string) => Object.assign(new Error(code), { code });

/** A machine on which `refuse` says which addresses cannot be opened, and why. */
function machine(refuse: (hostname: string, port: number, tries: number) => string | undefined) {
  const open = new Set<string>();
  let tries = 0;
  const serve = (hostname: string, port: number) => {
    const code = refuse(hostname, port, tries);
    tries += 1;
    if (code) throw failure(code);
    const chosen = port === 0 ? 4000 + tries : port;
    const name = `${hostname}:${chosen}`;
    open.add(name);
    return { port: chosen, stop: async () => void open.delete(name) };
  };
  return { open, serve };
}

test("the loopback addresses share the port that the system chose", async () => {
  const { open, serve } = machine(() => undefined);
  await listen("loopback", 0, serve);
  expect([...open]).toEqual(["127.0.0.1:4001", "::1:4001"]);
});

test.each(["EADDRNOTAVAIL", "EAFNOSUPPORT"])(
  "a machine without IPv6 (%s) goes on without it",
  async (code) => {
    const loopback = machine((hostname) => (hostname.includes(":") ? code : undefined));
    await listen("loopback", 80, loopback.serve);
    expect([...loopback.open]).toEqual(["127.0.0.1:80"]);
    const all = machine((hostname) => (hostname.includes(":") ? code : undefined));
    await listen("all", 80, all.serve);
    expect([...all.open]).toEqual(["0.0.0.0:80"]);
  },
);

test("all interfaces are one address, with IPv6 where there is any", async () => {
  const { open, serve } = machine(() => undefined);
  await listen("all", 80, serve);
  expect([...open]).toEqual([":::80"]);
});

test("when the chosen port is taken on the other address another one is chosen", async () => {
  const { open, serve } = machine((hostname, _port, tries) =>
    hostname === "::1" && tries < 4 ? "EADDRINUSE" : undefined,
  );
  await listen("loopback", 0, serve);
  expect([...open]).toEqual(["127.0.0.1:4005", "::1:4005"]);
});

test("a port that is always taken is given up, and nothing stays open", async () => {
  const { open, serve } = machine((hostname) => (hostname === "::1" ? "EADDRINUSE" : undefined));
  expect(await caught(listen("loopback", 0, serve))).toMatchObject({ code: "port-taken" });
  expect(await caught(listen("loopback", 8080, serve))).toMatchObject({
    message: expect.stringContaining("8080"),
  });
  expect([...open]).toEqual([]);
});

test("a port that needs rights we do not have is said to be", async () => {
  const { serve } = machine(() => "EACCES");
  expect(await caught(listen("all", 80, serve))).toEqual({
    code: "port-refused",
    message: "The system does not let us use port 80: choose another with --port N or gateway.port.",
  });
});
