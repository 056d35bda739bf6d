import type { DocumentNode, GraphQLError } from "graphql";
import { DocumentListError, documentId, plainDocumentId, shownId } from "./document-list.ts";
import type { Params, SentParams } from "./params.ts";
import { requestError } from "./request-error.ts";

/** Returns the parameters with the text of their document, or the error of a document that may not be run. */
export type ResolveDocument = (sent: SentParams) => Params | GraphQLError;

/**
 * What clients send to learn whether the service answers, and `partyfinder/client` after a subscription. It reads nothing
 * and is always allowed.
 */
const PROBE = "{ __typename }";

/**
 * Returns the function that resolves ids of documents to their texts, and refuses documents that are not in the list.
 *
 * @param listed texts by their ids. Undefined: each text is allowed, and there are no ids
 */
export function createResolveDocument(
  listed: ReadonlyMap<string, string> | undefined,
): ResolveDocument {
  if (!listed) return (sent) => (hasText(sent) ? sent : notSupported());
  const byId = new Map([[documentId(PROBE), PROBE], ...listed]);
  const texts = new Set(byId.values());
  return (sent) => {
    if (hasText(sent)) return texts.has(sent.query) ? sent : textNotAllowed(sent.query);
    const { documentId: id = "", operationName, variables } = sent;
    const query = byId.get(plainDocumentId(id));
    return query === undefined ? idNotAllowed(id) : { query, operationName, variables };
  };
}

/**
 * Checks that each listed document can be run.
 *
 * @param read returns a document, or its errors, as for a document that a client sends
 * @throws DocumentListError naming the document
 */
export function requireRunnable(
  listed: ReadonlyMap<string, string>,
  read: (text: string) => DocumentNode | readonly GraphQLError[],
): void {
  for (const [id, text] of listed) {
    const document = read(text);
    if ("kind" in document) continue;
    const [error] = document;
    throw new DocumentListError(`The document ${shownId(id)} cannot be run: ${error!.message}`);
  }
}

function hasText(sent: SentParams): sent is SentParams & Params {
  return sent.query !== undefined;
}

function notSupported(): GraphQLError {
  // Apollo's clients recognise this message.
  return requestError("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported");
}

function textNotAllowed(text: string): GraphQLError {
  const id = documentId(text);
  return notAllowed(`This text is not in the list: its id would be ${id}.`);
}

function idNotAllowed(id: string): GraphQLError {
  return notAllowed(`The id ${shownId(id)} is not in the list.`);
}

function notAllowed(reason: string): GraphQLError {
  const message = `The service runs only the documents of its list. ${reason}`;
  return requestError("DOCUMENT_NOT_ALLOWED", message);
}
