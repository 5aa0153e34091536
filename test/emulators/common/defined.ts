type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** The same without what is undefined. */
export function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Defined<T>;
}
