import type { DocumentTypeDecoration, TypedDocumentNode } from "@graphql-typed-document-node/core";

/** The text of a GraphQL document, with the types of its data and variables. */
export type DocumentText<Data, Variables> = string & DocumentTypeDecoration<Data, Variables>;

/**
 * A GraphQL document with one operation and the types of its data and variables: a text, a `TypedDocumentString` or a
 * `TypedDocumentNode`, as GraphQL Code Generator and gql.tada make them, or a plain string without types.
 */
export type TypedDocument<Data, Variables> =
  | DocumentText<Data, Variables>
  // oxlint-disable-next-line typescript/no-wrapper-object-types -- the class that a TypedDocumentString extends
  | (String & DocumentTypeDecoration<Data, Variables>)
  | TypedDocumentNode<Data, Variables>;

/** What the client has to know about a document. */
export interface ReadDocument {
  /** What is sent as `query`. Empty if `extensions` has the id of the document instead. */
  readonly text: string;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
  /** The id that its generator has given it; undefined if it has none. */
  readonly id?: string | undefined;
  readonly isSubscription: boolean;
  /** Whether the operation declares a variable of this name, which is given without its `$`. */
  readonly declares: (variable: string) => boolean;
}

/**
 * Reads a document. Only a `TypedDocumentNode` takes time: it is printed by `graphql`, which is loaded then. It is
 * printed even if it keeps its source text, since a document that was transformed keeps the text of the original.
 */
export function readDocument(
  document: TypedDocument<unknown, never>,
): ReadDocument | Promise<ReadDocument> {
  const { __meta__: { hash: id } = {} } = document as Generated;
  const read = (text: string) => (id === undefined ? readText(text) : { ...readText(text), id });
  return isNode(document) ? printDocument(document).then(read) : read(String(document));
}

/** What GraphQL Code Generator adds to a document if it is configured with `persistedDocuments`. */
interface Generated {
  readonly __meta__?: { readonly hash?: string };
}

const printed = new WeakMap<object, string>();

async function printDocument(document: TypedDocumentNode<unknown, never>): Promise<string> {
  const { print } = await import("graphql");
  const text = printed.get(document) ?? print(document);
  printed.set(document, text);
  return text;
}

function isNode(
  document: TypedDocument<unknown, never>,
): document is TypedDocumentNode<unknown, never> {
  return typeof document === "object" && "kind" in document;
}

function readText(text: string): ReadDocument {
  const top = topLevel(text);
  return {
    text,
    isSubscription: /(?<!(?:query|mutation|fragment|on)\s+|@)\bsubscription\b/.test(
      withoutParens(top),
    ),
    // Only where it is declared does a colon follow a variable.
    declares: (variable) => new RegExp(`\\$${variable}[\\s,]*:`).test(top),
  };
}

/** Returns the text without strings, comments and everything in braces: the heads of its definitions. */
function topLevel(text: string): string {
  const code = text.replace(/"""(?:\\"""|[^])*?"""|"(?:\\.|[^"\\\n])*"|#.*/g, "");
  let [top, depth] = ["", 0];
  for (const part of code.split(/([{}])/)) {
    if (part === "{") depth += 1;
    else if (part === "}") depth -= 1;
    else if (depth === 0) top += ` ${part}`;
  }
  return top;
}

function withoutParens(text: string): string {
  const shorter = text.replace(/\([^()]*\)/g, " ");
  return shorter === text ? text : withoutParens(shorter);
}
