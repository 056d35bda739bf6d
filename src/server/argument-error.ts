import { type ASTNode, type DocumentNode, type GraphQLError, Kind, visit } from "graphql";
import type { Plugin } from "graphql-yoga";
import { codedError } from "../error.ts";

/**
 * Gives errors about the values of arguments one shape, `BAD_USER_INPUT` with the argument's path, whether
 * a value stands in the document or came by a variable.
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

function relabel({ result, setResult }: Done, document: DocumentNode): void {
  if (!isRefused(result)) return;
  const errors = nameArguments(result.errors, document).map(withCode);
  setResult({ errors } as never);
}

/** What the executor itself refuses are variables. Of too many wrong ones it says so without naming any. */
function withCode(error: GraphQLError): GraphQLError {
  const { message, path, originalError, extensions } = error;
  return path || originalError || extensions["code"] !== undefined
    ? error
    : codedError("BAD_USER_INPUT", message);
}

/** A result without data: the operation was refused before it began. */
function isRefused(result: unknown): result is { readonly errors: readonly GraphQLError[] } {
  return typeof result === "object" && result !== null && "errors" in result && !("data" in result);
}

function nameArguments(errors: readonly GraphQLError[], document: DocumentNode) {
  if (errors.length === 0) return errors;
  const paths = argumentPaths(
    document,
    errors.flatMap(({ nodes }) => nodes?.[0] ?? []),
  );
  return errors.map((error) => {
    const argument = paths.get(error.nodes?.[0]);
    return argument ? argumentError(error, argument) : error;
  });
}

function argumentError({ message, nodes }: GraphQLError, argument: readonly string[]) {
  // The executor tells a place inside of a variable's value in its message only.
  const inside = /^Variable "\$\w+" got invalid value .* at "\w+\.([\w.]+)"; /s.exec(message)?.[1];
  const path = [...argument, ...(inside?.split(".") ?? [])];
  return codedError("BAD_USER_INPUT", shortened(message), {
    nodes: nodes ?? null,
    extensions: { argument: path },
  });
}

/** Each error of a variable repeats its value, which may be long. */
function shortened(message: string): string {
  return message.length <= MESSAGE ? message : `${message.slice(0, MESSAGE)}…`;
}

/** Most characters of a message. */
const MESSAGE = 500;

/**
 * Of nodes that stand in an argument the names from the argument down to them; of the definitions of variables those
 * down to where the variable is used first. One visit finds all of them.
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
