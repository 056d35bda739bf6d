import { type ASTNode, type DocumentNode, GraphQLError, Kind, visit } from "graphql";
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
        setResult(errors.map((error) => named(error, documentAST)));
      };
    },
    onExecute: ({ args: { document } }) => ({ onExecuteDone: (done) => relabel(done, document) }),
    onSubscribe: ({ args: { document } }) => ({
      onSubscribeResult: (done) => relabel(done, document),
    }),
  };
}

/** Gives syntax errors what Yoga gives them over HTTP: it remembers them, whichever transport met them first. */
export function useSyntaxErrors(): Plugin {
  const http = { spec: true, status: 400 };
  return {
    onParse:
      () =>
      ({ result }) => {
        if (!(result instanceof GraphQLError)) return;
        Object.assign(result.extensions, { code: "GRAPHQL_PARSE_FAILED", http });
      },
  };
}

interface Done {
  readonly result: unknown;
  readonly setResult: (result: never) => void;
}

function relabel({ result, setResult }: Done, document: DocumentNode): void {
  if (!isRefused(result)) return;
  setResult({ errors: result.errors.map((error) => named(error, document)) } as never);
}

/** A result without data: the operation was refused before it began. */
function isRefused(result: unknown): result is { readonly errors: readonly GraphQLError[] } {
  return typeof result === "object" && result !== null && "errors" in result && !("data" in result);
}

function named(error: GraphQLError, document: DocumentNode): GraphQLError {
  const [node] = error.nodes ?? [];
  const argument = node && argumentPath(document, node);
  if (!argument) return error;
  // The executor tells a place inside of a variable's value in its message only.
  const inside = /^Variable "\$\w+" got invalid value .* at "\w+\.([\w.]+)"; /s.exec(
    error.message,
  )?.[1];
  const path = [...argument, ...(inside?.split(".") ?? [])];
  return codedError("BAD_USER_INPUT", error.message, {
    nodes: error.nodes ?? null,
    extensions: { argument: path },
  });
}

/** The names from an argument down to a value in it, or down to where a variable is used. */
function argumentPath(document: DocumentNode, node: ASTNode): readonly string[] | undefined {
  const name = node.kind === Kind.VARIABLE_DEFINITION ? node.variable.name.value : undefined;
  const names: string[] = [];
  let found: readonly string[] | undefined;
  const isSought = (value: ASTNode) =>
    name === undefined ? value === node : value.kind === Kind.VARIABLE && value.name.value === name;
  visit(document, {
    enter(value) {
      if (found) return false;
      if (value.kind === Kind.VARIABLE_DEFINITION) return false;
      if (value.kind === Kind.ARGUMENT || value.kind === Kind.OBJECT_FIELD) {
        names.push(value.name.value);
      }
      if (names.length > 0 && isSought(value)) found = [...names];
      return undefined;
    },
    leave(value) {
      if (value.kind === Kind.ARGUMENT || value.kind === Kind.OBJECT_FIELD) names.pop();
    },
  });
  return found;
}
