import { SQLiteError } from "bun:sqlite";
import { expect, test } from "bun:test";
import { GatewayError, StoreError } from "../../../src/core/errors.ts";
import { toStoreError } from "../../../src/store/sqlite/errors.ts";

/** An error as SQLite throws it: they cannot be made, only thrown, and their codes not be changed. */
function sqliteError(code: string): Error {
  const error: SQLiteError = Object.create(SQLiteError.prototype, {
    name: { value: "SQLiteError" },
    code: { value: code },
    message: { value: "what SQLite says" },
  });
  return error;
}

test("each failure of SQLite has one meaning, and says whether to try again", () => {
  const meanings = Object.fromEntries(
    [
      "SQLITE_FULL",
      "SQLITE_IOERR_SHMSIZE",
      "SQLITE_READONLY",
      "SQLITE_READONLY_DBMOVED",
      "SQLITE_CORRUPT",
      "SQLITE_CORRUPT_INDEX",
      "SQLITE_NOTADB",
      "SQLITE_BUSY",
      "SQLITE_BUSY_SNAPSHOT",
      "SQLITE_CANTOPEN",
      "SQLITE_IOERR_WRITE",
      "SQLITE_SOMETHING_NEW",
    ].map((code) => {
      const error = toStoreError(sqliteError(code));
      if (!(error instanceof StoreError)) throw new Error(`${code} is no StoreError`);
      expect(error.message).toContain(code);
      expect(error.cause).toBeInstanceOf(SQLiteError);
      expect(error.outcome).toBe("did-not-happen");
      return [code, `${error.code} ${error.retry === "never" ? "never" : "later"}`];
    }),
  );
  expect(meanings).toEqual({
    SQLITE_FULL: "full later",
    SQLITE_IOERR_SHMSIZE: "full later",
    SQLITE_READONLY: "read-only later",
    SQLITE_READONLY_DBMOVED: "read-only later",
    SQLITE_CORRUPT: "corrupt never",
    SQLITE_CORRUPT_INDEX: "corrupt never",
    SQLITE_NOTADB: "corrupt never",
    SQLITE_BUSY: "locked later",
    SQLITE_BUSY_SNAPSHOT: "locked later",
    SQLITE_CANTOPEN: "failed later",
    SQLITE_IOERR_WRITE: "failed later",
    SQLITE_SOMETHING_NEW: "failed later",
  });
});

test("a bug stays a bug", () => {
  const bug = new TypeError("x is not a function");
  expect(toStoreError(bug)).toBe(bug);
  expect(toStoreError(bug)).not.toBeInstanceOf(GatewayError);
});
