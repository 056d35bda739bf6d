import { hash } from "node:crypto";

// Without graphql: settings are read before packages are loaded.

/**
 * Documents by their ids, in the format of the `persisted-documents.json` of GraphQL Code Generator. An id is the SHA-256
 * hash of the document's text in hexadecimal digits, with or without the prefix `sha256:`.
 */
export type DocumentList = Readonly<Record<string, string>>;

/** What is wrong with a list of documents. The message names the document. */
export class DocumentListError extends TypeError {
  override readonly name = "DocumentListError";
}

/** Returns the id of a document's text. */
export function documentId(text: string): string {
  return hash("sha256", text);
}

/** Returns an id without the prefix that it may have (GraphQL over HTTP, persisted documents). */
export function plainDocumentId(id: string): string {
  return id.startsWith(PREFIX) ? id.slice(PREFIX.length) : id;
}

const PREFIX = "sha256:";

/**
 * Checks a list of documents, except whether they fit a schema, and returns its texts by their ids without prefix.
 *
 * @throws DocumentListError
 */
export function readDocumentList(list: unknown): ReadonlyMap<string, string> {
  if (typeof list !== "object" || list === null || Array.isArray(list)) {
    throw new DocumentListError(
      `A list of documents must be an object of texts by their ids, not ${shown(list)}.`,
    );
  }
  const entries = Object.entries(list);
  return new Map(entries.map(([id, text]) => [plainDocumentId(id), checkedText(id, text)]));
}

function checkedText(id: string, text: unknown): string {
  if (typeof text !== "string") {
    throw new DocumentListError(`The document ${shownId(id)} must be a text, not ${shown(text)}.`);
  }
  const correct = documentId(text);
  if (plainDocumentId(id) === correct) return text;
  throw new DocumentListError(
    `The document ${shownId(id)} must have the SHA-256 hash of its text as its id, ${correct}.`,
  );
}

/** Returns an id for a message. It may be long, and have any characters. */
export function shownId(id: string): string {
  return JSON.stringify(id.length <= 100 ? id : `${id.slice(0, 100)}…`);
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  if (value === null) return "null";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
