/** A text column that holds a `T`. */
export type Json<T> = string & { readonly holds?: T };

export function encode<T>(value: T): Json<T> {
  return JSON.stringify(value);
}

/** Reads back what this store wrote. */
export function decode<T>(json: Json<T>): T {
  const value: T = JSON.parse(json);
  return value;
}
