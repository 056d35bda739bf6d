import {
  type ASTVisitor,
  type DirectiveNode,
  type DocumentNode,
  GraphQLError,
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
import type { Limits } from "./adjustable-limits.ts";
import { type Disclosure, rulesOfIntrospection } from "./disclosure.ts";
import { limits } from "./limits.ts";
import { documentError } from "./request-error.ts";
import { selectionRules } from "./selection-limits.ts";
import type { Enveloped } from "./yoga.ts";

type DocumentLimits = Pick<Limits, "tokens" | "depth" | "rootFields">;

/** The documents of a server. */
export interface Documents {
  /** Returns the document of a text if it needs neither to be parsed nor validated. */
  find(text: string): DocumentNode | undefined;
  readonly plugin: Plugin;
}

/**
 * Parses and validates documents. Their tokens are bounded, so that neither step takes long or overflows the stack. Valid
 * documents are cached, bounded in bytes; invalid ones are not, because only attackers send one again and again.
 *
 * Errors get codes, and the HTTP status of GraphQL over HTTP.
 */
export function useDocuments(
  { tokens, ...selections }: DocumentLimits,
  { introspection, syntax }: Disclosure,
): Documents {
  const rules = [...rulesOfIntrospection(introspection), ...selectionRules(selections)];
  const parsing = { maxTokens: tokens, syntax };
  const valid = new LRUCache<string, DocumentNode>({
    maxSize: limits.documentBytes,
    sizeCalculation: memoryOf,
  });
  return {
    find: (text) => valid.get(text),
    plugin: {
      onParse({ params: { source }, setParsedDocument, setParseFn }) {
        const document = valid.get(textOf(source));
        if (document) setParsedDocument(document);
        else setParseFn((text, options) => parseBounded(text, { ...options, ...parsing }));
      },
      onValidate({ params: { documentAST: document }, setResult, ...hook }) {
        const text = document.loc?.source.body;
        if (text !== undefined && valid.peek(text) === document) return setResult([]);
        hook.addValidationRule(RootTypeRule);
        hook.addValidationRule(UnconditionalSubscriptionRule);
        for (const rule of rules) hook.addValidationRule(rule);
        hook.setValidationFn((schema, validated, rules) =>
          validate(schema, validated, rules, { maxErrors: limits.documentErrors }),
        );
        return ({ valid: isValid }) => {
          const isKept = isValid && text !== undefined && text.length <= limits.cachedDocument;
          if (isKept) valid.set(text, document);
        };
      },
    },
  };
}

/** Returns the document of a text if it is valid, else its errors, each with a code. */
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

/** Returns the error of a client's mistake that was thrown instead of returned. */
function thrownError(error: unknown): GraphQLError {
  if (error instanceof RangeError) {
    // The maximum of tokens may be set so high that nesting them overflows the stack.
    return documentError("TOO_DEEP", "The document is nested too deeply.");
  }
  if (!(error instanceof GraphQLError)) throw error;
  if (error.extensions["code"] !== undefined) return error;
  // A rule of graphql-js that evaluates directives throws errors about them.
  const { message, nodes } = error;
  return documentError("GRAPHQL_VALIDATION_FAILED", message, { nodes: nodes ?? null });
}

/** Returns an upper bound of a document's memory: each character may be a token or a comment, and graphql-js keeps both. */
function memoryOf(_: DocumentNode, text: string): number {
  return 50 * text.length;
}

function textOf(source: string | Source): string {
  return typeof source === "string" ? source : source.body;
}

/** How documents are parsed. */
interface Parsing extends ParseOptions, Pick<Disclosure, "syntax"> {}

/** @throws GraphQLError `GRAPHQL_PARSE_FAILED`, or `TOO_MANY_TOKENS` */
function parseBounded(source: string | Source, { syntax, ...options }: Parsing): DocumentNode {
  if (hasTooManyLines(textOf(source))) {
    throw documentError("TOO_MANY_TOKENS", `A document may have ${limits.lines} lines.`);
  }
  try {
    return parse(source, options);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const { source: text, positions, locations } = error;
    const [place] = locations ?? [];
    const message =
      syntax === "place" && place
        ? `The document is not valid GraphQL at line ${place.line}, column ${place.column}.`
        : error.message;
    // Only its message distinguishes it from other syntax errors.
    if (error.message.endsWith(" tokens. Parsing aborted.")) {
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

/** graphql-js 16 validates no operation for which the schema has no type, and fails when it executes one. */
function RootTypeRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(node) {
      if (context.getSchema().getRootType(node.operation)) return;
      const message = `The schema has no ${node.operation} type.`;
      context.reportError(new GraphQLError(message, { nodes: node }));
    },
  };
}

/**
 * A subscription's root field must not have `@skip` or `@include`: a subscription without a field cannot be executed
 * (GraphQL, September 2025, 5.2.4.1; graphql-js 16 throws a TypeError).
 */
function UnconditionalSubscriptionRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition({ operation, selectionSet }) {
      if (operation !== "subscription") return;
      for (const directive of conditionsIn(selectionSet, { context, seen: new Set() })) {
        const message = `The root field of a subscription must not have @${directive.name.value}.`;
        context.reportError(new GraphQLError(message, { nodes: directive }));
      }
    },
  };
}

/** A walk through a selection set and its fragments. */
interface Walk {
  readonly context: ValidationContext;
  /** The names of the fragments that it has entered. */
  readonly seen: Set<string>;
}

/** Returns the conditional directives of a selection set's fields, also of those in fragments. */
function conditionsIn({ selections }: SelectionSetNode, walk: Walk): readonly DirectiveNode[] {
  return selections.flatMap((selection) => {
    const { directives = [] } = selection;
    const own = directives.filter(({ name }) => name.value === "skip" || name.value === "include");
    const inner = selectionSetOf(selection, walk);
    return inner ? [...own, ...conditionsIn(inner, walk)] : own;
  });
}

function selectionSetOf(selection: SelectionNode, { context, seen }: Walk) {
  if (selection.kind === Kind.INLINE_FRAGMENT) return selection.selectionSet;
  if (selection.kind !== Kind.FRAGMENT_SPREAD || seen.has(selection.name.value)) return undefined;
  seen.add(selection.name.value);
  return context.getFragment(selection.name.value)?.selectionSet;
}
