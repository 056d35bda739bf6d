import { GraphQLError, type GraphQLErrorOptions } from "graphql";
import type { Plugin } from "graphql-yoga";
import { isFromGraphQL } from "./argument-error.ts";
import { withoutStack } from "../support/without-stack.ts";

/**
 * Removes from the errors of graphql-js what would tell, name by name, what introspection does not: its suggestions, and
 * the required arguments and fields that a client has not written.
 */
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

function withoutSuggestion(error: GraphQLError): GraphQLError {
  const message = isFromGraphQL(error) ? withoutHints(error.message) : error.message;
  if (message === error.message) return error;
  const { nodes, source, positions, path, originalError, extensions } = error;
  const whole = { nodes, source, positions, path, originalError, extensions };
  return withoutStack(() => new GraphQLError(message, whole as GraphQLErrorOptions));
}

/** Returns a message of graphql-js with no names that it suggests or requires. Messages of other shapes stay. */
export function withoutHints(message: string): string {
  for (const { pattern, reduced } of requirements) {
    if (pattern.test(message)) return message.replace(pattern, reduced);
  }
  // A suggestion stands at the end.
  const end = message.lastIndexOf(" Did you mean ");
  return end < 0 ? message : message.slice(0, end);
}

const missingArgument = 'A required argument of "$1" is missing.';
const missingField = "$1A required field of the value is missing.";

/** The messages of graphql 16 and 17 about what is required, and how they are reduced to what the client wrote. */
const requirements = [
  {
    pattern:
      /^(?:Field|Directive) "(@?\w+)" argument "\w+" of type "[^"]+" is required, but it was not provided\.$/,
    reduced: missingArgument,
  },
  {
    pattern:
      /^Argument "(?:\w+\.)?(@?\w+)\(\w+:\)" of type "[^"]+" is required, but it was not provided\.$/,
    reduced: missingArgument,
  },
  {
    // The value of a variable may have any text in it, but nothing of it stands at the end.
    pattern:
      /^(Variable "\$\w+" got invalid value .*; )?Field "[\w.]+" of required type "[^"]+" was not provided\.$/s,
    reduced: missingField,
  },
  {
    pattern:
      /^(Variable "\$\w+" has invalid value(?: at [^:]+)?: )?Expected value of type "[^"]+" to include required field "\w+", found: .*$/s,
    reduced: missingField,
  },
] as const;
