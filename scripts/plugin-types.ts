import { join, resolve } from "node:path";
import ts from "typescript";
import { formatted } from "./config-documents.ts";

const ROOT = resolve(import.meta.dir, "..");
const ENTRY = join(ROOT, "src/index.ts");
/** Its type is made from the schema; what plugins see is what comes out of that. */
const CONFIG_FILE = join(ROOT, "src/core/config-schema.ts");
const OUT = "/declarations";

/** Where the types that plugins see are kept, for editors and for `tsc`. */
export const PLUGIN_TYPES = "types/index.d.ts";

/**
 * The types that plugins see, in one file that needs no other: every declaration that `src/index.ts` exports, with
 * what those mention. Throws where two of them have one name.
 */
export function pluginTypes(): string {
  const declarations = new Declarations(emitted());
  declarations.need("index", "*");
  const header = '/** What a plugin may import from "pi-gateway". Made by scripts/write-plugin-types.ts. */';
  return formatted(PLUGIN_TYPES, [header, ...declarations.texts(), "export {};"].join("\n\n"));
}

/** The declaration files of everything that the entry reaches, by the path of their source without suffix. */
function emitted(): ReadonlyMap<string, ts.SourceFile> {
  const { config } = ts.readConfigFile(join(ROOT, "tsconfig.json"), (file) => ts.sys.readFile(file));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const emit = { noEmit: false, declaration: true, emitDeclarationOnly: true, outDir: OUT, rootDir: ROOT };
  const program = ts.createProgram([ENTRY], { ...options, ...emit });
  const files = new Map<string, ts.SourceFile>();
  const add = (name: string, text: string) =>
    files.set(name, ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true));
  program.emit(undefined, (path, text) => add(path.slice(`${OUT}/src/`.length, -".d.ts".length), text));
  add("core/config-schema", configDeclaration(program));
  return files;
}

function configDeclaration(program: ts.Program): string {
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(CONFIG_FILE);
  const module = file && checker.getSymbolAtLocation(file);
  const symbol = module && checker.getExportsOfModule(module).find(({ name }) => name === "Config");
  if (!symbol) throw new Error(`${CONFIG_FILE} exports no Config`);
  const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias;
  const fields = checker
    .getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol))
    .map(
      (field) =>
        `readonly ${field.name}: ${checker.typeToString(checker.getTypeOfSymbol(field), undefined, flags)};`,
    )
    .toSorted();
  return `/** The configuration in force, complete. */\nexport interface Config {\n${fields.join("\n")}\n}`;
}

/** Collects declarations, and what they mention, out of many files. */
class Declarations {
  readonly #files: ReadonlyMap<string, ts.SourceFile>;
  /** By name: where it is from, and its text. */
  readonly #kept = new Map<string, { readonly file: string; readonly text: string }>();
  readonly #exported = new Set<string>();

  constructor(files: ReadonlyMap<string, ts.SourceFile>) {
    this.#files = files;
  }

  /** Keeps what `file` exports as `name`; all of it for `*`. */
  need(file: string, name: string): void {
    const source = this.#files.get(file);
    if (!source) throw new Error(`${file} was not emitted`);
    for (const statement of source.statements) {
      if (ts.isExportDeclaration(statement)) this.#needExport(file, statement, name);
      else if (
        isDeclaration(statement) &&
        isExported(statement) &&
        (name === "*" || nameOf(statement) === name)
      ) {
        this.#exported.add(nameOf(statement));
        this.#keep(file, statement);
      }
    }
  }

  texts(): readonly string[] {
    return Array.from(this.#kept, ([name, { text }]) => {
      const bare = text.replace(/^export /m, "");
      return this.#exported.has(name) ? bare.replace(/^(declare |interface |type )/m, "export $1") : bare;
    });
  }

  #needExport(file: string, { moduleSpecifier, exportClause }: ts.ExportDeclaration, name: string): void {
    const target = targetOf(file, moduleSpecifier);
    if (target === undefined) return;
    if (!exportClause || !ts.isNamedExports(exportClause)) {
      this.need(target, name);
      return;
    }
    for (const one of exportClause.elements) {
      if (name === "*" || one.name.text === name) this.need(target, (one.propertyName ?? one.name).text);
    }
  }

  #keep(file: string, statement: Declaration): void {
    const name = nameOf(statement);
    const known = this.#kept.get(name);
    if (known?.file === file) return;
    if (known) throw new Error(`${known.file} and ${file} both declare ${name}`);
    this.#kept.set(name, { file, text: statement.getFullText().trim() });
    for (const mentioned of identifiersIn(statement)) this.#follow(file, mentioned);
  }

  /** To the declaration of a name that `file` uses, if it is one of ours. */
  #follow(file: string, name: string): void {
    for (const statement of this.#files.get(file)?.statements ?? []) {
      if (isDeclaration(statement) && nameOf(statement) === name) this.#keep(file, statement);
      if (!ts.isImportDeclaration(statement)) continue;
      const target = targetOf(file, statement.moduleSpecifier);
      const bindings = statement.importClause?.namedBindings;
      if (target === undefined || !bindings || !ts.isNamedImports(bindings)) continue;
      const imported = bindings.elements.find((one) => one.name.text === name);
      if (imported) this.#followExport(target, (imported.propertyName ?? imported.name).text);
    }
  }

  #followExport(file: string, name: string): void {
    for (const statement of this.#files.get(file)?.statements ?? []) {
      if (isDeclaration(statement) && nameOf(statement) === name) this.#keep(file, statement);
      if (!ts.isExportDeclaration(statement)) continue;
      const target = targetOf(file, statement.moduleSpecifier);
      if (target !== undefined) this.#followExport(target, name);
    }
  }
}

type Declaration =
  | ts.InterfaceDeclaration
  | ts.TypeAliasDeclaration
  | ts.ClassDeclaration
  | ts.FunctionDeclaration
  | ts.VariableStatement;

function isDeclaration(node: ts.Statement): node is Declaration {
  return (
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isVariableStatement(node)
  );
}

function nameOf(node: Declaration): string {
  const named = ts.isVariableStatement(node) ? node.declarationList.declarations[0] : node;
  return named?.name && ts.isIdentifier(named.name) ? named.name.text : "";
}

function isExported(node: Declaration): boolean {
  return node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

function identifiersIn(node: ts.Node): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (child: ts.Node) => {
    if (ts.isIdentifier(child)) found.add(child.text);
    ts.forEachChild(child, visit);
  };
  visit(node);
  return found;
}

/** `../core/channel.ts`, seen from `plugins/types`, is `core/channel`. */
function targetOf(from: string, specifier: ts.Expression | undefined): string | undefined {
  if (!specifier || !ts.isStringLiteral(specifier) || !specifier.text.startsWith(".")) return undefined;
  return join(from, "..", specifier.text).replace(/(\.d)?\.ts$/, "");
}
