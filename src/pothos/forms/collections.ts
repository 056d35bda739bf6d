import { InputListRef, ListRef } from "@pothos/core";
import { type ColumnType, InvalidValue } from "../../cassandra/index.ts";
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
import { formShape, namedPart } from "./parts.ts";

/** The forms of the kinds with any number of elements of one type. */
export const collectionForms: Readonly<Record<string, FormOfKind>> = {
  list: (type, forms) => listForm(forms, namedPart(type, "element")),
  set: setForm,
  map: mapForm,
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

/** Returns the form of a set: a list in the order of the database. */
function setForm(type: ColumnType, forms: Forms): Form<ReadonlySet<unknown>> {
  const { shows, show, read, ...list } = listForm(forms, namedPart(type, "element"));
  return {
    ...list,
    ...(shows && { shows: (value) => shows([...value]) }),
    show: (value, unshown) => show!([...value], unshown),
    read: (given) => new Set(read!(given) as readonly unknown[]),
  };
}

/** Returns the form of a vector: a scalar if JavaScript can hold its numbers, and a list otherwise. */
function vectorForm(type: ColumnType, forms: Forms): Form<readonly unknown[]> {
  const element = namedPart(type, "element");
  if (!vectorKinds.has(element.kind)) return listForm(forms, element);
  return scalarForm<readonly unknown[]>("Vector", {
    shows: (value) => value.every(Number.isFinite),
    expects: "a vector of finite numbers",
  });
}

const vectorKinds: ReadonlySet<string> = new Set(["float", "double", "int", "smallint", "tinyint"]);

function mapForm(type: ColumnType, forms: Forms): Form<ReadonlyMap<unknown, unknown>> {
  const keyType = namedPart(type, "key");
  const [key, value] = [forms.of(keyType), forms.of(namedPart(type, "value"))];
  const { isPartial = false } = value;
  const name = `${key.name}${value.name}Entry`;
  const composite: Composite = {
    name,
    meaning: `the entries of ${type.cql}`,
    shape: formShape(type, forms),
    description: "An entry of a map.",
    fields: [
      { name: "key", form: key, description: "The key.", nullable: false, required: true },
      {
        name: "value",
        form: value,
        description: "The value.",
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

/** @throws InvalidValue if a key occurs twice, because one of its values would be lost */
function checkDistinct(key: ColumnType, entries: readonly (readonly [unknown, unknown])[]): void {
  const texts = entries.map(([each]) => {
    const stored = key.match(each);
    return key.identity?.(stored) ?? key.toText(stored);
  });
  if (new Set(texts).size === texts.length) return;
  throw new InvalidValue("WRONG_TYPE", "must have each key once");
}
