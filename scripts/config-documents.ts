import { z } from "zod";
import { expectedBy } from "../src/core/config-problems.ts";
import { configSchema } from "../src/core/config-schema.ts";
import { type Shape, shapeOf } from "../src/core/config-shape.ts";
import { channelSchemas } from "../src/plugins/builtin/channel-schemas.ts";

type Schema = z.core.$ZodType;

/** The files that are made from the schema, by their path in the repository, formatted. */
export function configDocuments(): Readonly<Record<string, string>> {
  const schema = configSchema(channelSchemas);
  return {
    "pi-gateway.schema.json": formatted("pi-gateway.schema.json", JSON.stringify(jsonSchemaOf(schema))),
    "docs/configuration.md": formatted("docs/configuration.md", referenceOf(schema)),
  };
}

function jsonSchemaOf(schema: z.ZodType): object {
  const made = z.toJSONSchema(schema, {
    io: "input",
    override: ({ jsonSchema }) => {
      for (const ours of ["secret", "own", "alias"]) delete jsonSchema[ours];
      if (jsonSchema.format === "path" || jsonSchema.format === "command") delete jsonSchema.format;
      if (isEmptySection(jsonSchema.default)) delete jsonSchema.default;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      allowVariable(jsonSchema);
    },
  });
  return { ...made, title: "pi-gateway.jsonc", description: "The configuration of pi-gateway." };
}

function isEmptySection(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** An editor must not complain about `"port": "${PORT}"`. */
function allowVariable(node: z.core.JSONSchema.BaseSchema): void {
  const isClosed = node.enum !== undefined || node.pattern !== undefined || node.format !== undefined;
  const isText = node.type === "string" && !isClosed;
  if (isText || node.const !== undefined || node.type === "object" || node.type === "array") return;
  if (node.type === undefined && node.enum === undefined) return;
  const own = { ...node };
  for (const key of Object.keys(own)) if (key !== "description" && key !== "default") delete node[key];
  delete own.description;
  delete own.default;
  node.anyOf = [own, { type: "string", pattern: "\\$\\{[A-Za-z_]" }];
}

const INTRODUCTION = `# Configuration

<!-- Made from the schema by \`scripts/write-schema.ts\`: change the descriptions there. -->

The gateway runs without any configuration. What you want different goes into \`pi-gateway.jsonc\`: JSON with
comments and trailing commas. The first of these counts:

1. \`--config <file>\`
2. \`$PI_GATEWAY_CONFIG\`
3. \`pi-gateway.jsonc\` in the working directory
4. \`~/.pi/gateway/pi-gateway.jsonc\`

\`pi-gateway.jsonc.example\` shows all sections. With \`"$schema": "./pi-gateway.schema.json"\` as its first key, an
editor completes and checks the file.

**What is wrong.** A broken file or a wrong value stops the start; the message names file, line, column, what was
expected, and what was probably meant. An unknown key is a warning, and the gateway starts. While the gateway runs,
the file is read again when it changes; a wrong one changes nothing and is logged.

**Variables.** \`\${NAME}\` is the environment's value, \`\${NAME:-default}\` has a default, \`$$\` is a plain \`$\`. An empty
variable counts as unset. Where a variable is not set, the nearest thing around it that has a switch \`enabled\` is
switched off with a warning: an account, a channel, a cron job, a plugin, the webhooks. Where there is none, and
anywhere under \`gateway\` and \`security\`, the start stops. Numbers and switches may come from variables too. pi and its
tools do not see variables that are used outside \`agent\` only.

**Paths.** \`~\` is your home folder; a relative path starts at the configuration file.

**Secrets** never appear in the log, in \`pi-gw config show\` or in \`/api/config\`: only where they come from, their
length, and the end of long ones.

\`$PI_GATEWAY_STATE_DIR\` wins over \`gateway.stateDir\`, and \`--port\` over \`gateway.port\`.
`;

function referenceOf(schema: Schema): string {
  const root = shapeOf(schema);
  if (root.kind !== "section") throw new TypeError("the configuration is a section");
  const parts = [INTRODUCTION];
  for (const [name, field] of root.fields) {
    if (name === "$schema") continue;
    const shape = shapeOf(field);
    if (name === "channels" && shape.kind === "section") {
      for (const [channel, section] of shape.fields) parts.push(chapterOf(`channels.${channel}`, section));
    } else parts.push(chapterOf(name, field));
  }
  return parts.join("\n");
}

function chapterOf(path: string, schema: Schema): string {
  const shape = shapeOf(schema);
  const rows = rowsOf(path, schema);
  const head = `## \`${path}\`\n\n${shape.facts.description ?? ""}\n`;
  if (rows.length === 0) return `${head}\nAccepts ${expectedBy(shape)}.\n`;
  const lines = rows.map((row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`);
  return `${head}\n| key | value | default | |\n|---|---|---|---|\n${lines.join("\n")}\n`;
}

/** What an account may set differently is described at its channel. */
const SAME = "As for the channel.";

function rowsOf(path: string, schema: Schema): readonly (readonly string[])[] {
  return childrenOf(schema).flatMap(([key, child]) => {
    const shape = shapeOf(child);
    const at = `${path}${key}`;
    const below = rowsOf(at, child);
    const isGroup = below.length > 0 && shape.kind === "section";
    const own = [
      `\`${at}\``,
      isGroup ? "" : valueInWords(shape),
      defaultInWords(shape),
      shape.facts.description ?? "",
    ];
    if (shape.facts.description === SAME || shape.facts.alias) return [];
    return key === "[]" || key === ".<name>" ? below : isGroup ? below : [own, ...below];
  });
}

/** What lies below, with the way its path goes on. */
function childrenOf(schema: Schema): readonly (readonly [string, Schema])[] {
  const shape = shapeOf(schema);
  if (shape.kind === "section") return [...shape.fields].map(([key, child]) => [`.${key}`, child] as const);
  if (shape.kind === "map") return [[".<name>", shape.item]];
  if (shape.kind === "list") return [["[]", shape.item]];
  if (shape.kind !== "choice") return [];
  const seen = new Map(shape.options.flatMap((option) => childrenOf(option)));
  return [...seen];
}

function valueInWords(shape: Shape): string {
  if (shape.kind === "map") return "a section for each name";
  if (shape.kind === "section") return "a section";
  if (shape.kind === "list") return `a list: ${plain(shapeOf(shape.item))}`;
  return plain(shape);
}

function plain(shape: Shape): string {
  if (shape.facts.secret) return "a secret";
  return expectedBy(shape)
    .replaceAll(/"([^"]*)"/g, "`$1`")
    .replaceAll(" { … }", "")
    .replaceAll(" [ … ]", "");
}

function defaultInWords({ facts: { fallback } }: Shape): string {
  if (fallback === undefined || isEmptySection(fallback)) return "";
  return `\`${typeof fallback === "string" ? fallback : JSON.stringify(fallback)}\``;
}

/** `text` as `bun fmt` has it; `name` says what it is. */
export function formatted(name: string, text: string): string {
  const { stdout, exitCode, stderr } = Bun.spawnSync({
    cmd: [process.execPath, "fmt", "--no-script", `--stdin-filepath=${name}`],
    cwd: new URL("..", import.meta.url).pathname,
    stdin: Buffer.from(text),
  });
  if (exitCode !== 0) throw new Error(`bun fmt could not format ${name}: ${stderr.toString()}`);
  return stdout.toString();
}
