/** A message that may be a command, taken apart. */
export interface CommandText {
  /** As typed: whoever looks it up decides about upper and lower case. */
  readonly name: string;
  /** What stands behind the name, trimmed. */
  readonly args: string;
}

/** Longer than any name that somebody would give to a skill. */
const MAX_NAME = 128;

/**
 * Takes `text` apart if it is written like a command: the prefix at the very beginning, at once a name without
 * another slash in it, then the end or white space. `/new@my_bot`, as platforms send it, is `new`: whether a
 * message is for us at all is the channel's to say. A space in front makes any text an ordinary one.
 */
export function readCommand(text: string, prefix: string): CommandText | undefined {
  if (!text.startsWith(prefix)) return undefined;
  const behind = text.slice(prefix.length, prefix.length + 2 * MAX_NAME);
  const head = /^\S+/.exec(behind)?.[0] ?? "";
  const name = head.replace(/(?<=.)@[\w.-]+$/, "");
  if (name.length > MAX_NAME || !/^[\p{L}\p{N}_][^\s/\\]*$/u.test(name)) return undefined;
  return { name, args: text.slice(prefix.length + head.length).trim() };
}
