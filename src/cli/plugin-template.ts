// @ts-expect-error Imported as text it has a default, whatever it declares.
// oxlint-disable-next-line import/default -- the same
import types from "../../types/index.d.ts" with { type: "text" };
import { MANIFEST } from "../plugins/plugin-source.ts";

/** Declares the module for a folder in which no package of ours is installed. */
export const TYPES_FILE = "pi-gateway.d.ts";

/** What a new plugin is called, in the forms that its files need. */
export interface PluginNames {
  /** `my-plugin` */
  readonly id: string;
  /** `myPlugin`: its function. */
  readonly fn: string;
  /** `my_plugin_greet`: its tool. */
  readonly tool: string;
}

export function namesOf(id: string): PluginNames {
  const fn = id.replaceAll(/-+(\w)/g, (_all, letter: string) => letter.toUpperCase()).replaceAll("-", "");
  return { id, fn: `${fn}Plugin`, tool: `${id.replaceAll("-", "_")}_greet` };
}

/** The files of a new plugin by their names: one that works, with what an editor and a test need. */
export function pluginFiles(names: PluginNames, testWith: string): Readonly<Record<string, string>> {
  return {
    "index.ts": indexFile(names),
    "index.test.ts": testFile(names),
    [MANIFEST]: manifestFile(names),
    "README.md": readmeFile(names, testWith),
    "tsconfig.json": TSCONFIG,
    [TYPES_FILE]: ambientTypes(),
  };
}

/** The types that plugins see, for a folder in which no package of ours is installed. */
export function ambientTypes(): string {
  const text: unknown = types;
  if (typeof text !== "string") throw new TypeError("the types of plugins were not imported as text");
  const inside = text.replaceAll(/^(export )?declare /gm, "$1");
  return `declare module "pi-gateway" {\n${inside.replaceAll(/^(?=.)/gm, "  ")}}\n`;
}

const indexFile = ({ fn, tool }: PluginNames) => `import type { GatewayPluginApi } from "pi-gateway";

/** What people may set; ${MANIFEST} describes it, and has the defaults. */
interface Options {
  readonly greeting: string;
}

export default function ${fn}(api: GatewayPluginApi) {
  const { greeting } = api.options as Options;

  // A tool: the model reads the description and decides when to call it.
  api.registerTool<{ name: string }>({
    name: "${tool}",
    description: "Greets somebody by name. Use it when you are asked for a greeting.",
    parameters: {
      type: "object",
      properties: { name: { type: "string", description: "Whom to greet." } },
      required: ["name"],
    },
    execute: ({ name }) => \`\${greeting}, \${name}!\`,
  });

  // A hook: it sees every tool call before it happens, those of pi's own tools too.
  api.registerHook(["before_tool_call"], ({ tool, params }) => {
    const isDangerous = tool === "bash" && /\\brm\\s+-\\w*r/.test(String(params["command"]));
    return isDangerous ? { block: "Whole folders are not deleted here." } : undefined;
  });
}
`;

const testFile = ({ fn, tool }: PluginNames) => `import { expect, test } from "bun:test";
import type { GatewayPluginApi } from "pi-gateway";
import ${fn} from "./index.ts";

/** A gateway that only remembers what the plugin registers. */
function load(options: object) {
  const tools = new Map<string, { execute(params: object): unknown }>();
  const hooks = new Map<string, (context: object) => unknown>();
  const api = {
    options,
    registerTool: (tool: { name: string; execute(params: object): unknown }) => tools.set(tool.name, tool),
    registerHook: (names: string[], handler: (context: object) => unknown) =>
      names.forEach((name) => hooks.set(name, handler)),
  };
  // The rest of the API is not called by this plugin.
  ${fn}(api as unknown as GatewayPluginApi);
  return { tools, hooks };
}

test("the tool greets as the options say", () => {
  const { tools } = load({ greeting: "Good day" });
  expect(tools.get("${tool}")?.execute({ name: "Ada" })).toBe("Good day, Ada!");
});

test("deleting whole folders is stopped, anything else is not", () => {
  const { hooks } = load({ greeting: "Hello" });
  const ask = (command: string) => hooks.get("before_tool_call")?.({ tool: "bash", params: { command } });
  expect(ask("rm -rf build")).toEqual({ block: "Whole folders are not deleted here." });
  expect(ask("ls")).toBeUndefined();
});
`;

const manifestFile = ({ id }: PluginNames) =>
  `${JSON.stringify(
    {
      id,
      name: id,
      version: "0.1.0",
      main: "index.ts",
      configSchema: {
        type: "object",
        properties: {
          greeting: { type: "string", default: "Hello", description: "What the greeting begins with." },
        },
        additionalProperties: false,
      },
    },
    undefined,
    2,
  )}\n`;

const readmeFile = ({ id, tool }: PluginNames, testWith: string) => `# ${id}

A plugin for pi-gateway. It adds:

- the tool \`${tool}\`, which greets somebody by name;
- a hook that stops \`rm -r\` before pi's \`bash\` runs it.

In \`pi-gateway.jsonc\`:

\`\`\`jsonc
"plugins": [{ "path": "./plugins/${id}", "options": { "greeting": "Good day" } }]
\`\`\`

Its test: \`${testWith}\`, or \`bun test\` in this folder.
`;

const TSCONFIG = `${JSON.stringify(
  {
    compilerOptions: {
      target: "ESNext",
      module: "Preserve",
      lib: ["ESNext", "DOM", "DOM.Iterable"],
      types: [],
      strict: true,
      noEmit: true,
      allowImportingTsExtensions: true,
      skipLibCheck: true,
    },
    include: ["**/*.ts"],
    exclude: ["**/*.test.ts"],
  },
  undefined,
  2,
)}\n`;
