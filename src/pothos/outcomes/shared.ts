import { CassandraError } from "../../cassandra/index.ts";
import type { Outcome } from "../options/field.ts";
import { nameInWords } from "../names.ts";
import type { Builder } from "../builder-options.ts";
import type { TableObject } from "../refs.ts";
import { typeOnce } from "../type-once.ts";
import { outcomeRef, type OutcomeType } from "./outcome.ts";

// Outcomes of all tables. Each of these types exists once per builder.

/** It is unknown whether a write was applied. */
export function unknownOutcome(builder: Builder): OutcomeType<[object: TableObject]> {
  const name = "OutcomeUnknown";
  const ref = outcomeRef(builder, {
    name,
    meaning: "that it is unknown whether a write was applied",
    description:
      "The write was sent, but it is unknown whether it was or will be applied. Read before you repeat it.",
    isRefusal: true,
  });
  return {
    ref,
    of: ({ name: object }) => ({
      __typename: name,
      message: `It is unknown whether this was applied. Read the ${nameInWords(object)} before you repeat it.`,
    }),
  };
}

/** Returns the outcome of a write. Turns the error of an unknown outcome into an outcome; other errors are thrown. */
export async function orUnknown(object: TableObject, write: Promise<Outcome>): Promise<Outcome> {
  try {
    return await write;
  } catch (error) {
    return unknownOr(object, error);
  }
}

/** Returns the outcome for the error of an unknown outcome. @throws any other error */
export function unknownOr(object: TableObject, error: unknown): Outcome {
  if (!(error instanceof CassandraError && error.code === "OUTCOME_UNKNOWN")) throw error;
  return unknownOutcome(object.builder).of(object);
}

/** The path of a field in an input, and what is wrong with it. */
export type FieldProblem = readonly [
  path: readonly string[],
  problem: { readonly code: string; readonly message: string },
];

interface FieldError {
  readonly path: readonly string[];
  readonly code: string;
  readonly message: string;
}

/** An input is not valid. */
export function invalidInput(builder: Builder): OutcomeType<[problems: readonly FieldProblem[]]> & {
  /** The input as a whole is not valid. */
  readonly whole: (code: string, message: string) => Outcome;
} {
  const name = "InvalidInput";
  const ref = outcomeRef(builder, {
    name,
    meaning: "that an input is not valid",
    description: "The input is not valid. Nothing was written.",
    isRefusal: true,
    fields: (t) => ({
      errors: t.expose(
        "errors" as never,
        {
          type: [fieldErrorRef(builder)],
          nullable: false,
          description: "One error for each field that is not valid.",
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
        problems.map(([path, { code, message }]) => ({
          path,
          code,
          message: `${path.join(".")} ${message}.`,
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
          description: "The path of the field inside the input.",
        }),
        code: t.exposeString("code", {
          nullable: false,
          description: "A code for programs, e.g. TOO_LONG or OUT_OF_RANGE.",
        }),
        message: t.exposeString("message", {
          nullable: false,
          description: "A human-readable message.",
        }),
      }),
    }),
  );
}
