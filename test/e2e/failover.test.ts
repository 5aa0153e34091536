import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FakeOpenAi } from "../fakes/fake-openai.ts";
import { answerIn, endOf, newerPi, OWN_PI, PiWorld } from "../fakes/pi-world.ts";

setDefaultTimeout(60_000);

/** A pi with two servers, the first of which does as its mood says, and a person's own settings. */
class TwoServers implements AsyncDisposable {
  readonly first = new FakeOpenAi({ provider: "first" });
  readonly second = new FakeOpenAi({ provider: "second" });
  readonly world: PiWorld;

  private constructor(world: PiWorld) {
    this.world = world;
  }

  static async make(piCliPath: string, failover: object = {}, agent: object = {}): Promise<TwoServers> {
    const modelFailover = { primary: "first/moody", fallbacks: ["second/echo"], ...failover };
    const servers = new TwoServers(await PiWorld.make({ agent: { piCliPath, modelFailover, ...agent } }));
    const agentDir = join(servers.world.home, ".pi/agent");
    await mkdir(agentDir, { recursive: true });
    // pi's own pauses between tries, short; and no tries of the provider's library inside each of them.
    await writeFile(join(agentDir, "settings.json"), SETTINGS);
    for (const server of [servers.first, servers.second]) await server.addTo(agentDir);
    await servers.world.pool.start();
    return servers;
  }

  state(model = "first/moody") {
    return this.world.pool.models.states().find(({ id }) => id === model);
  }

  /** What people wrote, as it stands in pi's transcript. */
  async usersIn(name: string): Promise<unknown[]> {
    const lines = (await readFile(this.world.session(name).file, "utf8")).trim().split("\n");
    return lines
      .map((line) => JSON.parse(line) as { message?: { role: string; content: { text: string }[] } })
      .flatMap(({ message }) => (message?.role === "user" ? [message.content[0]?.text] : []));
  }

  /** The questions that the models of a server were sent, request by request. */
  static askedOf(server: FakeOpenAi): string[][] {
    return server.requests.map(({ messages }) =>
      messages
        .filter(({ role }) => role === "user" || role === "assistant")
        .map(({ role, content }) => `${role}: ${typeof content === "string" ? content : content?.[0]?.text}`),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
    this.first[Symbol.dispose]();
    this.second[Symbol.dispose]();
  }
}

const SETTINGS = JSON.stringify({ theme: "dark", retry: { baseDelayMs: 10, provider: { maxRetries: 0 } } });

const FAILURES = [
  { mood: "limited", tries: 2, kind: "retryable" },
  { mood: "refused", tries: 1, kind: "auth" },
  { mood: "broken", tries: 2, kind: "retryable" },
  { mood: "overloaded", tries: 2, kind: "overload" },
  { mood: "unpaid", tries: 1, kind: "quota" },
  { mood: "cut", tries: 2, kind: "retryable" },
  { mood: "hang", tries: 1, kind: "retryable" },
] as const;

describe.each([
  ["0.73.1", OWN_PI],
  ["0.87.1", newerPi()],
])("with the real pi %s", (_version, script) => {
  test.each(FAILURES)(
    "a model that is $mood: the other one answers, and the next turn goes to it",
    async (failure) => {
      await using servers = await TwoServers.make(script, { silenceMs: 1500 });
      const { world, first, second } = servers;
      first.mood = failure.mood;
      const events = await world.prompt(world.session("a"), "hello");
      expect(answerIn(events)).toBe("echo: hello");
      expect(endOf(events)).toMatchObject({ reason: "stop", spent: [{ model: "second/echo" }] });
      expect(first.requests).toHaveLength(failure.tries);
      // Neither the transcript nor the other model has the question twice, nor anything of ours.
      expect(await servers.usersIn("a")).toEqual(["hello"]);
      expect(TwoServers.askedOf(second)).toEqual([["user: hello"]]);
      expect(servers.state()).toMatchObject({ state: "cooling", lastError: { kind: failure.kind } });

      first.mood = "echo";
      expect(await world.ask("b", "and now")).toBe("echo: and now");
      expect(await world.ask("a", "again")).toBe("echo: again");
      expect(first.requests).toHaveLength(failure.tries);
      expect(TwoServers.askedOf(second).at(-1)).toEqual([
        "user: hello",
        "assistant: echo: hello",
        "user: again",
      ]);
      // A person's own settings are theirs.
      expect(await readFile(join(world.home, ".pi/agent/settings.json"), "utf8")).toBe(SETTINGS);
    },
  );
});
