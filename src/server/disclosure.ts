import {
  type ASTVisitor,
  GraphQLError,
  type ValidationContext,
  type ValidationRule,
} from "graphql";
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
