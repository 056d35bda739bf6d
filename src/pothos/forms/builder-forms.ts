import { PothosSchemaError, type SchemaTypes } from "@pothos/core";
import { GraphQLScalarType } from "graphql";
import type { ColumnType } from "../../cassandra/index.ts";
import { type Builder, pluginOptions } from "../builder-options.ts";
import { collectionForms } from "./collections.ts";
import type { Composite, Form, Forms, InputRef, OutputRef } from "./form.ts";
import { isName, pascalCase } from "../names.ts";
import { recordForms } from "./records.ts";
import { typeOnce } from "../type-once.ts";
import { simpleForms } from "./simple.ts";

/** How to resolve a conflict of two types with the same name. */
const remedy =
  "rename one of them; the builder's option cassandra: { udts: { … } } names user-defined types";

const formsOfBuilders = new WeakMap<Builder, Forms>();

/** Returns the forms of a builder: those of its option `forms`, and the built-in ones for all other kinds. */
export function formsOf<Types extends SchemaTypes>(
  builder: PothosSchemaTypes.SchemaBuilder<Types>,
): Forms {
  const own = builder as unknown as Builder;
  let forms = formsOfBuilders.get(own);
  if (!forms) formsOfBuilders.set(own, (forms = createForms(own)));
  return forms;
}

function createForms(builder: Builder): Forms {
  const { forms: given = {}, udts = {} } = pluginOptions(builder);
  const kinds = { ...simpleForms, ...collectionForms, ...recordForms, ...given };
  const known = new WeakMap<ColumnType, Form>();

  function scalar(type: GraphQLScalarType | string): string {
    if (typeof type === "string") return type;
    const { configStore } = builder;
    if (!configStore.hasConfig(type.name)) builder.addScalarType(type.name as never, type);
    return type.name;
  }

  const forms: Forms = {
    of(type) {
      const found = known.get(type);
      if (found) return found;
      const entry = Object.hasOwn(kinds, type.kind) ? kinds[type.kind] : undefined;
      if (!entry) throw noForm(type);
      const form = typeof entry === "function" ? entry(type, forms) : entry;
      known.set(type, form);
      return form;
    },
    output: ({ output }) =>
      typeof output === "function" ? output() : (scalar(output) as OutputRef),
    input: ({ input }) => (typeof input === "function" ? input() : (scalar(input) as InputRef)),
    object: (composite) =>
      typeOnce(builder, { ...composite, remedy }, () =>
        defineObject({ builder, forms }, composite),
      ),
    inputObject(composite) {
      const input = { ...composite, name: `${composite.name}Input` };
      const meaning = `the input of ${composite.meaning}`;
      return typeOnce(
        builder,
        { ...input, meaning, shape: `input ${composite.shape}`, remedy },
        () => defineInput({ builder, forms }, input),
      );
    },
    nameOfUdt(udt) {
      const name = (Object.hasOwn(udts, udt) ? udts[udt] : undefined) ?? pascalCase(udt);
      if (isName(name)) return name;
      throw new PothosSchemaError(
        `type "${udt}" has a name that is not valid in GraphQL ("${name}"): rename it by the builder's option cassandra: { udts: { "${udt}": "Name" } }`,
      );
    },
  };
  return forms;
}

interface FormContext {
  readonly builder: Builder;
  readonly forms: Forms;
}

function defineObject({ builder, forms }: FormContext, composite: Composite): OutputRef {
  const { name, description, fields } = composite;
  const ref = builder.objectRef<Readonly<Record<string, unknown>>>(name);
  ref.implement({
    description,
    fields: (t) =>
      Object.fromEntries(
        fields.map(({ name: field, form, nullable, description }) => [
          field,
          t.expose(field as never, { type: forms.output(form), nullable, description } as never),
        ]),
      ),
  });
  return ref;
}

function defineInput({ builder, forms }: FormContext, composite: Composite): InputRef {
  const { name, description, fields } = composite;
  return builder.inputType(name, {
    description,
    fields: (t) =>
      Object.fromEntries(
        fields.map(({ name: field, form, required, description }) => [
          field,
          t.field({ type: forms.input(form), required, description }),
        ]),
      ),
  }) as InputRef;
}

function noForm({ kind, cql }: ColumnType): PothosSchemaError {
  return new PothosSchemaError(
    `${cql} is of kind "${kind}", which has no GraphQL form: add one by the builder's option cassandra: { forms: { ${kind}: … } }`,
  );
}
