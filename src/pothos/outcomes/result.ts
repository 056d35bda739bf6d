import {
  type ObjectRef,
  type PothosOutputFieldConfig,
  type SchemaTypes,
  UnionRef,
} from "@pothos/core";
import type { Outcome } from "../options/field.ts";
import { pascalCase } from "../names.ts";
import type { Builder } from "../builder-options.ts";
import { typeOnce } from "../type-once.ts";

/** A union that is named after the field that has it. */
export interface FieldUnion {
  /** Stands for the union until the field's name is known. */
  readonly ref: UnionRef<SchemaTypes, Outcome>;
  /** Makes the union. */
  readonly define: (field: FieldName) => void;
}

/** Whether a type is a {@link FieldUnion}. */
export function isFieldUnion(type: unknown): type is FieldUnion {
  return typeof type === "object" && type !== null && "define" in type;
}

/** What a field is called. */
export type FieldName = Pick<PothosOutputFieldConfig<SchemaTypes>, "name" | "parentType">;

/** The union of what a field answers: `CreatePartyResult` for `createParty`. */
export function fieldUnion(
  builder: Builder,
  members: readonly ObjectRef<SchemaTypes, Outcome>[],
  { suffix, describe }: { readonly suffix: string; readonly describe: (field: string) => string },
): FieldUnion {
  const ref = new UnionRef<SchemaTypes, Outcome>("Unnamed union");
  return {
    ref,
    define({ name, parentType }) {
      const union = `${pascalCase(name)}${suffix}`;
      const meaning = `what "${parentType}.${name}" answers`;
      // Fields of one name on several types share it if they answer the same.
      const shape = `${suffix} ${members.map((member) => member.name).join(" | ")}`;
      const types = [...members];
      const made = typeOnce(builder, { name: union, meaning, shape }, () =>
        builder.unionType(union, { description: describe(name), types }),
      );
      builder.configStore.associateParamWithRef(ref, made);
    },
  };
}
