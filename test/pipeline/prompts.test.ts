import { expect, test } from "bun:test";
import type { AgentEvent } from "../../src/core/agent.ts";
import { whileWatched } from "../../src/pipeline/prompts.ts";
import { file, FilesPlatform, FilesWorld, withFiles } from "./files-world.ts";

const NEVER = new AbortController().signal;
const turn = {
  id: "t",
  session: "agent:main:fake:dm:42",
  messages: [],
  attempt: 1,
  previews: [],
  collapsed: 0,
  steered: [],
} as never;

test("while a turn waits for files it waits for others, and is not stuck; also when they fail", async () => {
  const seen: AgentEvent[] = [];
  const progress = { see: (event: AgentEvent) => void seen.push(event) };
  const during: number[] = [];
  const compose = async () => {
    during.push(seen.length);
    return { text: "", images: [] };
  };
  await whileWatched(compose, progress)(turn, new FilesPlatform(), NEVER);
  const failing = whileWatched(() => Promise.reject(new Error("no")), progress);
  await failing(turn, new FilesPlatform(), NEVER).catch(() => {});
  expect(during).toEqual([1]);
  expect(seen).toEqual([true, false, true, false].map((open) => ({ type: "question", open })));
});

test("the text, the files and what was said in them are one prompt", async () => {
  using world = new FilesWorld();
  const { text, images } = await world.prompt(withFiles("1", "one", file("a")), withFiles("2", "two"));
  expect(text).toMatch(/^one\n\n\[file: \/.*\/a\.txt \(text\/plain\)\]\n\ntwo$/);
  expect(images).toEqual([]);
});
