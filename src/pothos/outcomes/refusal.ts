import type { InterfaceRef, SchemaTypes } from "@pothos/core";
import type { Builder } from "../builder-options.ts";
import { typeOnce } from "../type-once.ts";

/** Returns the interface of all refusals. */
export function refusalRef(builder: Builder): InterfaceRef<SchemaTypes, unknown> {
  return typeOnce(builder, { name: "Refusal", meaning: "why a mutation did not succeed" }, () =>
    builder.interfaceRef<{ readonly message: string }>("Refusal").implement({
      description: "Why a mutation did not succeed.",
      fields: (t) => ({
        message: t.exposeString("message", {
          nullable: false,
          description: "A human-readable message.",
        }),
      }),
    }),
  );
}
