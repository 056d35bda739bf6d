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
import { formShape, partsOfType } from "./parts.ts";

/** The forms of the kinds whose parts have names and individual types. */
export const recordForms: Readonly<Record<string, FormOfKind>> = { tuple: tupleForm, udt: udtForm };

function tupleForm(type: ColumnType, forms: Forms): Form<readonly unknown[]> {
  const items = partsOfType(type).map(({ name, type: part }) => ({ name, form: forms.of(part) }));
  const composite: Composite = {
    name: `${items.map(({ form }) => form.name).join("")}Tuple`,
    meaning: type.cql,
    shape: formShape(type, forms),
    description: "A tuple. Each part may be null.",
    fields: items.map(({ name, form }, at) => ({
      name,
      form,
      description: `Part ${at}.`,
      nullable: true,
      required: false,
    })),
  };
  return {
    ...compositeForm(forms, composite),
    show: (value, unshown) => showFields(composite, (at) => value[at], unshown),
    read: (given) => items.map(({ name, form }) => readField(form, (given as FieldValues)[name])),
  };
}

function udtForm(type: ColumnType, forms: Forms): Form<Readonly<Record<string, unknown>>> {
  const udt = type.udt ?? type.cql;
  const parts = partsOfType(type).map((part) => ({ ...part, form: forms.of(part.type) }));
  checkFields(udt, parts);
  const composite: Composite = {
    name: forms.nameOfUdt(udt),
    meaning: `the user-defined type "${udt}"`,
    shape: formShape(type, forms),
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
    ...compositeForm(forms, composite),
    show: (value, unshown) => showFields(composite, (at) => value[parts[at]!.name], unshown),
    read: (given) =>
      Object.fromEntries(
        parts.map(({ name, field = name, form }) => [
          name,
          readField(form, (given as FieldValues)[field]),
        ]),
      ),
  };
}

/** @throws PothosSchemaError if a field's GraphQL name is not valid or not unique */
function checkFields(udt: string, parts: readonly Part[]): void {
  const names = new Map<string, string>();
  for (const { name, field = name } of parts) {
    checkName(field, `field "${name}" of type "${udt}"`);
    const other = names.get(field);
    if (other !== undefined) {
      throw new PothosSchemaError(
        `fields "${other}" and "${name}" of type "${udt}" are both called "${field}" in GraphQL: rename one by .as("name")`,
      );
    }
    names.set(field, name);
  }
}

function compositeForm(forms: Forms, composite: Composite): Form {
  return {
    name: composite.name,
    output: () => forms.object(composite),
    input: () => forms.inputObject(composite),
  };
}

function showFields(
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

type FieldValues = Readonly<Record<string, unknown>>;

function readField(form: Form, given: unknown): unknown {
  return given === null || given === undefined ? null : readPart(form, given);
}
