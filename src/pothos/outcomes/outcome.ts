import type { FieldMap, ObjectRef, SchemaTypes } from "@pothos/core";
import type { Outcome } from "../field-options.ts";
import type { Builder } from "../options.ts";
import { typeOnce } from "../type-once.ts";
import { refusalRef } from "./refusal.ts";

/** The fields of an object, as they are made. */
export type Fields = PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, Outcome>;

/** A type of what a generated field answers, and how its values are made. */
export interface OutcomeType<Given extends readonly unknown[]> {
  readonly ref: ObjectRef<SchemaTypes, Outcome>;
  of(this: void, ...given: Given): Outcome;
}

/** How such a type is defined. */
interface Definition {
  readonly name: string;
  /** What it stands for, as a person reads it. Equal for equal types alone. */
  readonly meaning: string;
  readonly description: string;
  /** Whether it says that something was not done: it then has a `message`. */
  readonly isRefusal?: boolean;
  readonly fields?: (t: Fields) => FieldMap;
}

/** Makes a type of what fields answer, once per builder. */
export function outcomeRef(
  builder: Builder,
  { name, meaning, description, isRefusal = false, fields = () => ({}) }: Definition,
): ObjectRef<SchemaTypes, Outcome> {
  return typeOnce(builder, { name, meaning }, () =>
    builder.objectRef<Outcome>(name).implement({
      description,
      fields,
      ...(isRefusal && { interfaces: [refusalRef(builder)] }),
    } as never),
  );
}
