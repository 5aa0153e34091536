import { expect, test } from "bun:test";
import type { PluginInfo } from "../../../src/core/plugin-info.ts";
import { MethodTable } from "../../../src/ws/methods.ts";
import { registerPluginMethods } from "../../../src/ws/methods/plugin.ts";

type Call = Parameters<MethodTable["call"]>[2];

const weather: PluginInfo = { id: "weather", path: "/p", state: "running", registered: ["tool weather"] };
const methods = new MethodTable();
const reloaded: (string | undefined)[] = [];
registerPluginMethods(methods, {
  list: () => [weather],
  reload: async (id) => {
    reloaded.push(id);
    return id === undefined || id === weather.id ? [weather] : [];
  },
});

/** Methods of plugins look at nothing of their caller but what it may. */
const callAs = (kind: "admin" | "browser", name: string, params?: object) =>
  methods.call(name, params, { principal: { kind } } as unknown as Call);

test("plugins are listed as they are", async () => {
  expect(await callAs("admin", "plugin.list")).toEqual({ plugins: [weather] });
});

test("one plugin is loaded again, or all of them", async () => {
  expect(await callAs("admin", "plugin.reload", { id: "weather" })).toEqual({ plugins: [weather] });
  expect(await callAs("admin", "plugin.reload")).toEqual({ plugins: [weather] });
  expect(reloaded).toEqual(["weather", undefined]);
});

test("an id that does not exist is answered with the one that was probably meant", async () => {
  expect(callAs("admin", "plugin.reload", { id: "wether" })).rejects.toThrow(
    'There is no plugin "wether". Did you mean weather?',
  );
  expect(callAs("admin", "plugin.reload", { id: 7 })).rejects.toThrow("plugin.reload: id:");
});

test("whoever may only chat neither sees plugins nor loads them", async () => {
  for (const name of ["plugin.list", "plugin.reload"]) {
    expect(callAs("browser", name)).rejects.toThrow(`${name} needs the gateway's own credential.`);
  }
});
