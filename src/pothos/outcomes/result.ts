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

/** A union that is named after the field that returns it. */
export interface FieldUnion {
  /** Represents the union until the field's name is known. */
  readonly ref: UnionRef<SchemaTypes, Outcome>;
  /** Defines the union. */
  readonly define: (field: NamedField) => void;
}

/** Returns whether a type is a {@link FieldUnion}. */
export function isFieldUnion(type: unknown): type is FieldUnion {
  return typeof type === "object" && type !== null && "define" in type;
}

/** A field with its name and type. */
export type NamedField = Pick<PothosOutputFieldConfig<SchemaTypes>, "name" | "parentType">;

interface UnionOptions {
  readonly suffix: string;
  readonly describe: (field: string) => string;
}

/** Returns the union of a field's outcomes, e.g. `CreateSeatResult` for `createSeat`. */
export function fieldUnion(
  builder: Builder,
  members: readonly ObjectRef<SchemaTypes, Outcome>[],
  { suffix, describe }: UnionOptions,
): FieldUnion {
  const ref = new UnionRef<SchemaTypes, Outcome>("Unnamed union");
  return {
    ref,
    define({ name, parentType }) {
      const union = `${pascalCase(name)}${suffix}`;
      const meaning = `the result of "${parentType}.${name}"`;
      // Fields with the same name on several types share the union if they have the same outcomes.
      const shape = `${suffix} ${members.map((member) => member.name).join(" | ")}`;
      const types = [...members];
      const defined = typeOnce(builder, { name: union, meaning, shape }, () =>
        builder.unionType(union, { description: describe(name), types }),
      );
      builder.configStore.associateParamWithRef(ref, defined);
    },
  };
}
