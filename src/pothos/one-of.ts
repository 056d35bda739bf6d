import type { InputObjectRef, SchemaTypes } from "@pothos/core";
import type { Builder } from "./builder-options.ts";
import type { InputRef } from "./forms/form.ts";
import { type TypeOnce, typeOnce } from "./type-once.ts";

/** A field of a @oneOf input. */
export interface OneOfField {
  /** Returns its GraphQL type. */
  readonly type: () => InputRef;
  readonly description: string;
}

interface OneOfInput extends TypeOnce {
  readonly description: string;
}

/** Returns an input of which clients give exactly one field. Defines it once per builder. */
export function oneOfRef(
  builder: Builder,
  { description, ...type }: OneOfInput,
  fields: Readonly<Record<string, OneOfField>>,
): InputObjectRef<SchemaTypes, unknown> {
  return typeOnce(builder, type, () =>
    builder.inputType(type.name, {
      description,
      isOneOf: true,
      fields: (t: PothosSchemaTypes.InputFieldBuilder<SchemaTypes, "InputObject">) =>
        Object.fromEntries(
          Object.entries(fields).map(([field, { type, description }]) => [
            field,
            t.field({ type: type(), required: false, description }),
          ]),
        ),
    } as never),
  ) as InputObjectRef<SchemaTypes, unknown>;
}
