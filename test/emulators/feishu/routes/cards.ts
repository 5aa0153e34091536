import { z } from "zod";
import { ApiFailure } from "../api-failure.ts";
import { CardEntity } from "../card-entity.ts";
import {
  checkCard,
  findElement,
  findText,
  isPart,
  readCard,
  schemaOf,
  type CardPart,
} from "../card-shape.ts";
import { route, type Visit } from "../route.ts";
import { applyActions, insertElements } from "./card-actions.ts";

const CARD_BYTES = 30 * 1024;
const MOST_SEQUENCE = 2_147_483_647;
const MAY_WRITE = ["cardkit:card:write"];
const UUID = z.string().min(1).max(64).optional();
const SEQUENCE = z.int().min(1).max(MOST_SEQUENCE);
const ORDER = { sequence: SEQUENCE, uuid: UUID };

export const CARD_ROUTES = [
  route({
    name: "cardkit.card.create",
    verb: "POST",
    path: "/open-apis/cardkit/v1/cards",
    scopes: MAY_WRITE,
    body: z.strictObject({ type: z.literal("card_json"), data: z.string() }),
    serve: ({ world, app, body, now }) => {
      const card = readEntityCard(body.data);
      const entity = new CardEntity({ id: world.ids.number(), app, card, nowMs: now });
      world.cards.set(entity.id ?? "", entity);
      return { card_id: entity.id };
    },
  }),
  route({
    name: "cardkit.card.update",
    verb: "PUT",
    path: "/open-apis/cardkit/v1/cards/:card_id",
    scopes: MAY_WRITE,
    body: z.strictObject({
      card: z.strictObject({ type: z.literal("card_json"), data: z.string() }),
      ...ORDER,
    }),
    serve: (visit) =>
      operate(visit, (entity) => {
        entity.card = readEntityCard(visit.body.card.data);
        entity.followConfig(visit.now);
      }),
  }),
  route({
    name: "cardkit.card.batchUpdate",
    verb: "POST",
    path: "/open-apis/cardkit/v1/cards/:card_id/batch_update",
    scopes: MAY_WRITE,
    body: z.strictObject({ actions: z.string(), ...ORDER }),
    serve: (visit) => operate(visit, (entity) => applyActions(entity, visit.body.actions, visit.now)),
  }),
  route({
    name: "cardkit.card.settings",
    verb: "PATCH",
    path: "/open-apis/cardkit/v1/cards/:card_id/settings",
    scopes: MAY_WRITE,
    body: z.strictObject({ settings: z.string(), ...ORDER }),
    serve: (visit) => operate(visit, (entity) => changeSettings(entity, visit.body.settings, visit.now)),
  }),
  route({
    name: "cardkit.card.idConvert",
    verb: "POST",
    path: "/open-apis/cardkit/v1/cards/id_convert",
    scopes: MAY_WRITE,
    body: z.strictObject({ message_id: z.string() }),
    serve: ({ world, app, body }) => {
      const card = world.findPost(body.message_id)?.card;
      if (!card || card.app !== app) throw new ApiFailure(200740, "card is not found");
      card.id ??= world.ids.number();
      world.cards.set(card.id, card);
      return { card_id: card.id };
    },
  }),
  route({
    name: "cardkit.cardElement.content",
    verb: "PUT",
    path: "/open-apis/cardkit/v1/cards/:card_id/elements/:element_id/content",
    scopes: MAY_WRITE,
    body: z.strictObject({ content: z.string().min(1).max(100_000), ...ORDER }),
    serve: (visit) =>
      operate(visit, (entity) => {
        checkIsStreaming(entity, visit.now);
        const id = visit.path("element_id");
        const at = findElement(entity.card, id);
        const element = at?.list[at.index];
        const text = element?.["tag"] === "markdown" ? element : findText(entity.card, id);
        if (!text) throw notFound(id);
        text["content"] = visit.body.content;
      }),
  }),
  route({
    name: "cardkit.cardElement.create",
    verb: "POST",
    path: "/open-apis/cardkit/v1/cards/:card_id/elements",
    scopes: MAY_WRITE,
    body: z.strictObject({
      type: z.enum(["insert_before", "insert_after", "append"]),
      target_element_id: z.string().optional(),
      elements: z.string(),
      ...ORDER,
    }),
    serve: (visit) => operate(visit, (entity) => insertElements(entity, visit.body)),
  }),
  route({
    name: "cardkit.cardElement.update",
    verb: "PUT",
    path: "/open-apis/cardkit/v1/cards/:card_id/elements/:element_id",
    scopes: MAY_WRITE,
    body: z.strictObject({ element: z.string(), ...ORDER }),
    serve: (visit) =>
      operate(visit, (entity) => {
        const at = elementAt(entity, visit.path("element_id"));
        at.list[at.index] = { element_id: visit.path("element_id"), ...readPart(visit.body.element) };
      }),
  }),
  route({
    name: "cardkit.cardElement.patch",
    verb: "PATCH",
    path: "/open-apis/cardkit/v1/cards/:card_id/elements/:element_id",
    scopes: MAY_WRITE,
    body: z.strictObject({ partial_element: z.string(), ...ORDER }),
    serve: (visit) =>
      operate(visit, (entity) => {
        const at = elementAt(entity, visit.path("element_id"));
        const { tag: _, ...part } = readPart(visit.body.partial_element);
        at.list[at.index] = { ...at.list[at.index], ...part };
      }),
  }),
  route({
    name: "cardkit.cardElement.delete",
    verb: "DELETE",
    path: "/open-apis/cardkit/v1/cards/:card_id/elements/:element_id",
    scopes: MAY_WRITE,
    body: z.strictObject(ORDER),
    serve: (visit) =>
      operate(visit, (entity) => {
        const at = elementAt(entity, visit.path("element_id"));
        at.list.splice(at.index, 1);
      }),
  }),
  route({
    name: "interactive.card.update",
    verb: "POST",
    path: "/open-apis/interactive/v1/card/update",
    body: z.strictObject({ token: z.string(), card: z.looseObject({}) }),
    serve: ({ world, app, body, bodyBytes, now }) => {
      const press = world.presses.get(body.token);
      if (!press || press.app !== app) throw new ApiFailure(300080, "the token is invalid");
      if (now - press.atMs > TOKEN_MS) throw new ApiFailure(300081, "the token has expired");
      if (press.state === "waiting") throw new ApiFailure(300082, "the press has not been answered yet");
      if (press.usesLeft <= 0) throw new ApiFailure(300083, "the token has been used up");
      if (bodyBytes > CARD_BYTES) throw tooLarge();
      const { open_ids: _, ...card } = body.card;
      checkCard(card);
      press.usesLeft--;
      if (press.post.card) world.showCard(press.post.card, card);
      return undefined;
    },
  }),
];

const TOKEN_MS = 30 * 60_000;

/** Changes a card that was made by itself, if the order of changes allows it; a change that fails leaves it as it was. */
function operate(
  { world, app, path, rates, now, body }: Visit<unknown, { sequence: number; uuid?: string | undefined }>,
  change: (entity: CardEntity) => void,
): undefined {
  const entity = world.cards.get(path("card_id"));
  if (!entity) throw new ApiFailure(200740, "card is not found");
  if (entity.app !== app) throw new ApiFailure(300311, "no permission: the card was made by another app");
  if (world.isCardTooOld(entity)) throw new ApiFailure(200750, "card is expired");
  rates?.countCard(path("card_id"));
  if (body.uuid !== undefined && entity.uuids.has(body.uuid)) throw new ApiFailure(200770, "uuid conflict");
  if (body.sequence <= entity.sequence) throw new ApiFailure(300317, "sequence number compare failed");
  if (entity.waitingPresses > 0 && entity.streaming(now) === "on") {
    throw new ApiFailure(200810, "the user is interacting with the card");
  }
  const before = structuredClone(entity.card);
  try {
    change(entity);
    checkEntityCard(entity.card);
  } catch (error) {
    entity.card = before;
    throw error;
  }
  entity.sequence = body.sequence;
  if (body.uuid !== undefined) entity.uuids.add(body.uuid);
  world.cardChanged(entity);
}

function checkIsStreaming(entity: CardEntity, now: number): void {
  const streaming = entity.streaming(now);
  if (streaming === "over") throw new ApiFailure(200850, "card streaming timeout");
  if (streaming === "off") throw new ApiFailure(300309, "streaming mode is closed");
}

function changeSettings(entity: CardEntity, text: string, now: number): void {
  const settings = readPart(text);
  const config = isPart(settings["config"]) ? settings["config"] : undefined;
  if (!config && settings["card_link"] === undefined) throw new ApiFailure(300301, "settings have no config");
  const { config: before, ...rest } = entity.card;
  const cardLink = settings["card_link"] === undefined ? {} : { card_link: settings["card_link"] };
  entity.card = { ...rest, ...cardLink, config: { ...(isPart(before) ? before : {}), ...config } };
  if (config && "streaming_mode" in config) entity.followConfig(now);
}

function elementAt(entity: CardEntity, id: string): { list: CardPart[]; index: number } {
  const at = findElement(entity.card, id);
  if (!at) throw notFound(id);
  return at;
}

function notFound(id: string): ApiFailure {
  return new ApiFailure(300313, `element ${id} is not found`);
}

function tooLarge(): ApiFailure {
  return new ApiFailure(200860, "card content exceeds the limit of 30 KB");
}

function readEntityCard(text: string): CardPart {
  const card = readCard(text);
  checkEntityCard(card);
  return card;
}

function checkEntityCard(card: CardPart): void {
  if (schemaOf(card) !== "2.0") throw new ApiFailure(200621, "only cards of schema 2.0 can be card entities");
  const config = card["config"];
  if (isPart(config) && config["update_multi"] === false) {
    throw new ApiFailure(300304, "update_multi must not be false");
  }
  if (Buffer.byteLength(JSON.stringify(card)) > CARD_BYTES) throw tooLarge();
  checkCard(card);
}

function readPart(text: string): CardPart {
  try {
    const part: unknown = JSON.parse(text);
    if (isPart(part)) return part;
  } catch {
    // Said below, as for anything else that is no object.
  }
  throw new ApiFailure(300315, "the element is no valid JSON object");
}
