import {
  type ASTVisitor,
  GraphQLError,
  type GraphQLErrorOptions,
  type ValidationContext,
  type ValidationRule,
} from "graphql";
import type { Plugin } from "graphql-yoga";
import { isFromGraphQL } from "./argument-error.ts";
import { withoutStack } from "../support/without-stack.ts";
import { IntrospectionAloneRule, IntrospectionSizeRule, isIntrospection } from "./introspection.ts";

/** How much of the schema callers may read: all of it, what they may use, or none. */
export type Introspection = keyof typeof introspectionRules;

/** What a server tells of its schema and of its parser. */
export interface Disclosure {
  readonly introspection: Introspection;
  /** Whether the message of a syntax error has the parser's text, or only the place. */
  readonly syntax: "whole" | "place";
}

/**
 * Returns the rules for operations that read the schema.
 *
 * @throws TypeError for another text than those of {@link Introspection}
 */
export function rulesOfIntrospection(introspection: Introspection): readonly ValidationRule[] {
  if (Object.hasOwn(introspectionRules, introspection)) return introspectionRules[introspection];
  throw new TypeError(
    `introspection must be ${Object.keys(introspectionRules).join(", ")}, but is ${JSON.stringify(introspection)}.`,
  );
}

const introspectionRules = {
  all: [IntrospectionSizeRule],
  usable: [IntrospectionSizeRule, IntrospectionAloneRule],
  none: [IntrospectionOffRule],
} as const satisfies Readonly<Record<string, readonly ValidationRule[]>>;

/** Refuses operations that read the schema. */
export function IntrospectionOffRule(context: ValidationContext): ASTVisitor {
  return {
    Field(node) {
      if (!isIntrospection(node)) return;
      const message = "Introspection is off on this server (INTROSPECTION, introspection).";
      context.reportError(new GraphQLError(message, { nodes: node }));
    },
  };
}

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
