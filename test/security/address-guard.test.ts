import { expect, test } from "bun:test";
import { FetchError } from "../../src/core/errors.ts";
import {
  type AddressRules,
  checkedAddresses,
  type Lookup,
  parseHostRule,
} from "../../src/security/address-guard.ts";

const RULES: AddressRules = { enabled: true, blockPrivateIPs: true, blockLocalhost: true, allowedHosts: [] };

const NAMES: Readonly<Record<string, readonly string[]>> = {
  "public.test": ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"],
  "newer-first.test": ["2606:2800:220:1:248:1893:25c8:1946", "93.184.216.34"],
  "half.test": ["93.184.216.34", "10.0.0.1"],
  "half6.test": ["93.184.216.34", "fd00::1"],
  "lan.test": ["192.168.1.5"],
  "me.test": ["127.0.0.1"],
  "sub.example.com": ["10.0.0.5"],
  "example.com": ["10.0.0.6"],
  "xn--bcher-kva.example": ["10.0.0.7"],
  "none.test": [],
};
const resolve: Lookup = async (name) => {
  const addresses = NAMES[name];
  if (!addresses) throw new Error(`ENOTFOUND ${name}`);
  return addresses;
};

async function verdict(url: string, rules: Partial<AddressRules> = {}): Promise<string> {
  try {
    const addresses = await checkedAddresses(new URL(url), { ...RULES, ...rules }, resolve);
    return addresses === undefined ? "by name" : addresses.join(" ");
  } catch (error) {
    return error instanceof FetchError ? error.code : "not resolved";
  }
}

/** From the registries of special addresses, in all the ways in which people write them. */
const INTERNAL = [
  "127.0.0.1 127.1 127.255.255.254 0.0.0.0 0 2130706433 0x7f.1 0177.0.0.1 127.0.0.1.",
  "10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 100.64.0.1 100.127.255.255",
  "169.254.169.254 169.254.0.1 192.0.0.1 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1",
  "224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 192.88.99.1",
  "[::1] [::] [fc00::1] [fd12:3456::1] [fe80::1] [ff02::1] [2001:db8::1] [100::1]",
  "[::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:10.0.0.1] [::ffff:a9fe:a9fe] [::127.0.0.1]",
  "[64:ff9b::7f00:1] [64:ff9b::10.0.0.1] [64:ff9b:1::1] [2002:7f00:1::] [2002:a00:1::1]",
  "[2001:0:1::1] [fec0::1] [::ffff:0:127.0.0.1]",
].flatMap((line) => line.split(" "));

test.each(INTERNAL)("%s is an internal address however it is written", async (host) => {
  expect(await verdict(`http://${host}/`)).toBe("refused-address");
});

test.each([
  "93.184.216.34",
  "8.8.8.8",
  "[2606:4700:4700::1111]",
  "[::ffff:8.8.8.8]",
  "172.32.0.1",
  "11.0.0.1",
])("%s is public", async (host) => {
  expect(await verdict(`https://${host}/`)).not.toBe("refused-address");
});

test("every address behind a name counts, and those that were checked are what is connected to", async () => {
  expect(await verdict("https://public.test/")).toBe("93.184.216.34 2606:2800:220:1:248:1893:25c8:1946");
  expect(await verdict("https://newer-first.test/")).toStartWith("93.184.216.34 ");
  expect(await verdict("https://half.test/")).toBe("refused-address");
  expect(await verdict("https://half6.test/")).toBe("refused-address");
  expect(await verdict("https://unknown.test/")).toBe("not resolved");
  expect(await verdict("https://none.test/")).toBe("not resolved");
});

test("private networks and this machine are let in each by its own key, what is neither stays refused", async () => {
  expect(await verdict("http://lan.test/", { blockPrivateIPs: false })).toBe("192.168.1.5");
  expect(await verdict("http://me.test/", { blockPrivateIPs: false })).toBe("refused-address");
  expect(await verdict("http://me.test/", { blockLocalhost: false })).toBe("127.0.0.1");
  expect(await verdict("http://lan.test/", { blockLocalhost: false })).toBe("refused-address");
  const both = { blockLocalhost: false, blockPrivateIPs: false };
  for (const host of ["169.254.169.254", "224.0.0.1", "[64:ff9b::7f00:1]", "[fe80::1]"]) {
    expect(await verdict(`http://${host}/`, both)).toBe("refused-address");
  }
  expect(await verdict("http://lan.test/", { enabled: false })).toBe("by name");
});

test.each([
  ["lan.test", "http://lan.test/", true],
  ["LAN.test", "http://lan.TEST./", true],
  ["lan.test:8080", "http://lan.test:8080/", true],
  ["lan.test:8080", "http://lan.test/", false],
  ["lan.test:80", "http://lan.test/", true],
  ["lan.test:443", "https://lan.test/", true],
  ["192.168.1.5", "http://lan.test/", true],
  ["192.168.1.5", "http://192.168.1.5:9000/", true],
  ["192.168.1.6", "http://lan.test/", false],
  ["::1", "http://[::1]/", true],
  ["[::1]:8080", "http://[0:0::1]:8080/", true],
  ["[::1]:8080", "http://[::1]/", false],
  ["127.0.0.1", "http://[::ffff:7f00:1]/", true],
  ["*.example.com", "http://sub.example.com/", true],
  ["*.example.com", "http://example.com/", false],
  ["*.example.com:8080", "http://sub.example.com:8080/", true],
  ["*.xample.com", "http://sub.example.com/", false],
  ["example.com", "http://sub.example.com/", false],
  ["bücher.example", "http://bücher.example/", true],
  ["", "http://lan.test/", false],
  ["*", "http://lan.test/", false],
  ["http://lan.test/", "http://lan.test/", false],
])("the exception %p on %s", async (entry, url, isAllowed) => {
  const said = await verdict(url, { allowedHosts: [entry] });
  expect(said === "refused-address").toBe(!isAllowed);
  expect(said).not.toBe("not resolved");
});

test("a port below 1024 that is no web server's is not fetched from, unless it is named", async () => {
  for (const port of [80, 443, 1024, 8080, 8443, 65535]) {
    expect(await verdict(`http://public.test:${port}/`)).not.toBe("refused-address");
  }
  for (const port of [22, 25, 110, 143, 465, 993]) {
    expect(await verdict(`http://public.test:${port}/`)).toBe("refused-address");
  }
  expect(await verdict("http://public.test:25/", { allowedHosts: ["public.test:25"] })).toBe("by name");
});

test("a refusal names the address and the key that would allow it", async () => {
  const refusal = checkedAddresses(new URL("http://lan.test/"), RULES, resolve);
  expect(refusal).rejects.toThrow(
    'lan.test leads to 192.168.1.5, which is an address of a private network; if it may be fetched from, add "lan.test" to security.ssrfGuard.allowedHosts',
  );
});

test("an entry is a host, with or without a port", () => {
  expect(parseHostRule("files.lan:8081")).toEqual({ host: "files.lan", port: "8081" });
  expect(parseHostRule("[fd00::1]:81")).toEqual({ host: "fd00::1", port: "81" });
  expect(parseHostRule("fd00::1")).toEqual({ host: "fd00::1" });
  for (const wrong of ["http://files.lan", "files.lan/path", "user@files.lan", "a b", "files.lan:x", ""]) {
    expect(parseHostRule(wrong)).toBeUndefined();
  }
});
