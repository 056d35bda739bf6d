import {
  type ASTVisitor,
  type DirectiveNode,
  type DocumentNode,
  GraphQLError,
  type GraphQLErrorOptions,
  Kind,
  parse,
  type ParseOptions,
  type SelectionNode,
  type SelectionSetNode,
  type Source,
  validate,
  type ValidationContext,
} from "graphql";
import type { Plugin } from "graphql-yoga";
import { LRUCache } from "lru-cache";
import { type Code, codedError } from "./error.ts";
import { IntrospectionSizeRule } from "./introspection.ts";
import { limits } from "./limits.ts";
import type { Http } from "./request-error.ts";
import type { Enveloped } from "./yoga.ts";

/**
 * Parses and validates documents: bounded in tokens, so that neither takes long nor runs out of stack; those that are
 * valid are kept, bounded in bytes. Invalid ones are not, for nobody sends one again and again but an attacker.
 *
 * Errors get codes, and the HTTP status that GraphQL over HTTP gives them.
 *
 * @param maxTokens most tokens (names, punctuators, values) of a document
 */
export function useDocuments(maxTokens: number): Plugin {
  const valid = new LRUCache<string, DocumentNode>({
    maxSize: limits.documentBytes,
    sizeCalculation: sizeOf,
  });
  return {
    onParse({ params: { source }, setParsedDocument, setParseFn }) {
      const document = valid.get(textOf(source));
      if (document) setParsedDocument(document);
      else setParseFn((text, options) => parseBounded(text, { ...options, maxTokens }));
    },
    onValidate({ params: { documentAST: document }, setResult, ...hook }) {
      const text = document.loc?.source.body;
      if (text !== undefined && valid.peek(text) === document) return setResult([]);
      hook.addValidationRule(UnconditionalSubscriptionRule);
      hook.addValidationRule(IntrospectionSizeRule);
      hook.setValidationFn((schema, validated, rules) =>
        validate(schema, validated, rules, { maxErrors: limits.documentErrors }),
      );
      return ({ valid: isValid }) => {
        if (isValid && text !== undefined) valid.set(text, document);
      };
    },
  };
}

/** The document of a text if it is right, else its errors, each with a code. */
export function documentOf(
  { schema, parse, validate }: Pick<Enveloped, "schema" | "parse" | "validate">,
  text: string,
): DocumentNode | readonly GraphQLError[] {
  try {
    const document: DocumentNode = parse(text);
    const errors: readonly GraphQLError[] = validate(schema, document);
    return errors.length === 0 ? document : errors;
  } catch (error) {
    return [thrownError(error)];
  }
}

/** The error of a client that was thrown instead of returned. */
function thrownError(error: unknown): GraphQLError {
  if (error instanceof RangeError) {
    // Where so many tokens are allowed that the stack does not do for all of them inside each other.
    return documentError("TOO_DEEP", "The document is nested too deeply.");
  }
  if (!(error instanceof GraphQLError)) throw error;
  if (error.extensions["code"] !== undefined) return error;
  // A rule of graphql-js that evaluates directives throws what is wrong with them.
  const { message, nodes } = error;
  return documentError("GRAPHQL_VALIDATION_FAILED", message, { nodes: nodes ?? null });
}

/** What a document takes in memory at most: a character can be a token, or a comment, of which graphql-js keeps all. */
function sizeOf(_: DocumentNode, text: string): number {
  return 50 * text.length;
}

function textOf(source: string | Source): string {
  return typeof source === "string" ? source : source.body;
}

/** @throws GraphQLError `GRAPHQL_PARSE_FAILED`, or `TOO_MANY_TOKENS` */
function parseBounded(source: string | Source, options: ParseOptions): DocumentNode {
  if (hasTooManyLines(textOf(source))) {
    throw documentError("TOO_MANY_TOKENS", `A document may have ${limits.lines} lines.`);
  }
  try {
    return parse(source, options);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const { message, source: text, positions } = error;
    // graphql-js tells it from other syntax errors by its words only.
    if (message.endsWith(" tokens. Parsing aborted.")) {
      throw documentError("TOO_MANY_TOKENS", `A document may have ${options.maxTokens} tokens.`);
    }
    throw documentError("GRAPHQL_PARSE_FAILED", message, { source: text, positions });
  }
}

function hasTooManyLines(text: string): boolean {
  let lines = 0;
  for (const _ of text.matchAll(/\r\n|[\n\r]/g)) if (++lines > limits.lines) return true;
  return false;
}

/** An error for which there is status 400 where a status tells of the document. */
function documentError(code: Code, message: string, options: GraphQLErrorOptions = {}) {
  const http: Http = { status: 400, spec: true };
  return codedError(code, message, { ...options, extensions: { http } });
}

/**
 * A subscription's root field must not have `@skip` or `@include`: a subscription without a field cannot be executed
 * (GraphQL, September 2025, 5.2.4.1; graphql-js 16 throws a TypeError).
 */
function UnconditionalSubscriptionRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition({ operation, selectionSet }) {
      if (operation !== "subscription") return;
      for (const directive of conditionsIn(selectionSet, context, new Set())) {
        const message = `A subscription's field must not have @${directive.name.value}.`;
        context.reportError(new GraphQLError(message, { nodes: directive }));
      }
    },
  };
}

/** The conditions of the fields of a selection set, also of those that it has by fragments. */
function conditionsIn(
  { selections }: SelectionSetNode,
  context: ValidationContext,
  seen: Set<string>,
): readonly DirectiveNode[] {
  return selections.flatMap((selection) => {
    const { directives = [] } = selection;
    const own = directives.filter(({ name }) => name.value === "skip" || name.value === "include");
    const inner = selectionSetOf(selection, context, seen);
    return inner ? [...own, ...conditionsIn(inner, context, seen)] : own;
  });
}

function selectionSetOf(selection: SelectionNode, context: ValidationContext, seen: Set<string>) {
  if (selection.kind === Kind.INLINE_FRAGMENT) return selection.selectionSet;
  if (selection.kind !== Kind.FRAGMENT_SPREAD || seen.has(selection.name.value)) return undefined;
  seen.add(selection.name.value);
  return context.getFragment(selection.name.value)?.selectionSet;
}
