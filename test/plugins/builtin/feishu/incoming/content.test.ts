import { describe, expect, test } from "bun:test";
import { readContent } from "../../../../../src/plugins/builtin/feishu/incoming/content.ts";

const textOf = (type: string, content: object) => readContent(type, JSON.stringify(content))?.text;

describe("a post is Markdown", () => {
  const post = (...content: object[][]) => textOf("post", { title: "", content });

  test("with its title, its paragraphs, and what is bold, italic or struck out", () => {
    const content = [
      [
        { tag: "text", text: "one ", style: [] },
        { tag: "text", text: "two", style: ["bold", "italic"] },
      ],
      [{ tag: "text", text: "gone", style: ["lineThrough"] }],
    ];
    expect(textOf("post", { title: "News", content })).toBe("**News**\none ***two***\n~~gone~~");
  });

  test("marks stand close to the words, whatever was marked", () => {
    expect(post([{ tag: "text", text: " 注意 ", style: ["bold"] }])).toBe("**注意**");
    expect(
      post([
        { tag: "text", text: "a", style: [] },
        { tag: "text", text: " b ", style: ["bold"] },
        { tag: "text", text: "c", style: [] },
      ]),
    ).toBe("a **b** c");
    expect(post([{ tag: "text", text: "  ", style: ["bold"] }])).toBe("");
  });

  test("code keeps its language and its own fences", () => {
    const code = "```\nx\n```";
    expect(post([{ tag: "code_block", language: "GO", text: code }])).toBe("````go\n```\nx\n```\n````");
  });

  test("links, with addresses that Markdown would cut", () => {
    expect(post([{ tag: "a", text: "here", href: "https://a.test/(x)" }])).toBe(
      "[here](<https://a.test/(x)>)",
    );
    expect(post([{ tag: "a", text: "https://a.test", href: "https://a.test" }])).toBe("https://a.test");
  });

  test("pictures and films in it are files, and show where they stood", () => {
    const content = [
      [
        { tag: "text", text: "look " },
        { tag: "img", image_key: "img_1" },
      ],
      [{ tag: "media", file_key: "file_1", image_key: "img_2" }],
    ];
    expect(readContent("post", JSON.stringify({ title: "", content }))).toEqual({
      text: "look [image]\n[video]",
      files: [
        { kind: "photo", key: "img_1", resource: "image", mimeType: "image/jpeg" },
        { kind: "video", key: "file_1", resource: "file", mimeType: "video/mp4" },
      ],
    });
  });

  test("as an app sends it, under its language", () => {
    const german = { title: "", content: [[{ tag: "md", text: "**hi**" }]] };
    expect(textOf("post", { zh_cn: german })).toBe("**hi**");
  });
});

test.each([
  ["text", { text: "a <b> *c*" }, "a <b> *c*"],
  ["sticker", { file_key: "v2_1" }, "[sticker]"],
  ["share_chat", { chat_id: "oc_1" }, "[a group was shared: oc_1]"],
  ["share_user", { user_id: "ou_1" }, "[a contact was shared: ou_1]"],
  ["location", { name: "天安门", longitude: "116.4", latitude: "39.9" }, "[place: 天安门 (39.9, 116.4)]"],
  ["location", { longitude: "116.4", latitude: "39.9" }, "[location: 39.9, 116.4]"],
  ["hongbao", { text: "恭喜" }, "[red packet: 恭喜]"],
  ["video_chat", { topic: "Weekly", start_time: "0" }, "[video meeting: Weekly]"],
  ["vote", { topic: "Lunch?", options: ["a", "b"] }, "[poll: Lunch?]\n- a\n- b"],
  ["folder", { file_key: "k", file_name: "docs" }, "[folder: docs]"],
  ["something_new", {}, "[something new]"],
  [
    "general_calendar",
    { summary: "Sync", start_time: "1700000000000", end_time: "1700003600000" },
    "[calendar event: Sync, 2023-11-14T22:13:20.000Z – 2023-11-14T23:13:20.000Z]",
  ],
  ["todo", { summary: { title: "", content: [[{ tag: "text", text: "buy milk" }]] } }, "[task: buy milk]"],
])("%s %j is told as %p", (type, content, said) => {
  expect(textOf(type, content)).toBe(said);
});

test("what the platform itself says is nothing that anybody said", () => {
  expect(
    readContent("system", JSON.stringify({ template: "{from_user} invited {to_chatters}" })),
  ).toBeUndefined();
});

test("files are named, and a voice message is one", () => {
  const file = (type: string, content: object) => readContent(type, JSON.stringify(content))?.files;
  expect(file("image", { image_key: "img_1" })).toMatchObject([{ kind: "photo", resource: "image" }]);
  expect(file("file", { file_key: "f", file_name: "a.pdf" })).toEqual([
    { kind: "document", key: "f", resource: "file", mimeType: "application/pdf", name: "a.pdf" },
  ]);
  expect(file("audio", { file_key: "f", duration: 2000 })).toMatchObject([
    { kind: "audio", isVoice: true, mimeType: "audio/ogg" },
  ]);
  expect(file("media", { file_key: "f", file_name: "film.mp4" })).toMatchObject([
    { kind: "video", mimeType: "video/mp4", name: "film.mp4" },
  ]);
});

test("of a card its words are told, in order", () => {
  const card = {
    schema: "2.0",
    header: { title: { tag: "plain_text", content: "Report" }, template: "blue" },
    body: { elements: [{ tag: "markdown", content: "All **well**." }, { tag: "hr" }] },
  };
  expect(textOf("interactive", card)).toBe("Report\nAll **well**.");
  expect(textOf("interactive", { type: "template" })).toBe("[card]");
});

test("content that is broken still counts as a message", () => {
  expect(readContent("text", "This message was recalled")?.text).toBe("This message was recalled");
  expect(readContent("post", "[]")).toEqual({ text: "", files: [] });
});
