/** In UTF-8, as file systems count. Most allow 255; a number and a mark for unfinished files go behind it. */
const MOST_BYTES = 180;
const MOST_EXTENSION_BYTES = 20;

/** Names that Windows keeps for devices, with whatever extension. */
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)\s*(\.|$)/i;

/**
 * A name for a file, as close to `name` as is safe wherever it is written to or shown: it stays in its folder, holds
 * nothing that cannot be seen, and is no option of a command. The same name always becomes the same.
 */
export function safeName(name: string, instead = "file"): string {
  const last = name.toWellFormed().normalize("NFC").split(/[/\\]/).at(-1) ?? "";
  const cleaned = last
    // Control characters, marks that turn the direction of text, and other invisible ones.
    .replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|\p{Default_Ignorable_Code_Point}/gu, "")
    .replaceAll(/[<>:"|?*`$\ufffd]/g, "_")
    .replaceAll(/\s+/g, " ")
    .replace(/^[\s~-]+/, "")
    .replace(/[\s.]+$/, "");
  if (/^\.*$/.test(cleaned)) return instead;
  return shorten(RESERVED.test(cleaned) ? `_${cleaned}` : cleaned, MOST_BYTES);
}

/** The same names, each told from the others, also where upper and lower case are one. */
export function distinctNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let distinct = name;
    for (let number = 2; taken.has(folded(distinct)); number++) distinct = numbered(name, number);
    taken.add(folded(distinct));
    return distinct;
  });
}

const folded = (name: string) => name.normalize("NFKC").toUpperCase().toLowerCase();

function numbered(name: string, number: number): string {
  const { stem, extension } = split(name);
  return `${stem} (${number})${extension}`;
}

function shorten(name: string, mostBytes: number): string {
  const { stem, extension } = split(name);
  const room = mostBytes - Buffer.byteLength(extension);
  let short = "";
  let bytes = 0;
  for (const character of stem) {
    bytes += Buffer.byteLength(character);
    if (bytes > room) return `${short.trimEnd()}${extension}`;
    short += character;
  }
  return name;
}

/** Of `notes.tar.gz` the last dot counts; a dot at the beginning, and what is too long to be one, is no extension. */
function split(name: string): { stem: string; extension: string } {
  const at = name.lastIndexOf(".");
  const extension = at > 0 ? name.slice(at) : "";
  if (extension === "" || Buffer.byteLength(extension) > MOST_EXTENSION_BYTES)
    return { stem: name, extension: "" };
  return { stem: name.slice(0, at), extension };
}
