/** A file on its way to the gateway. */
export interface OutgoingFile {
  readonly name: string;
  readonly mimeType: string;
  readonly base64: string;
}

/** Keeps the files of unsent messages across a reload, where the browser lets us. */
export interface FileShelf {
  put(key: string, files: readonly OutgoingFile[]): Promise<void>;
  get(key: string): Promise<readonly OutgoingFile[] | undefined>;
  remove(key: string): Promise<void>;
}
