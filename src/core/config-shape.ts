import { z } from "zod";

type Schema = z.core.$ZodType;

/** What is known about a value besides its form; set with `.meta()` where the schema is written. */
export interface ShapeFacts {
  /** Must never be shown. */
  readonly secret?: boolean;
  /** Belongs to one account of a channel: other accounts do not inherit it. */
  readonly own?: boolean;
  readonly format?: string;
  /** A second spelling of another key. */
  readonly alias?: boolean;
  readonly description?: string | undefined;
  /** What the program uses when the key is absent. */
  readonly fallback?: unknown;
}

/** What a place in the configuration accepts, without the wrappers a schema puts around it. */
export type Shape = { readonly facts: ShapeFacts } & (
  | { readonly kind: "section"; readonly fields: ReadonlyMap<string, Schema>; readonly isOpen: boolean }
  | { readonly kind: "map" | "list"; readonly item: Schema }
  | { readonly kind: "choice"; readonly options: readonly Schema[] }
  | { readonly kind: "values"; readonly values: readonly unknown[] }
  | { readonly kind: "number"; readonly whole: boolean; readonly least: number; readonly most: number }
  | { readonly kind: "text" | "switch" | "anything" }
);

type Bare = Shape extends infer Each ? (Each extends unknown ? Omit<Each, "facts"> : never) : never;

/** Reads what `schema` accepts. A form that is not known here is "anything": zod itself still checks it. */
export function shapeOf(schema: Schema): Shape {
  const known = SHAPES.get(schema);
  if (known) return known;
  const shape = readShape(schema);
  SHAPES.set(schema, shape);
  return shape;
}

/** A schema never changes, and is asked for its shape many times. */
const SHAPES = new WeakMap<Schema, Shape>();

function readShape(schema: Schema): Shape {
  let facts: ShapeFacts = {};
  let inner = schema;
  for (;;) {
    facts = { ...z.globalRegistry.get(inner), ...fallbackOf(inner), ...facts };
    const next = unwrapped(inner);
    if (!next) return { ...bareShapeOf(inner), facts };
    inner = next;
  }
}

/** The part of a choice that `value` was meant to be, as far as its form tells; other shapes as they are. */
export function shapeFor(schema: Schema, value: unknown): Shape | undefined {
  const shape = shapeOf(schema);
  if (shape.kind !== "choice") return shape;
  const index = branchFor(shape.options, value);
  const option = index === undefined ? undefined : shape.options[index];
  const chosen = option && shapeFor(option, value);
  return chosen && { ...chosen, facts: { ...shape.facts, ...chosen.facts } };
}

/** Which of `options` has the form of `value`, or undefined if none has. */
export function branchFor(options: readonly Schema[], value: unknown): number | undefined {
  const fitting = [...options.keys()].filter((index) => {
    const option = options[index];
    return option !== undefined && isOfForm(shapeOf(option), value);
  });
  return fitting[0];
}

/** The schema of what stands under `key` in a value of this shape. */
export function childSchema(shape: Shape | undefined, key: string | number): Schema | undefined {
  if (shape?.kind === "section") return shape.fields.get(String(key));
  if (shape?.kind === "map" || shape?.kind === "list") return shape.item;
  return undefined;
}

/** The shape at `path`, where `root` is the whole value; choices are decided by what stands there. */
export function shapeAt(schema: Schema, root: unknown, path: readonly PropertyKey[]): Shape | undefined {
  let shape = shapeFor(schema, root);
  let value = root;
  for (const [index, key] of path.entries()) {
    const next = childSchema(shape, String(key));
    if (!next) return undefined;
    value = childOf(value, key);
    // The last step keeps its choice open: the caller wants to say everything that is accepted there.
    shape = index === path.length - 1 ? shapeOf(next) : shapeFor(next, value);
  }
  return shape;
}

/** What stands under `key`, or undefined if `value` holds nothing. */
export function childOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (Reflect.get(value, key) as unknown)
    : undefined;
}

/** Whether a key may be left out. */
export function isOptional(schema: Schema): boolean {
  return z.safeParse(schema, undefined).success;
}

export function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unwrapped(schema: Schema): Schema | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodReadonly)
    return schema.def.innerType;
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return schema.def.innerType;
  // `preprocess` is a pipe that begins with a transform: what it accepts is what it hands on.
  if (schema instanceof z.ZodPipe)
    return schema.def.in instanceof z.ZodTransform ? schema.def.out : schema.def.in;
  return undefined;
}

function fallbackOf(schema: Schema): ShapeFacts {
  const has = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return has ? { fallback: schema.def.defaultValue } : {};
}

function bareShapeOf(schema: Schema): Bare {
  if (schema instanceof z.ZodObject) return sectionOf(schema);
  if (schema instanceof z.ZodRecord) return { kind: "map", item: schema.def.valueType };
  if (schema instanceof z.ZodArray) return { kind: "list", item: schema.def.element };
  if (schema instanceof z.ZodUnion) return { kind: "choice", options: schema.def.options };
  if (schema instanceof z.ZodEnum) return { kind: "values", values: schema.options };
  if (schema instanceof z.ZodLiteral) return { kind: "values", values: [...schema.values] };
  if (schema instanceof z.ZodBoolean) return { kind: "switch" };
  if (schema instanceof z.ZodNumber) return numberOf(schema);
  if (schema instanceof z.ZodString || schema instanceof z.ZodStringFormat) return { kind: "text" };
  return { kind: "anything" };
}

function sectionOf(schema: z.ZodObject): Bare {
  const closed = schema.def.catchall instanceof z.ZodNever || schema.def.catchall === undefined;
  return { kind: "section", fields: new Map(Object.entries(schema.def.shape)), isOpen: !closed };
}

function numberOf(schema: z.ZodNumber): Bare {
  return {
    kind: "number",
    whole: schema.format?.includes("int") ?? false,
    least: schema.minValue ?? Number.NEGATIVE_INFINITY,
    most: schema.maxValue ?? Number.POSITIVE_INFINITY,
  };
}

function isOfForm(shape: Shape, value: unknown): boolean {
  if (shape.kind === "section") return isSection(value) && hasItsLiterals(shape.fields, value);
  if (shape.kind === "choice") return branchFor(shape.options, value) !== undefined;
  if (shape.kind === "values") return shape.values.includes(value);
  if (shape.kind === "map") return isSection(value);
  if (shape.kind === "list") return Array.isArray(value);
  return shape.kind === "anything" || typeof value === TYPE_OF[shape.kind];
}

const TYPE_OF = { number: "number", text: "string", switch: "boolean" } as const;

/** Sections of one choice are told apart by a key with a fixed value, such as a schedule's `kind`. */
function hasItsLiterals(fields: ReadonlyMap<string, Schema>, value: Record<string, unknown>): boolean {
  for (const [key, schema] of fields) {
    if (schema instanceof z.ZodLiteral && ![...schema.values].some((one) => one === value[key])) return false;
  }
  return true;
}
