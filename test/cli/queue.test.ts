import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { EXIT } from "../../src/cli/exit-codes.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";
import { CliWorld } from "./cli-world.ts";

const SLOW_MS = 30_000;

/** A platform that refuses everything until a file appears beside it. */
const PLUGIN = `
import { existsSync } from "node:fs";
import { ChannelError } from "pi-gateway";
export default (api) => api.registerChannel({
  name: "moody",
  capabilities: { text: { limit: 1000 }, pace: () => ({ perChatMs: 0, perPreviewMs: 0 }), nonceWindowMs: 0 },
  start: async () => {},
  stop: async () => {},
  send: async (address) => {
    if (existsSync(import.meta.dir + "/kind")) return { address, id: "1" };
    throw new ChannelError("forbidden", "the person has blocked the bot");
  },
  findings: async () => [{ level: "warning", subject: "moody", text: "is in a bad mood", fix: "Be nice." }],
});
`;

let gateway: GatewayProcess;
let world: CliWorld;

beforeAll(async () => {
  world = await CliWorld.make();
  await Bun.write(join(world.home, "moody.ts"), PLUGIN);
  gateway = new GatewayProcess({ config: { plugins: [join(world.home, "moody.ts")] } });
  await gateway.start();
  world.env = { PI_GATEWAY_STATE_DIR: gateway.stateDir };
}, SLOW_MS);

afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

/** Asks until the answer is as awaited: a delivery is given up a moment after it was accepted. */
async function listUntil(awaited: (out: string) => boolean): Promise<string> {
  for (let tries = 0; ; tries++) {
    const { out } = await world.run("queue", "list");
    if (awaited(out) || tries > 40) return out;
    await Bun.sleep(100);
  }
}

test(
  "what a platform refused for good is listed with the reason, tried again when it may work, or dropped",
  async () => {
    expect((await world.run("queue", "list")).out).toBe("Everything that was said has arrived.\n");
    await world.run("send", "--to", "moody:42", "--message", "Are you there?");
    const listed = await listUntil((out) => out.includes("given up"));
    expect(listed).toContain("moody:42  given up after 1 try");
    expect(listed).toContain("Are you there?");
    expect(listed).toContain("the person has blocked the bot");

    await Bun.write(join(world.home, "kind"), "");
    expect(await world.run("queue", "retry", "all")).toEqual({
      code: EXIT.ok,
      out: "1 message is tried again.\n",
      err: "",
    });
    expect(await listUntil((out) => out.startsWith("Everything"))).toBe(
      "Everything that was said has arrived.\n",
    );
    const none = await world.run("queue", "drop", "no-such-key");
    expect(none.code).toBe(EXIT.refused);
    expect(none.err).toContain("No message no-such-key can be dropped");
  },
  SLOW_MS,
);

test(
  "doctor shows what a channel found, with the running gateway and without",
  async () => {
    const { out } = await world.run("doctor");
    expect(out).toMatch(/warning +moody +is in a bad mood\n +→ Be nice\./);
    await world.configure({ plugins: ["./moody.ts"] });
    world.env = {};
    const alone = await world.run("doctor");
    world.env = { PI_GATEWAY_STATE_DIR: gateway.stateDir };
    expect(alone.out).toMatch(/warning +moody +is in a bad mood/);
  },
  SLOW_MS,
);
