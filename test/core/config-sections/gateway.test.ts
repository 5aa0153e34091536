import { expect, test } from "bun:test";
import { configs } from "../config-of.ts";

const { load, problemsIn } = configs();

test("the addresses people use are whole ones", () => {
  expect(problemsIn({ gateway: { publicUrl: "pi.example.com" } })[0]).toContain(
    'expected an address such as https://example.com, got "pi.example.com"',
  );
  expect(problemsIn({ gateway: { publicUrl: "ftp://pi.example.com" } })).toHaveLength(1);
  expect(problemsIn({ gateway: { allowedOrigins: ["app.example.com"] } })).toHaveLength(1);
  const publicUrl = "https://pi.example.com/";
  expect(load({ gateway: { publicUrl } }).config.gateway.publicUrl).toBe(publicUrl);
});

test("port 0 lets the system choose, and no port is greater than 65535", () => {
  expect(load({ gateway: { port: 0 } }).config.gateway.port).toBe(0);
  expect(problemsIn({ gateway: { port: 65_536 } })).toHaveLength(1);
  expect(problemsIn({ gateway: { port: 80.5 } })).toHaveLength(1);
});

test("the log goes to files too, unless that is switched off", () => {
  expect(load({}).config.gateway.logFiles).toEqual({ enabled: true, maxMb: 10, keep: 5 });
  expect(load({ gateway: { logFiles: { enabled: false } } }).config.gateway.logFiles.enabled).toBe(false);
});
