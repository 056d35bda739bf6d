import type { InterfaceRef, SchemaTypes } from "@pothos/core";
import type { Builder } from "../builder-options.ts";
import { typeOnce } from "../type-once.ts";

/** The interface of all types that say that something was not done. */
export function refusalRef(builder: Builder): InterfaceRef<SchemaTypes, unknown> {
  return typeOnce(builder, { name: "Refusal", meaning: "why something was not done" }, () =>
    builder.interfaceRef<{ readonly message: string }>("Refusal").implement({
      description: "Why something was not done.",
      fields: (t) => ({
        message: t.exposeString("message", {
          nullable: false,
          description: "For a person to read.",
        }),
      }),
    }),
  );
}
