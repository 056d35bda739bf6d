import { typeOnce } from "../type-once.ts";
import type { Builder } from "../builder-options.ts";
import { outcomeRef, type OutcomeType } from "./outcome.ts";
import { invalidInput, unknownOutcome } from "./shared.ts";

/** A plain write was acknowledged. */
export function written(builder: Builder): OutcomeType<[consistency: string]> {
  const name = "Written";
  const ref = outcomeRef(builder, {
    name,
    meaning: "that a plain write was acknowledged",
    description:
      "The write was acknowledged. A plain write does not return what was stored before.",
    fields: (t) => ({
      consistency: t.exposeString(
        "consistency" as never,
        {
          nullable: false,
          description: "The consistency level of the acknowledgement.",
        } as never,
      ),
    }),
  });
  return { ref, of: (consistency) => ({ __typename: name, consistency }) };
}

/** Returns the union of the outcomes of plain writes. */
export function writeResult(builder: Builder) {
  const name = "WriteResult";
  return typeOnce(builder, { name, meaning: "the result of plain writes" }, () =>
    builder.unionType(name, {
      description: "The result of a plain write.",
      types: [written(builder).ref, invalidInput(builder).ref, unknownOutcome(builder).ref],
    }),
  );
}
