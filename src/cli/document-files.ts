import { readdir, stat } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { readDocument } from "../client/document.ts";
import { DocumentListError, readDocumentList } from "../server/document-list.ts";
import { fileProblem, readNamedFile } from "../support/file.ts";
import { Exit } from "./exit.ts";

/** A document as a client sends it. */
export interface FoundDocument {
  /** The file, and the place in it. */
  readonly place: string;
  readonly text: string;
}

/** The files from which documents are read, by the ends of their names. */
type Reader = (path: string) => Promise<readonly FoundDocument[]> | readonly FoundDocument[];

const readers: Readonly<Record<string, Reader>> = {
  __proto__: null as never,
  ".graphql": readGraphQLFile,
  ".gql": readGraphQLFile,
  ".json": readListFile,
  ".js": readModule,
  ".mjs": readModule,
  ".cjs": readModule,
  ".ts": readModule,
  ".mts": readModule,
};

/** The name that GraphQL Code Generator gives its list. */
const LIST_NAME = "persisted-documents.json";

/**
 * Reads the documents of files and folders, in their order. Of a folder, only files of GraphQL and lists of GraphQL Code
 * Generator are read: to import each module in it would run programs.
 *
 * @throws Exit naming a file that cannot be read
 */
export async function findDocuments(paths: readonly string[]): Promise<readonly FoundDocument[]> {
  const found: FoundDocument[] = [];
  for (const path of paths) {
    for (const file of await filesOf(path)) found.push(...(await readDocuments(file)));
  }
  return found;
}

async function readDocuments(path: string): Promise<readonly FoundDocument[]> {
  const read = readers[extname(path)];
  if (read) return read(path);
  const kinds = Object.keys(readers).join(", ");
  throw new Exit("usage", `${path} is of no kind that has documents: ${kinds}.`);
}

/** Returns the files that a path names. */
async function filesOf(path: string): Promise<readonly string[]> {
  const isFolder = await problemOf(path, async () => (await stat(path)).isDirectory());
  return isFolder ? problemOf(path, () => filesIn(path)) : [path];
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const { name } = entry;
    const path = join(folder, name);
    if (entry.isDirectory()) {
      if (name !== "node_modules" && !name.startsWith(".")) found.push(...(await filesIn(path)));
    } else if (name === LIST_NAME || readers[extname(name)] === readGraphQLFile) found.push(path);
  }
  return found;
}

/** Reads a file that a client sends as it is, e.g. one that its bundler imports as a text. */
async function readGraphQLFile(path: string): Promise<readonly FoundDocument[]> {
  return [{ place: path, text: await textOfFile(path) }];
}

/** Reads a list of documents by their ids. */
async function readListFile(path: string): Promise<readonly FoundDocument[]> {
  const text = await textOfFile(path);
  try {
    const texts = readDocumentList(JSON.parse(text));
    return [...texts].map(([id, listed]) => ({ place: `${path}, ${id}`, text: listed }));
  } catch (cause) {
    const isList = cause instanceof DocumentListError;
    const reason = isList ? cause.message : `${basename(path)} is not JSON.`;
    throw new Exit("settings", `${path} is no list of documents. ${reason}`, { cause });
  }
}

/** Reads the documents that a module exports, with the texts that `partyfinder/client` sends. */
async function readModule(path: string): Promise<readonly FoundDocument[]> {
  const exported = await importModule(path);
  const found: FoundDocument[] = [];
  for (const [name, value] of Object.entries(exported)) {
    if (!isDocument(value)) continue;
    const { text } = await readDocument(value);
    found.push({ place: `${path}, ${name}`, text });
  }
  return found;
}

async function importModule(path: string): Promise<object> {
  // A missing file is named as others are, not with a stack of imports.
  await textOfFile(path);
  try {
    return (await import(pathToFileURL(resolve(path)).href)) as object;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Exit("settings", `${path} cannot be imported: ${reason}`, { cause });
  }
}

/** Whether an exported value is a document: a text that begins as one, or a node. */
function isDocument(value: unknown): value is Parameters<typeof readDocument>[0] {
  if (typeof value === "string" || value instanceof String) {
    return /^(?:\s|,|#.*|\ufeff)*(?:\{|(?:query|mutation|subscription|fragment)\b)/.test(
      String(value),
    );
  }
  return (
    typeof value === "object" && value !== null && "kind" in value && value.kind === "Document"
  );
}

function textOfFile(path: string): Promise<string> {
  return problemOf(path, () => readNamedFile(path).toString());
}

/** Calls what uses a file. @throws Exit with the reason why it cannot be used */
async function problemOf<Result>(path: string, use: () => Result | Promise<Result>) {
  try {
    return await use();
  } catch (cause) {
    const message = `${path} cannot be read: ${fileProblem(cause, path)}.`;
    throw new Exit("settings", message, { cause });
  }
}
