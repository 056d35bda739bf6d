import { typeOnce } from "../type-once.ts";
import type { Builder } from "../builder-options.ts";
import { outcomeRef, type OutcomeType } from "./outcome.ts";
import { invalidInput, outcomeUnknown } from "./shared.ts";

/** A plain write was acknowledged. */
export function written(builder: Builder): OutcomeType<[consistency: string]> {
  const name = "Written";
  const ref = outcomeRef(builder, {
    name,
    meaning: "that a plain write was acknowledged",
    description: "The write was acknowledged. A plain write cannot say what was there before.",
    fields: (t) => ({
      consistency: t.exposeString(
        "consistency" as never,
        {
          nullable: false,
          description: "The consistency at which it was acknowledged.",
        } as never,
      ),
    }),
  });
  return { ref, of: (consistency) => ({ __typename: name, consistency }) };
}

/** What becomes of plain writes. */
export function writeResult(builder: Builder) {
  const name = "WriteResult";
  return typeOnce(builder, { name, meaning: "what plain writes answer" }, () =>
    builder.unionType(name, {
      description: "What became of a plain write.",
      types: [written(builder).ref, invalidInput(builder).ref, outcomeUnknown(builder).ref],
    }),
  );
}
