import { PothosSchemaError } from "@pothos/core";
import type { ColumnType, Part } from "../../cassandra/index.ts";
import {
  type Composite,
  type Form,
  type FormOfKind,
  type Forms,
  readPart,
  shownPart,
} from "./form.ts";
import { checkName } from "../names.ts";
import { partsOf, shapeOf } from "./parts.ts";

/** The forms of the kinds whose parts have names, and each a type of its own. */
export const recordForms: Readonly<Record<string, FormOfKind>> = { tuple: tupleForm, udt: udtForm };

function tupleForm(type: ColumnType, forms: Forms): Form<readonly unknown[]> {
  const items = partsOf(type).map(({ name, type: part }) => ({ name, form: forms.of(part) }));
  const composite: Composite = {
    name: `${items.map(({ form }) => form.name).join("")}Tuple`,
    meaning: type.cql,
    shape: shapeOf(type, forms),
    description: "A tuple; any part of it may be null.",
    fields: items.map(({ name, form }, at) => ({
      name,
      form,
      description: `Part ${at}.`,
      nullable: true,
      required: false,
    })),
  };
  return {
    ...named(forms, composite),
    show: (value, unshown) => objectOf(composite, (at) => value[at], unshown),
    read: (given) => items.map(({ name, form }) => readField(form, given, name)),
  };
}

function udtForm(type: ColumnType, forms: Forms): Form<Readonly<Record<string, unknown>>> {
  const udt = type.udt ?? type.cql;
  const parts = partsOf(type).map((part) => ({ ...part, form: forms.of(part.type) }));
  checkFields(udt, parts);
  const composite: Composite = {
    name: forms.nameOfUdt(udt),
    meaning: `the user-defined type "${udt}"`,
    shape: shapeOf(type, forms),
    description: `The type \`${udt}\`.`,
    fields: parts.map(({ name, field = name, form, description }) => ({
      name: field,
      form,
      description: description ?? `The field \`${name}\`.`,
      nullable: true,
      required: false,
    })),
  };
  return {
    ...named(forms, composite),
    show: (value, unshown) => objectOf(composite, (at) => value[parts[at]!.name], unshown),
    read: (given) =>
      Object.fromEntries(
        parts.map(({ name, field = name, form }) => [name, readField(form, given, field)]),
      ),
  };
}

/** @throws PothosSchemaError if a field has no GraphQL name, or another one's */
function checkFields(udt: string, parts: readonly Part[]): void {
  const names = new Map<string, string>();
  for (const { name, field = name } of parts) {
    checkName(field, `field "${name}" of type "${udt}"`);
    const other = names.get(field);
    if (other !== undefined) {
      throw new PothosSchemaError(
        `fields "${other}" and "${name}" of type "${udt}" are both called "${field}" in GraphQL: name one by .as("name")`,
      );
    }
    names.set(field, name);
  }
}

function named(forms: Forms, composite: Composite): Form {
  return {
    name: composite.name,
    output: () => forms.object(composite),
    input: () => forms.inputObject(composite),
  };
}

function objectOf(
  { fields }: Composite,
  valueOf: (at: number) => unknown,
  unshown: (expects: string) => Error,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    fields.map(({ name, form }, at) => {
      const value = valueOf(at) ?? null;
      return [name, value === null ? null : shownPart(form, value, unshown)];
    }),
  );
}

function readField(form: Form, given: unknown, name: string): unknown {
  const value = (given as Readonly<Record<string, unknown>>)[name] ?? null;
  return value === null ? null : readPart(form, value);
}
