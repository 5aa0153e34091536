/** A file that came with a request. */
export interface Upload {
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: Uint8Array;
}

/** The fields of a request, whatever form it had: values of JSON as they are, all others as texts. */
export interface Form {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly files: ReadonlyMap<string, Upload>;
}

/** Reads the query and the body of a request: JSON, a form, or one with files. Throws if the body is not what it says. */
export async function readForm(url: URL, contentType: string, body: Uint8Array): Promise<Form> {
  const query = Object.fromEntries(url.searchParams);
  const files = new Map<string, Upload>();
  if (body.length === 0) return { fields: query, files };
  if (contentType.startsWith("application/json")) {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    if (typeof value !== "object" || value === null) throw new Error("the body is no object");
    return { fields: { ...query, ...value }, files };
  }
  if (contentType.startsWith("application/x-www-form-urlencoded")) {
    const params = new URLSearchParams(new TextDecoder().decode(body));
    return { fields: { ...query, ...Object.fromEntries(params) }, files };
  }
  const fields: Record<string, unknown> = { ...query };
  const named = nameFiles(body, contentType);
  const form = await new Response(named, { headers: { "content-type": contentType } }).formData();
  for (const [name, value] of form) {
    if (typeof value === "string") fields[name] = value;
    else files.set(name, { name: value.name, mimeType: value.type, bytes: await value.bytes() });
  }
  return { fields, files };
}

/** A part with a type of its own is a file also without a name, which the parser would take for a text: it gets one. */
function nameFiles(body: Uint8Array, contentType: string): Uint8Array<ArrayBuffer> {
  const boundary = contentType.match(/boundary="?([^";]+)/)?.[1] ?? "";
  const head = new RegExp(
    `(--${RegExp.escape(boundary)}\\r\\nContent-Disposition: form-data; name="[^"]*")(\\r\\nContent-Type: )`,
    "gi",
  );
  // Each sign stands for a byte, there and back.
  const text = Buffer.from(body).toString("latin1").replace(head, '$1; filename="blob"$2');
  return new Uint8Array(Buffer.from(text, "latin1"));
}
