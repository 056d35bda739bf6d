import { InputListRef, ListRef, PothosSchemaError } from "@pothos/core";
import { type ColumnType, InvalidValue, type Part } from "../../cassandra/index.ts";
import {
  canShow,
  type Composite,
  type Form,
  type FormOfKind,
  type Forms,
  readPart,
  scalarForm,
  shownPart,
} from "./form.ts";
import { checkName } from "./names.ts";

/** The forms of the kinds that are made of others. */
export const compositeForms: Readonly<Record<string, FormOfKind>> = {
  list: (type, forms) => listForm(forms, partOf(type, "element")),
  set: setForm,
  map: mapForm,
  tuple: tupleForm,
  udt: udtForm,
  vector: vectorForm,
};

function listForm(forms: Forms, type: ColumnType): Form<readonly unknown[]> {
  const element = forms.of(type);
  const { isPartial = false, expects } = element;
  return {
    name: `${element.name}List`,
    output: () => new ListRef(forms.output(element), isPartial),
    input: () => new InputListRef(forms.input(element), true),
    ...(element.shows &&
      !isPartial && { shows: (value) => value.every((each) => canShow(element, each)) }),
    ...(expects !== undefined && { expects: `a list of values each of which is ${expects}` }),
    show: (value, unshown) => value.map((each) => shownPart(element, each, unshown)),
    read: (given) => (given as readonly unknown[]).map((each) => readPart(element, each)),
  };
}

/** A set is a list, in the order of the database. */
function setForm(type: ColumnType, forms: Forms): Form<ReadonlySet<unknown>> {
  const { shows, show, read, ...list } = listForm(forms, partOf(type, "element"));
  return {
    ...list,
    ...(shows && { shows: (value) => shows([...value]) }),
    show: (value, unshown) => show!([...value], unshown),
    read: (given) => new Set(read!(given) as readonly unknown[]),
  };
}

/** Numbers that JavaScript holds are one scalar; other vectors are lists. */
function vectorForm(type: ColumnType, forms: Forms): Form<readonly unknown[]> {
  const element = partOf(type, "element");
  if (!vectorKinds.has(element.kind)) return listForm(forms, element);
  return scalarForm<readonly unknown[]>("Vector", {
    shows: (value) => value.every(Number.isFinite),
    expects: "a vector of finite numbers",
  });
}

const vectorKinds: ReadonlySet<string> = new Set(["float", "double", "int", "smallint", "tinyint"]);

function mapForm(type: ColumnType, forms: Forms): Form<ReadonlyMap<unknown, unknown>> {
  const keyType = partOf(type, "key");
  const [key, value] = [forms.of(keyType), forms.of(partOf(type, "value"))];
  const { isPartial = false } = value;
  const name = `${key.name}${value.name}Entry`;
  const composite: Composite = {
    name,
    meaning: `the entries of ${type.cql}`,
    shape: shapeOf(type, forms),
    description: "An entry of a map.",
    fields: [
      { name: "key", form: key, description: "Its key.", nullable: false, required: true },
      {
        name: "value",
        form: value,
        description: "Its value.",
        nullable: isPartial,
        required: true,
      },
    ],
  };
  const shows = ([k, v]: readonly [unknown, unknown]) =>
    canShow(key, k) && (isPartial || canShow(value, v));
  const inOrder = (entries: readonly (readonly [unknown, unknown])[]) =>
    entries.toSorted(([one], [other]) => keyType.compare?.(one, other) ?? 0);
  return {
    name: `${name}List`,
    output: () => new ListRef(forms.object(composite), false),
    input: () => new InputListRef(forms.inputObject(composite), true),
    ...((key.shows || value.shows) && { shows: (entries) => [...entries].every(shows) }),
    expects: "a map of which every entry can be shown",
    show: (entries, unshown) =>
      inOrder([...entries]).map(([k, v]) => ({
        key: shownPart(key, k, unshown),
        value: shownPart(value, v, unshown),
      })),
    read: (given) => {
      const entries = (given as readonly { readonly key: unknown; readonly value: unknown }[]).map(
        (entry) => [readPart(key, entry.key), readPart(value, entry.value)] as const,
      );
      checkDistinct(keyType, entries);
      return new Map(entries);
    },
  };
}

/** @throws InvalidValue for a key that comes twice: one of its values would be lost */
function checkDistinct(key: ColumnType, entries: readonly (readonly [unknown, unknown])[]): void {
  const texts = entries.map(([each]) => {
    const stored = key.match(each);
    return key.identity?.(stored) ?? key.toText(stored);
  });
  if (new Set(texts).size === texts.length) return;
  throw new InvalidValue("WRONG_TYPE", "must have each key once");
}

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
    show: (value, unshown) => objectOf(composite, (_, at) => value[at], unshown),
    read: (given) => items.map(({ name, form }) => readField(form, given, name)),
  };
}

function udtForm(type: ColumnType, forms: Forms): Form<Readonly<Record<string, unknown>>> {
  const udt = type.udt ?? type.cql;
  const parts = partsOf(type).map((part) => ({ ...part, form: forms.of(part.type) }));
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
  const check = () => {
    for (const { name, field = name } of parts) {
      checkName(field, `field "${name}" of type "${udt}"`);
      const other = parts.find((each) => each.name !== name && (each.field ?? each.name) === field);
      if (other) throw sameName(udt, name, other.name, field);
    }
    return composite;
  };
  const { name, output, input } = named(forms, composite);
  return {
    name,
    output: () => (check(), (output as () => never)()),
    input: () => (check(), (input as () => never)()),
    show: (value, unshown) => objectOf(composite, (_, at) => value[parts[at]!.name], unshown),
    read: (given) =>
      Object.fromEntries(
        parts.map(({ name, field = name, form }) => [name, readField(form, given, field)]),
      ),
  };
}

function sameName(udt: string, one: string, other: string, field: string): PothosSchemaError {
  return new PothosSchemaError(
    `fields "${one}" and "${other}" of type "${udt}" are both called "${field}" in GraphQL: name one by .as("name")`,
  );
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
  valueOf: (name: string, at: number) => unknown,
  unshown: (expects: string) => Error,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    fields.map(({ name, form }, at) => {
      const value = valueOf(name, at) ?? null;
      return [name, value === null ? null : shownPart(form, value, unshown)];
    }),
  );
}

function readField(form: Form, given: unknown, name: string): unknown {
  const value = (given as Readonly<Record<string, unknown>>)[name] ?? null;
  return value === null ? null : readPart(form, value);
}

/** A text that is equal for composite types which have the same GraphQL type. */
function shapeOf({ kind, udt = "", parts = [] }: ColumnType, forms: Forms): string {
  const word = kind === "set" || kind === "vector" ? "list" : kind;
  const shapes = parts.map(({ name, field = name, type }) => {
    const form = forms.of(type);
    const isScalar = typeof form.output !== "function";
    return `${field}: ${isScalar ? form.name : shapeOf(type, forms)}`;
  });
  return `${word} ${udt}(${shapes.join(", ")})`;
}

function partsOf({ parts = [] }: ColumnType): readonly Part[] {
  return parts;
}

function partOf(type: ColumnType, name: string): ColumnType {
  const part = partsOf(type).find((each) => each.name === name);
  if (part) return part.type;
  throw new Error(`${type.cql} has no part "${name}"`);
}
