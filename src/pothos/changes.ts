import {
  column,
  columnOf,
  type ColumnType,
  identityOf,
  InvalidValue,
  set,
} from "../cassandra/index.ts";
import { readerOf, withoutNumber } from "./arguments.ts";
import type { Builder } from "./builder-options.ts";
import { formOf, inputOf, type TableColumn } from "./columns.ts";
import { formsOf } from "./forms/builder-forms.ts";
import { canShow, expectsOf, type Forms, type InputRef, readPart } from "./forms/form.ts";
import { formShape, namedPart } from "./forms/parts.ts";
import { type OneOfField, oneOfRef } from "./one-of.ts";

// Numbers and collections change by one of several operators. A lane applies the operator to the stored value, and writes
// the result on the condition that the stored value is still the same. So no other change is lost.

/** A change of a column that depends on its stored value. */
export interface ColumnEdit {
  readonly name: string;
  /** The path of the operator in the input, e.g. `["visits", "add"]`. */
  readonly path: readonly string[];
  /** Returns the new value. @throws InvalidValue if the column cannot have it */
  readonly apply: (stored: unknown) => unknown;
}

/** How clients change a column by exactly one of several operators. */
export interface ChangeForm {
  /** Returns the GraphQL input, e.g. `IntChange`. Defines it on first use. */
  readonly type: () => InputRef;
  readonly operators: Readonly<Record<string, ChangeOperator>>;
}

/** An operator, with the GraphQL type of its operand. */
interface ChangeOperator extends OneOfField {
  /** Reads the operand. @throws InvalidValue */
  readonly read: (given: unknown) => unknown;
  /**
   * Returns a function of the stored value that returns the new one, or throws an InvalidValue. Absent: the operand is the
   * new value.
   */
  readonly by?: (operand: unknown) => (stored: unknown) => unknown;
}

/** Returns how clients change a column. Returns undefined if they can only give a new value. */
export function changeForm(builder: Builder, given: TableColumn): ChangeForm | undefined {
  const { type } = columnOf(given.table, given.name);
  const form = formOf(builder, given);
  if (type.add) {
    const name = `${form.name}Change`;
    const described = { name, meaning: `a change of ${form.name}`, description: NUMBER };
    const operators = numberOperators(builder, given);
    return { type: () => oneOfRef(builder, described, operators), operators };
  }
  // A collection may have a form of its own, by which it is one value.
  const isList = typeof form.input === "function";
  const collection = isList && type.isMulticell ? collections[type.kind] : undefined;
  if (!collection) return undefined;
  const forms = formsOf(builder);
  const words = collection.parts.map((part) => forms.of(namedPart(type, part)).name);
  const described = {
    name: `${words.join("")}${collection.word}Change`,
    meaning: `a change of ${type.cql}`,
    shape: `change of ${type.kind} ${formShape(type, forms)}`,
    description: collection.description,
  };
  const operators = collection.operators(builder, given);
  return { type: () => oneOfRef(builder, described, operators), operators };
}

const NUMBER =
  "How to change a number: exactly one of these. `add` is exact, however many clients add at the same time.";

function numberOperators(builder: Builder, given: TableColumn): ChangeForm["operators"] {
  const { type } = columnOf(given.table, given.name);
  const form = formOf(builder, given);
  const add = (stored: unknown, addend: unknown) => {
    const sum = stored === null ? addend : type.add!(stored, addend);
    if (canShow(form, sum)) return sum;
    throw new InvalidValue("OUT_OF_RANGE", `must be ${expectsOf(form)}`);
  };
  return {
    set: setOperator(builder, given, "The new number."),
    add: {
      type: () => inputOf(builder, given),
      description: "Add this number; negative to subtract. No number counts as 0.",
      // It need not be within the bounds of the column, which may allow no negative numbers.
      read: withoutNumber((addend) => type.match(readPart(form, addend))),
      by: (addend) => checkedResult(type, (stored) => add(stored, addend)),
    },
  };
}

/** How the collections of a kind are changed. */
interface CollectionChange {
  readonly word: string;
  /** The parts of the type that are in the input's name. */
  readonly parts: readonly string[];
  readonly description: string;
  readonly operators: (builder: Builder, column: TableColumn) => ChangeForm["operators"];
}

const collections: Readonly<Record<string, CollectionChange | undefined>> = {
  list: {
    word: "List",
    parts: ["element"],
    description:
      "How to change a list: exactly one of these. Null in place of it: the list becomes empty.",
    operators(builder, given) {
      const { type } = columnOf(given.table, given.name);
      const element = namedPart(type, "element");
      type List = readonly unknown[];
      const operator = operatorOf<List, List>(builder, given);
      return {
        set: setOperator(builder, given, "The new list."),
        append: operator("Add these to the end.", (stored, items) => [...stored, ...items]),
        prepend: operator("Add these to the beginning.", (stored, items) => [...items, ...stored]),
        remove: operator(
          "Remove these wherever they occur.",
          // As Cassandra does, which compares the bytes of a list's elements.
          (stored, items) => without(stored, items, (each) => element.toText(each)),
          "match",
        ),
      };
    },
  },
  set: {
    word: "Set",
    parts: ["element"],
    description:
      "How to change a set: exactly one of these. Null in place of it: the set becomes empty.",
    operators(builder, given) {
      const { type } = columnOf(given.table, given.name);
      const element = namedPart(type, "element");
      type Elements = ReadonlySet<unknown>;
      const operator = operatorOf<Elements, Elements>(builder, given);
      return {
        set: setOperator(builder, given, "The new set."),
        add: operator("Add these.", (stored, items) => stored.union(items)),
        remove: operator(
          "Remove these.",
          (stored, items) => new Set(without(stored, items, (each) => identityOf(element, each))),
          "match",
        ),
      };
    },
  },
  map: {
    word: "Map",
    parts: ["key", "value"],
    description:
      "How to change a map: exactly one of these. Null in place of it: the map becomes empty.",
    operators(builder, given) {
      const { type } = columnOf(given.table, given.name);
      const key = namedPart(type, "key");
      const keys = set(column(key)).type;
      const forms = formsOf(builder);
      type Entries = ReadonlyMap<unknown, unknown>;
      const operator = operatorOf<Entries, Entries>(builder, given);
      return {
        set: setOperator(builder, given, "The new map."),
        put: operator(
          "Add these entries, or replace the values of their keys.",
          (stored, entries) => new Map([...stored, ...entries]),
        ),
        remove: {
          type: () => forms.input(forms.of(keys)),
          description: "Remove the entries with these keys.",
          read: readKeys(forms, keys),
          by: (removed) =>
            checkedResult(type, (stored) => {
              const left = without(
                (stored as Entries).keys(),
                removed as Iterable<unknown>,
                (each) => identityOf(key, each),
              );
              return new Map(left.map((each) => [each, (stored as Entries).get(each)]));
            }),
        },
      };
    },
  },
};

function readKeys(forms: Forms, keys: ColumnType): (given: unknown) => unknown {
  const form = forms.of(keys);
  return withoutNumber((given) => keys.match(readPart(form, given)));
}

function setOperator(builder: Builder, given: TableColumn, description: string): ChangeOperator {
  return { type: () => inputOf(builder, given), description, read: readerOf(builder, given) };
}

/** Returns a function that returns an operator whose operand is a value of the column. */
function operatorOf<Stored, Operand>(builder: Builder, given: TableColumn) {
  const { type } = columnOf(given.table, given.name);
  const form = formOf(builder, given);
  const rules = {
    check: readerOf(builder, given),
    // As it is written: another program may have stored it.
    match: withoutNumber((operand) => type.match(readPart(form, operand))),
  };
  return (
    description: string,
    apply: (stored: Stored, operand: Operand) => unknown,
    rule: keyof typeof rules = "check",
  ): ChangeOperator => ({
    type: () => inputOf(builder, given),
    description,
    read: rules[rule],
    by: (operand) => checkedResult(type, (stored) => apply(stored as Stored, operand as Operand)),
  });
}

/** Returns a function whose result its column can have. It throws an InvalidValue that does not repeat the value. */
function checkedResult(
  type: ColumnType,
  apply: (stored: unknown) => unknown,
): (stored: unknown) => unknown {
  return withoutNumber((stored) => {
    try {
      return type.check(apply(stored));
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      throw new InvalidValue(error.code, `has an invalid result: it ${error.message}`);
    }
  });
}

/** Returns the items that are not among others. Two items with the same text are the same. */
function without(
  items: Iterable<unknown>,
  removed: Iterable<unknown>,
  textOf: (item: unknown) => string,
): readonly unknown[] {
  const texts = new Set(Array.from(removed, textOf));
  return Array.from(items).filter((each) => !texts.has(textOf(each)));
}
