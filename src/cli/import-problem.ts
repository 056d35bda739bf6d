import { existsSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Describes in one line why Node.js cannot import a module, and how to correct it.
 *
 * @param path the file that was imported, for errors that do not name one
 * @returns undefined for errors that the module itself has thrown
 */
export function importProblem(error: unknown, path: string): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { message } = error;
  const place = placeOf(error) ?? path;
  const code = "code" in error ? String(error.code) : undefined;
  switch (code) {
    case "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX":
      return unsupportedSyntax(message, place);
    case "ERR_INVALID_TYPESCRIPT_SYNTAX":
      return `${place} is not valid TypeScript: ${firstLine(message)}.`;
    case "ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING":
      return `${shownPath(/"(.*)"/.exec(message)?.[1] ?? "A file")} is TypeScript under node_modules, which Node.js does not run: move it out of node_modules, or compile it to JavaScript.`;
    case "ERR_UNKNOWN_FILE_EXTENSION":
      return `${shownPath(/for (.*)$/.exec(message)?.[1] ?? "A file")} is not a module: its name must end with .ts, .mts, .js or .mjs.`;
    case "ERR_MODULE_NOT_FOUND":
    case "ERR_UNSUPPORTED_DIR_IMPORT":
      return notFound(message);
    default:
      return error instanceof SyntaxError ? badImport(message, place) : undefined;
  }
}

/** Returns a path as a user would write it: relative if it is in the working directory. */
export function shownPath(path: string): string {
  const file = path.startsWith("file:") ? fileURLToPath(path) : path;
  const near = relative(process.cwd(), file);
  return near === "" || near.startsWith("..") ? file : near;
}

/** The replacements of what is TypeScript, but cannot run by removing types. */
const replacements: readonly (readonly [what: RegExp, instead: string])[] = [
  [/enum/, 'use an object: const Kind = { A: "a" } as const'],
  [/parameter property/, "declare the property, and assign it in the constructor"],
  [/namespace|module/, "use a module, or an object"],
  [/import/, "use import … from, or export"],
];

function unsupportedSyntax(message: string, place: string): string {
  const what = /^TypeScript (.*?) (?:is|are) not supported/.exec(message)?.[1] ?? message;
  const instead = replacements.find(([each]) => each.test(what))?.[1];
  const remedy = instead ?? "write it in JavaScript";
  return `${place} has TypeScript that Node.js cannot run by removing the types (${firstLine(what)}): ${remedy}.`;
}

/** The extensions of modules, in the order in which a missing one is proposed. */
const EXTENSIONS = [".ts", ".mts", ".js", ".mjs", "/index.ts", "/index.js"];

function notFound(message: string): string | undefined {
  const found = /^(Cannot find (?:module|package)|Directory import) '(.*?)'.* imported from (.*)$/;
  const [, what, name, importer] = found.exec(firstLine(message)) ?? [];
  if (name === undefined || importer === undefined) return undefined;
  const from = shownPath(importer);
  if (what === "Cannot find package") {
    const folder = shownPath(dirname(resolve(importer)));
    return `${from} imports the package "${name}", which is not installed: run "npm install ${name}" in ${folder}.`;
  }
  const base = name.replace(/\.m?js$/, "");
  const actual = EXTENSIONS.map((extension) => base + extension).find((path) => existsSync(path));
  const named = specifierOf(importer, name);
  return actual === undefined
    ? `${from} imports "${named}", which does not exist.`
    : `${from} imports "${named}", but Node.js needs the whole name of a file: write "${specifierOf(importer, actual)}".`;
}

/** Returns a path as a module would import it. */
function specifierOf(importer: string, path: string): string {
  const specifier = relative(dirname(importer), path);
  return specifier.startsWith(".") ? specifier : `./${specifier}`;
}

function badImport(message: string, place: string): string {
  const line = firstLine(message);
  const of =
    /^The requested module '(?<module>.*?)' does not provide an export named '(?<name>.*?)'/;
  const named = /^Named export '(?<name>.*?)' not found\. The requested module '(?<module>.*?)' is/;
  const { module, name } = (of.exec(line) ?? named.exec(line))?.groups ?? {};
  if (module === undefined) {
    return `${place} is not a module that Node.js can run: ${line}.`;
  }
  const imports = `${place} imports "${name}" from "${module}"`;
  return named.test(line)
    ? `${imports}, a CommonJS package that exports no such value: if it is a type, write "type ${name}"; if it is a value, import the default export of the package.`
    : `${imports}, which exports no such value: if it is a type, write "type ${name}".`;
}

/** Returns the file and the line that an error is about, if it names them. */
function placeOf({ stack = "" }: Error): string | undefined {
  const [, path, line] = /^(\S.*):(\d+)$/.exec(firstLine(stack)) ?? [];
  return path === undefined ? undefined : `${shownPath(path)}:${line}`;
}

function firstLine(text: string): string {
  return text.split("\n")[0]!;
}
