import { GraphQLError, type GraphQLErrorOptions } from "graphql";
import type { Plugin } from "graphql-yoga";
import { isFromGraphQL } from "./argument-error.ts";
import { withoutStack } from "../support/without-stack.ts";

/** Removes the suggestions of graphql-js from its errors: they would tell, name by name, what introspection does not. */
export function useNoSuggestions(): Plugin {
  return {
    onValidate:
      () =>
      ({ result, setResult }) => {
        const errors = result as readonly GraphQLError[];
        setResult(errors.map(withoutSuggestion));
      },
    onExecute: () => ({ onExecuteDone: removeSuggestions }),
    onSubscribe: () => ({ onSubscribeResult: removeSuggestions }),
  };
}

interface ExecutionDone {
  readonly result: unknown;
  readonly setResult: (result: never) => void;
}

function removeSuggestions({ result, setResult }: ExecutionDone): void {
  const errors = (result as { readonly errors?: readonly GraphQLError[] } | undefined)?.errors;
  if (!errors) return;
  setResult({ ...(result as object), errors: errors.map(withoutSuggestion) } as never);
}

/** graphql-js puts a suggestion at the end of a message. */
function withoutSuggestion(error: GraphQLError): GraphQLError {
  const end = isFromGraphQL(error) ? error.message.lastIndexOf(" Did you mean ") : -1;
  if (end < 0) return error;
  const { nodes, source, positions, path, originalError, extensions } = error;
  const whole = { nodes, source, positions, path, originalError, extensions };
  const message = error.message.slice(0, end);
  return withoutStack(() => new GraphQLError(message, whole as GraphQLErrorOptions));
}
