// `bun test/emulators/discord/main.ts [port]`: the stand-in as a program of its own. Prints its address as JSON and runs
// until it is told to end; `POST /control` acts as a person, see control.ts.
import { startDiscord } from "./index.ts";

const discord = await startDiscord({ port: Number(process.argv[2] ?? 0) });
const { origin } = new URL(discord.url);
console.log(JSON.stringify({ url: discord.url, gateway: discord.gateway.url, control: `${origin}/control` }));
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void discord.close().then(() => process.exit(0)));
}
