import { ApiFailure, invalidParameter } from "./api-failure.ts";
import type { AppAccount } from "./app-account.ts";
import { CardEntity } from "./card-entity.ts";
import { isPart, namedIn, readCard, wordsOf, type CardPart } from "./card-shape.ts";
import type { Mention } from "./room.ts";
import type { Actor } from "./user.ts";
import type { World } from "./world.ts";

/** What a message consists of, as the platform keeps it. */
export interface Content {
  readonly msgType: string;
  readonly content: string;
  readonly mentions: readonly Mention[];
  readonly mentionsAll: boolean;
  readonly card?: CardEntity;
}

const POST_TAGS: Readonly<Record<string, readonly string[]>> = {
  text: ["text", "un_escape", "style"],
  a: ["text", "href", "style"],
  at: ["user_id", "user_name", "style"],
  img: ["image_key", "width", "height"],
  media: ["file_key", "image_key"],
  emotion: ["emoji_type"],
  hr: [],
  code_block: ["language", "text"],
  md: ["text"],
};
const AT_TAG = /<at\s+user_id\s*=\s*["']?([^"'>\s]+)["']?\s*>[\s\S]*?<\/at>/g;

/** Reads what an app wants to send, puts keys in the place of names, and refuses what the platform refuses. */
export function readContent(world: World, app: AppAccount, msgType: string, text: string): Content {
  const value = parse(text);
  const named = new Named(world, app);
  const done = (content: unknown): Content => ({
    msgType,
    content: JSON.stringify(content),
    mentions: named.mentions,
    mentionsAll: named.isAll,
  });
  switch (msgType) {
    case "text":
      return done({ text: named.replaceIn(textField(value, "text")) });
    case "post":
      return done(readPost(world, value, named));
    case "image":
      return done({ image_key: keyOf(world, value, "image_key", "image") });
    case "file":
    case "audio":
    case "media":
      return done(readFile(world, msgType, value));
    case "sticker":
      return done({ file_key: textField(value, "file_key") });
    case "share_chat":
      return done({ chat_id: textField(value, "chat_id") });
    case "share_user":
      return done({ user_id: textField(value, "user_id") });
    case "interactive":
      return readInteractive(world, app, value, text);
    default:
      throw invalidParameter(`invalid msg_type ${msgType}`);
  }
}

function parse(text: string): CardPart {
  try {
    const value: unknown = JSON.parse(text);
    if (isPart(value)) return value;
  } catch {
    // Said below, as for anything else that is no object.
  }
  throw invalidParameter("content is not a string in json format");
}

function textField(value: CardPart, field: string): string {
  const text = value[field];
  if (typeof text !== "string" || text === "") throw invalidParameter(`${field} can't be empty`);
  return text;
}

function keyOf(world: World, value: CardPart, field: string, kind: "image" | "file"): string {
  const key = textField(value, field);
  if (world.files.get(key)?.kind !== kind) throw invalidParameter(`invalid ${field}`);
  return key;
}

function readFile(world: World, msgType: string, value: CardPart): CardPart {
  const key = keyOf(world, value, "file_key", "file");
  const file = world.files.get(key);
  const wanted = { audio: "opus", media: "mp4" }[msgType];
  if (wanted !== undefined && file?.fileType !== wanted) {
    throw new ApiFailure(
      230055,
      "The type of file upload does not match the type of message being sent. Please check the type of file upload.",
    );
  }
  const cover =
    value["image_key"] === undefined ? {} : { image_key: keyOf(world, value, "image_key", "image") };
  const length = file?.durationMs === undefined ? {} : { duration: file.durationMs };
  return { file_key: key, file_name: file?.name ?? "", ...cover, ...length };
}

/** The parts of a post in one language; other languages are left out. */
function readPost(world: World, value: CardPart, named: Named): CardPart {
  const post = Object.entries(value).find(([language]) => /^[a-z]{2}_[a-z]{2}$/.test(language))?.[1];
  if (!isPart(post)) throw invalidParameter("post content has no language");
  if (!Array.isArray(post["content"])) throw invalidParameter("post content has no paragraphs");
  const content = post["content"].map((paragraph: unknown) => {
    if (!Array.isArray(paragraph)) throw invalidParameter("a paragraph is no list");
    const isMixed = paragraph.length > 1 && paragraph.some((part) => isPart(part) && part["tag"] === "md");
    if (isMixed) throw invalidParameter("md stands alone in its paragraph");
    return paragraph.map((part: unknown) => readPostPart(world, part, named));
  });
  return { title: post["title"] ?? "", content };
}

function readPostPart(world: World, part: unknown, named: Named): CardPart {
  if (!isPart(part)) throw invalidParameter("a part of a post is no object");
  const tag = String(part["tag"]);
  const fields = POST_TAGS[tag];
  if (!fields) throw invalidParameter(`unknown tag ${tag}`);
  for (const field of Object.keys(part)) {
    if (field !== "tag" && !fields.includes(field)) world.complain(`post: unknown field ${field} of ${tag}`);
  }
  if (tag === "at") return { ...part, user_id: named.key(textField(part, "user_id")) };
  if (tag === "img") return { ...part, image_key: keyOf(world, part, "image_key", "image") };
  if (tag === "media") return { ...part, file_key: keyOf(world, part, "file_key", "file") };
  if (tag === "md") return { ...part, text: named.replaceIn(wordsOf(part["text"])) };
  return part;
}

function readInteractive(world: World, app: AppAccount, value: CardPart, text: string): Content {
  const card = value["type"] === "card" ? takeEntity(world, app, value) : inlineCard(world, app, text);
  const ids = namedIn(card.card);
  const mentions = ids.flatMap((id, index) => {
    const actor = world.actorOf(app, id);
    return actor ? [{ key: `@_user_${index + 1}`, actor }] : [];
  });
  return { msgType: "interactive", content: text, mentions, mentionsAll: ids.includes("all"), card };
}

function inlineCard(world: World, app: AppAccount, text: string): CardEntity {
  return new CardEntity({ app, card: readCard(text), nowMs: world.clock.now() });
}

function takeEntity(world: World, app: AppAccount, value: CardPart): CardEntity {
  const data = isPart(value["data"]) ? value["data"] : {};
  const entity = world.cards.get(String(data["card_id"]));
  const refuse = (code: number, sentence: string) =>
    new ApiFailure(230099, `Failed to create card content, ext=ErrCode: ${code}; ErrMsg: ${sentence}; `);
  if (!entity || entity.app !== app) throw refuse(11310, "cardid is invalid");
  if (entity.post) throw refuse(300311, "a card entity can be sent once only");
  if (world.isCardTooOld(entity)) throw refuse(200750, "card is expired");
  return entity;
}

/** The people named in a message: each gets a key the first time. */
class Named {
  readonly mentions: Mention[] = [];
  isAll = false;
  readonly #world: World;
  readonly #app: AppAccount;

  constructor(world: World, app: AppAccount) {
    this.#world = world;
    this.#app = app;
  }

  replaceIn(text: string): string {
    return text.replace(AT_TAG, (tag, id) => this.#keyOf(id) ?? tag);
  }

  key(id: string): string {
    return this.#keyOf(id) ?? id;
  }

  #keyOf(id: string): string | undefined {
    if (id === "all" || id === "@_all") {
      this.isAll = true;
      return "@_all";
    }
    const actor: Actor | undefined = this.#world.actorOf(this.#app, id);
    if (!actor) return undefined;
    const known = this.mentions.find((mention) => mention.actor === actor);
    if (known) return known.key;
    const mention = { key: `@_user_${this.mentions.length + 1}`, actor };
    this.mentions.push(mention);
    return mention.key;
  }
}
