import first from "./0001.sql" with { type: "text" };
import second from "./0002.sql" with { type: "text" };

export interface Migration {
  readonly id: number;
  readonly sql: string;
}

/** Every step from an empty file to the present form, oldest first. One that was released never changes. */
export const migrations: readonly Migration[] = [
  { id: 1, sql: first },
  { id: 2, sql: second },
];
