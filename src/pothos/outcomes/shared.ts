import { CassandraError, type InvalidValue } from "../../cassandra/index.ts";
import type { Outcome } from "../options/field.ts";
import { wordsOf } from "../names.ts";
import type { Builder } from "../builder-options.ts";
import type { TableObject } from "../refs.ts";
import { typeOnce } from "../type-once.ts";
import { outcomeRef, type OutcomeType } from "./outcome.ts";

// What fields of all tables answer. Each of these types exists once per builder.

/** Nobody knows whether a write is applied. */
export function outcomeUnknown(builder: Builder): OutcomeType<[object: TableObject]> {
  const name = "OutcomeUnknown";
  const ref = outcomeRef(builder, {
    name,
    meaning: "that nobody knows whether a write was applied",
    description:
      "The write was sent, and nobody knows whether it was or will be applied. Read before you repeat it.",
    isRefusal: true,
  });
  return {
    ref,
    of: ({ name: object }) => ({
      __typename: name,
      message: `Nobody knows whether this was applied. Read the ${wordsOf(object)} before you repeat it.`,
    }),
  };
}

/** Waits for a write. An unknown outcome is an answer of its own; other errors stay errors. */
export async function orUnknown(object: TableObject, write: Promise<Outcome>): Promise<Outcome> {
  try {
    return await write;
  } catch (error) {
    return unknownOr(object, error);
  }
}

/** An unknown outcome as an answer. @throws any other error */
export function unknownOr(object: TableObject, error: unknown): Outcome {
  if (!(error instanceof CassandraError && error.code === "OUTCOME_UNKNOWN")) throw error;
  return outcomeUnknown(object.builder).of(object);
}

/** What is wrong with a field of an input: the field's name, and why. */
export type FieldProblem = readonly [
  field: string,
  problem: Pick<InvalidValue, "code" | "message">,
];

interface FieldError {
  readonly path: readonly string[];
  readonly code: string;
  readonly message: string;
}

/** An input is wrong. */
export function invalidInput(builder: Builder): OutcomeType<[problems: readonly FieldProblem[]]> & {
  /** The input as a whole is wrong. */
  readonly whole: (code: string, message: string) => Outcome;
} {
  const name = "InvalidInput";
  const ref = outcomeRef(builder, {
    name,
    meaning: "that an input is wrong",
    description: "The input is wrong. Nothing was written.",
    isRefusal: true,
    fields: (t) => ({
      errors: t.expose(
        "errors" as never,
        {
          type: [fieldErrorRef(builder)],
          nullable: false,
          description: "One for each wrong field.",
        } as never,
      ),
    }),
  });
  const of = (errors: readonly FieldError[]): Outcome => ({
    __typename: name,
    message: errors.map(({ message }) => message).join(" "),
    errors,
  });
  return {
    ref,
    of: (problems) =>
      of(
        problems.map(([field, { code, message }]) => ({
          path: [field],
          code,
          message: `${field} ${message}.`,
        })),
      ),
    whole: (code, message) => of([{ path: [], code, message }]),
  };
}

function fieldErrorRef(builder: Builder) {
  const meaning = "what is wrong with a field of an input";
  return typeOnce(builder, { name: "FieldError", meaning }, () =>
    builder.objectRef<FieldError>("FieldError").implement({
      description: "What is wrong with one field of an input.",
      fields: (t) => ({
        path: t.exposeStringList("path", {
          nullable: false,
          description: "The field, from the input downwards.",
        }),
        code: t.exposeString("code", {
          nullable: false,
          description: "For a program, e.g. TOO_LONG or OUT_OF_RANGE.",
        }),
        message: t.exposeString("message", {
          nullable: false,
          description: "For a person to read.",
        }),
      }),
    }),
  );
}
