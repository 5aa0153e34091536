import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ambientTypes } from "../src/cli/plugin-template.ts";
import type { Question } from "../src/core/question.ts";
import type { SessionKey } from "../src/core/session-key.ts";
import { questionPayload } from "../src/ws/question-payload.ts";
import { PluginWorld } from "./plugins/plugin-world.ts";

setDefaultTimeout(60_000);

const ROOT = resolve(import.meta.dir, "..");
const PAGE = readFileSync(join(ROOT, "docs/questions.md"), "utf8");

const blocksOf = (language: string) =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, text = ""]) => text);
const files = blocksOf("ts").map((text) => ({ path: /^\/\/ (\S+)\n/.exec(text)?.[1] ?? "", text }));

const asked: Question[] = [];
let answer: string | undefined;
let world: PluginWorld;

beforeAll(async () => {
  world = new PluginWorld({
    questions: {
      askOwner: async (_session, question) => {
        asked.push(question);
        return answer;
      },
    },
  });
  for (const { path, text } of files) world.write(path, text);
  await world.start(...files.map(({ path }) => ({ path, enabled: true })));
});
afterAll(() => world[Symbol.asyncDispose]());

test("the page's plugins load, and pass a strict type check with the types that an author gets", () => {
  expect(files.map(({ path }) => path)).toEqual(["plugins/careful.ts", "plugins/where.ts"]);
  expect(world.loader.list().map(({ problem }) => problem)).toEqual([undefined, undefined]);
  mkdirSync(join(world.folder, "types"));
  writeFileSync(join(world.folder, "types/pi-gateway.d.ts"), ambientTypes());
  const compilerOptions = {
    strict: true,
    noEmit: true,
    module: "Preserve",
    target: "ESNext",
    lib: ["ESNext", "DOM"],
    types: [],
  };
  const config = { compilerOptions, include: ["types", "plugins"] };
  writeFileSync(join(world.folder, "tsconfig.json"), JSON.stringify(config));
  const tsc = Bun.spawnSync([join(ROOT, "node_modules/.bin/tsc"), "-p", world.folder]);
  expect(tsc.stdout.toString()).toBe("");
});

test("the careful one lets nothing be removed where nobody can be asked, and everything else happen", async () => {
  const call = (command: string) =>
    world.registry.hooks.run("before_tool_call", {
      sessionKey: "agent:main:webchat:dm:alice" as SessionKey,
      tool: "bash",
      params: { command },
    });
  expect(await call("rm -r build")).toMatchObject({ block: expect.any(String) });
  expect(await call("ls build")).toBeUndefined();
});

test("the one that asks says what the owner chose", async () => {
  answer = "staging";
  expect(await world.call("ask_owner_where")).toBe("The owner says: staging");
  expect(asked).toEqual([{ kind: "select", title: "Where to?", options: ["staging", "production"] }]);
  answer = undefined;
  expect(await world.call("ask_owner_where")).toBe("The owner did not say.");
});

test("the frames are as they are printed", () => {
  const [event, request] = blocksOf("json").map((text): unknown => JSON.parse(text));
  const { payload } = event as { payload: Record<string, string> };
  const question: Question = { kind: "select", title: "Which colour?", options: ["Red", "Green"] };
  const made = questionPayload(payload["sessionKey"] as SessionKey, {
    kind: "question",
    turn: payload["turnId"] ?? "",
    id: payload["id"] ?? "",
    key: payload["messageId"] ?? "",
    question,
    state: "open",
  });
  expect(payload as object).toEqual(made);
  expect(request).toMatchObject({ method: "chat.answer", params: { id: payload["id"], answer: 2 } });
});
