// `bun test/emulators/feishu/main.ts [port]`: the stand-in as a program of its own. Prints its address as JSON and
// runs until it is told to end; `POST /control` acts as a person, see control.ts.
import { startFeishu } from "./index.ts";

const feishu = await startFeishu({ port: Number(process.argv[2] ?? 0) });
console.log(JSON.stringify({ url: feishu.url, control: `${feishu.url}/control` }));
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void feishu.close().then(() => process.exit(0)));
}
