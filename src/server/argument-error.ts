import {
  type ASTNode,
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  Kind,
  visit,
} from "graphql";
import type { Plugin } from "graphql-yoga";
import { codedError } from "./error.ts";

/**
 * Gives all errors about the values of arguments one shape, `BAD_USER_INPUT` with the argument's path, whether the value
 * is in the document or in a variable.
 */
export function useArgumentErrors(): Plugin {
  return {
    onValidate({ params: { documentAST } }) {
      return ({ result, setResult }) => {
        const errors = result as readonly GraphQLError[];
        setResult([...nameArguments(errors, documentAST)]);
      };
    },
    onExecute: ({ args: { document } }) => ({ onExecuteDone: (done) => relabel(done, document) }),
    onSubscribe: ({ args: { document } }) => ({
      onSubscribeResult: (done) => relabel(done, document),
    }),
  };
}

interface Done {
  readonly result: unknown;
  readonly setResult: (result: never) => void;
}

/** Covers fields that were not executed, too, because a variable was null for a non-null argument. */
function relabel({ result, setResult }: Done, document: DocumentNode): void {
  if (!hasErrors(result)) return;
  const named = nameArguments(result.errors, document);
  const errors = "data" in result ? named : named.map(withCode);
  setResult({ ...result, errors } as never);
}

/** Whether an error is graphql-js' own: it was neither thrown by a field nor created with a code. */
export function isFromGraphQL({ originalError, extensions }: GraphQLError): boolean {
  return (
    extensions["code"] === undefined &&
    (originalError === undefined || originalError instanceof GraphQLError)
  );
}

/** The executor itself refuses nothing but variables. If too many are wrong, its error names none. */
function withCode(error: GraphQLError): GraphQLError {
  const { message, path, originalError, extensions } = error;
  return path || originalError || extensions["code"] !== undefined
    ? error
    : codedError("BAD_USER_INPUT", message);
}

function hasErrors(result: unknown): result is Required<Pick<ExecutionResult, "errors">> {
  return typeof result === "object" && result !== null && "errors" in result;
}

function nameArguments(errors: readonly GraphQLError[], document: DocumentNode) {
  const others = errors.filter(isFromGraphQL);
  if (others.length === 0) return errors;
  const nodes = others.flatMap(({ nodes }) => nodes?.[0] ?? []);
  const paths = argumentPaths(document, nodes);
  return errors.map((error) => {
    const argument = isFromGraphQL(error) ? paths.get(error.nodes?.[0]) : undefined;
    return argument ? argumentError(error, argument) : error;
  });
}

function argumentError({ message, nodes, path: field }: GraphQLError, argument: readonly string[]) {
  // The executor reports a place inside a variable's value only in its message.
  const inside = insides.map((pattern) => pattern.exec(message)?.[1]).find((place) => place);
  const path = [...argument, ...(inside?.split(".") ?? [])];
  return codedError("BAD_USER_INPUT", message, {
    nodes: nodes ?? null,
    path: field ?? null,
    extensions: { argument: path },
  });
}

/** The messages of graphql 16 and 17 about a part of a variable's value. */
const insides = [
  /^Variable "\$\w+" got invalid value .* at "\w+\.([\w.]+)"; /s,
  /^Variable "\$\w+" has invalid value at \.([\w.]+): /,
];

/**
 * Returns the path of each node that is inside an argument, as names from the argument downwards; of the definition of a
 * variable, the path of its first use. One visit finds all of them.
 */
function argumentPaths(
  document: DocumentNode,
  nodes: readonly ASTNode[],
): ReadonlyMap<ASTNode | undefined, readonly string[]> {
  const sought = new Set(nodes);
  const definitions = new Map(
    nodes.flatMap((node) =>
      node.kind === Kind.VARIABLE_DEFINITION ? [[node.variable.name.value, node]] : [],
    ),
  );
  const paths = new Map<ASTNode, readonly string[]>();
  const names: string[] = [];
  visit(document, {
    enter(node) {
      if (node.kind === Kind.VARIABLE_DEFINITION) return false;
      if (node.kind === Kind.ARGUMENT || node.kind === Kind.OBJECT_FIELD) {
        names.push(node.name.value);
      }
      if (names.length === 0) return undefined;
      if (sought.has(node)) paths.set(node, [...names]);
      const definition = node.kind === Kind.VARIABLE && definitions.get(node.name.value);
      if (definition && !paths.has(definition)) paths.set(definition, [...names]);
      return undefined;
    },
    leave(node) {
      if (node.kind === Kind.ARGUMENT || node.kind === Kind.OBJECT_FIELD) names.pop();
    },
  });
  return paths;
}
