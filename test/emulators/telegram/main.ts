// `bun test/emulators/telegram/main.ts [port]`: the stand-in as a program of its own. Prints its address as JSON and
// runs until it is told to end; `POST /control` acts as a person, see control.ts.
import { startTelegram } from "./index.ts";

const telegram = await startTelegram({ port: Number(process.argv[2] ?? 0) });
console.log(JSON.stringify({ url: telegram.url, control: `${telegram.url}/control` }));
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void telegram.close().then(() => process.exit(0)));
}
