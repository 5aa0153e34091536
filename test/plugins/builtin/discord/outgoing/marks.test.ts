import { describe, expect, test } from "bun:test";
import { errorOf } from "../../../../fakes/error-of.ts";
import { options, outgoingWorld, text } from "./outgoing-world.ts";

describe("a reaction", () => {
  test("is added, and all of ours are taken away by an empty one; others' stay", async () => {
    await using world = await outgoingWorld();
    const { out, to, said, chat, anna } = world;
    const ref = await out.send(to, text("hello"), options());
    await out.react(ref, "👀");
    await out.react(ref, "thumbsup");
    anna.react(chat.posts[0]!, "👍");
    expect(said()).toEqual(["hello {👀 👍2}"]);
    await out.react(ref, "");
    expect(said()).toEqual(["hello {👍}"]);
    await out.react(ref, " ");
  });

  test("may be one of the server's own; one that Discord does not know becomes the nearest", async () => {
    await using world = await outgoingWorld();
    const { out, to, said, guild } = world;
    guild.emojis.push({ id: "100000000000000001", name: "cat" });
    const ref = await out.send(to, text("hello"), options());
    await out.react(ref, "<:cat:100000000000000001>");
    expect(said()).toEqual(["hello {cat}"]);
    await out.react(ref, "<:dog:100000000000000002>");
    expect(said()).toEqual(["hello {cat 👍}"]);
    await out.react(ref, "");
    expect(said()).toEqual(["hello"]);
  });

  test("to what is gone says so, and without the right to it, too", async () => {
    await using world = await outgoingWorld();
    const { out, to, discord, chat, bot } = world;
    const ref = await out.send(to, text("hello"), options());
    discord.deny(chat, "AddReactions", bot);
    expect(await errorOf(out.react(ref, "👍"))).toMatchObject({ code: "forbidden", retry: "never" });
    await out.remove(ref);
    expect(await errorOf(out.react(ref, "👍"))).toMatchObject({ code: "not-found", retry: "never" });
    expect(await errorOf(out.react({ ...ref, id: "../1" }, "👍"))).toMatchObject({ code: "not-found" });
  });
});

describe("a pin", () => {
  test("is set; without the right to it, that is said", async () => {
    await using world = await outgoingWorld();
    const { out, to, said, chat, discord, bot } = world;
    const ref = await out.send(to, text("important"), options());
    await out.pin(ref);
    await out.pin(ref);
    expect(said(chat, true)[0]).toBe("important (pinned)");
    discord.deny(chat, "PinMessages", bot);
    discord.deny(chat, "ManageMessages", bot);
    const other = await out.send(to, text("other"), options());
    expect(await errorOf(out.pin(other))).toMatchObject({ code: "forbidden", retry: "never" });
  });

  test("takes the older way where Discord does not know the newer one", async () => {
    await using world = await outgoingWorld();
    const { out, to, said, chat, rest } = world;
    const call = rest.call.bind(rest);
    const paths: string[] = [];
    rest.call = async <T>(...[request, signal]: Parameters<typeof rest.call>): Promise<T> => {
      if (request.method === "PUT") paths.push(request.path);
      const path = request.path.replace("/messages/pins/", "/nowhere/");
      return call<T>({ ...request, path: path as `/${string}` }, signal);
    };
    const ref = await out.send(to, text("important"), options());
    await out.pin(ref);
    expect(said(chat, true)[0]).toBe("important (pinned)");
    expect(paths).toEqual([
      `/channels/${chat.id}/messages/pins/${ref.id}`,
      `/channels/${chat.id}/pins/${ref.id}`,
    ]);
    world.discord.world.complaints.length = 0;
  });
});
