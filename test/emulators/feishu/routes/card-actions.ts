import { z } from "zod";
import { ApiFailure } from "../api-failure.ts";
import type { CardEntity } from "../card-entity.ts";
import { findElement, isPart, type CardPart } from "../card-shape.ts";

const ELEMENTS = z.array(z.looseObject({ tag: z.string() }));
const PLACE = {
  type: z.enum(["insert_before", "insert_after", "append"]),
  target_element_id: z.string().optional(),
};
const ACTIONS = z.array(
  z.discriminatedUnion("action", [
    z.strictObject({
      action: z.literal("partial_update_setting"),
      params: z.strictObject({ settings: z.looseObject({}) }),
    }),
    z.strictObject({
      action: z.literal("add_elements"),
      params: z.strictObject({ ...PLACE, elements: ELEMENTS }),
    }),
    z.strictObject({
      action: z.literal("delete_elements"),
      params: z.strictObject({ element_ids: z.array(z.string()) }),
    }),
    z.strictObject({
      action: z.literal("partial_update_element"),
      params: z.strictObject({ element_id: z.string(), partial_element: z.looseObject({}) }),
    }),
    z.strictObject({
      action: z.literal("update_element"),
      params: z.strictObject({ element_id: z.string(), element: z.looseObject({ tag: z.string() }) }),
    }),
  ]),
);

type Action = z.infer<typeof ACTIONS>[number];

/** Does several things to a card, all or none. */
export function applyActions(entity: CardEntity, text: string, now: number): void {
  const read = ACTIONS.safeParse(parse(text));
  if (!read.success) throw new ApiFailure(300301, `actions are invalid: ${read.error.issues[0]?.message}`);
  for (const action of read.data) apply(entity, action, now);
}

function apply(entity: CardEntity, { action, params }: Action, now: number): void {
  switch (action) {
    case "partial_update_setting": {
      const { config } = params.settings;
      const before = entity.card["config"];
      entity.card["config"] = { ...(isPart(before) ? before : {}), ...(isPart(config) ? config : {}) };
      if (isPart(config) && "streaming_mode" in config) entity.followConfig(now);
      return;
    }
    case "add_elements":
      return place(entity, params, params.elements);
    case "delete_elements":
      for (const id of params.element_ids) {
        const { list, index } = at(entity, id);
        list.splice(index, 1);
      }
      return;
    default: {
      const { list, index } = at(entity, params.element_id);
      const id = { element_id: params.element_id };
      list[index] =
        "element" in params ? { ...id, ...params.element } : { ...list[index], ...params.partial_element };
    }
  }
}

/** Puts elements in, as the address for that has it: they come as JSON in a text. */
export function insertElements(
  entity: CardEntity,
  facts: {
    readonly type: "insert_before" | "insert_after" | "append";
    readonly target_element_id?: string | undefined;
    readonly elements: string;
  },
): void {
  const read = ELEMENTS.safeParse(parse(facts.elements));
  if (!read.success) throw new ApiFailure(300315, "elements are invalid");
  place(entity, facts, read.data);
}

function place(
  entity: CardEntity,
  facts: { readonly type: string; readonly target_element_id?: string | undefined },
  elements: readonly CardPart[],
): void {
  const { type, target_element_id: target } = facts;
  if (target !== undefined) {
    const { list, index } = at(entity, target);
    if (type === "append") {
      const inside = list[index]?.["elements"];
      if (!Array.isArray(inside)) throw new ApiFailure(300313, `${target} holds no elements`);
      inside.push(...elements);
    } else list.splice(type === "insert_before" ? index : index + 1, 0, ...elements);
    return;
  }
  if (type !== "append") throw new ApiFailure(300301, `${type} needs a target_element_id`);
  const body = entity.card["body"];
  if (isPart(body) && Array.isArray(body["elements"])) body["elements"].push(...elements);
}

function at(entity: CardEntity, id: string): { list: CardPart[]; index: number } {
  const found = findElement(entity.card, id);
  if (!found) throw new ApiFailure(300313, `element ${id} is not found`);
  return found;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiFailure(300301, "it is no valid JSON");
  }
}
