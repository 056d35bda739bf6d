import type { InputFieldMap, InputObjectRef, SchemaTypes } from "@pothos/core";
import { clusteringNames, type RawRow, type Table } from "../cassandra/index.ts";
import { readerOf } from "./arguments.ts";
import { fieldNameOf, fieldNamesOf, formOf, inputOf } from "./columns.ts";
import { badArgument, checkArgument } from "./error.ts";
import type { FieldBuilder } from "./fields/generated.ts";
import { camelCase, pascalCase } from "./names.ts";
import type { Builder } from "./builder-options.ts";
import { rowsOf, tableObjectOf } from "./refs.ts";
import { typeOnce } from "./type-once.ts";

/** An argument for a part of a partition. */
export interface SliceArgument {
  readonly args: InputFieldMap;
  /** The argument, where it is that of a column. */
  readonly keyArguments: InputFieldMap;
  /** The part that arguments name: a prefix of the clustering key, then at most one range. @throws GraphQLError `BAD_USER_INPUT` */
  readonly read: (args: RawRow) => RawRow;
}

const OPERATORS = ["gt", "gte", "lt", "lte"] as const;
const LOWER = ["gt", "gte"] as const;
const UPPER = ["lt", "lte"] as const;

/**
 * The argument for a part of a table's partitions. Of one clustering column it is the column's range; of several it is
 * `slice`, with a member for each length of a prefix: Cassandra can read nothing else.
 */
export function sliceArgument(t: FieldBuilder, table: Table): SliceArgument {
  const [name, ...others] = clusteringNames(table);
  if (others.length > 0) return prefixArgument(t, table);
  const field = fieldNameOf(table, name!);
  const read = rangeReader(t.builder, table, name!);
  return {
    args: {},
    keyArguments: {
      [field]: t.arg({
        type: rangeRef(t.builder, table, name!),
        required: false,
        description: `Only rows whose ${field} is in this range. Default: all.`,
      }),
    },
    read: (args) => ofRange(name!, read([field], args[field])),
  };
}

/** A prefix of a clustering key, of which the last column has a range. */
interface Prefix {
  /** The name of the member, e.g. `kindAt`. */
  readonly field: string;
  readonly names: readonly string[];
}

function prefixArgument(t: FieldBuilder, table: Table): SliceArgument {
  const names = clusteringNames(table);
  const fields = fieldNamesOf(table, names);
  const prefixes = names.map((_, at) => ({
    field: camelCase(
      fields
        .slice(0, at + 1)
        .map(pascalCase)
        .join(""),
    ),
    names: names.slice(0, at + 1),
  }));
  const readers = new Map(
    prefixes.map((prefix) => [prefix.field, prefixReader(t.builder, table, prefix)]),
  );
  return {
    keyArguments: {},
    args: {
      slice: t.arg({
        type: sliceRef(t.builder, table, prefixes),
        required: false,
        description: "Only this part of the partition. Default: all of it.",
      }),
    },
    read({ slice }) {
      // Exactly one of them, as GraphQL has checked.
      const [found] = Object.entries((slice ?? {}) as RawRow);
      if (!found) return {};
      const [field, given] = found;
      return readers.get(field)!(["slice", field], given as RawRow);
    },
  };
}

type Path = readonly string[];

function prefixReader(builder: Builder, table: Table, { names }: Prefix) {
  const equal = names.slice(0, -1).map((name) => {
    const field = fieldNameOf(table, name);
    return { name, field, read: readerOf(table, name, formOf(builder, table, name)) };
  });
  const last = names.at(-1)!;
  const readRange = rangeReader(builder, table, last);
  return (path: Path, given: RawRow): RawRow => {
    if (equal.length === 0) return ofRange(last, readRange(path, given));
    const values = equal.map(({ name, field, read }) => {
      return [name, checkArgument([...path, field], () => read(given[field]))] as const;
    });
    const field = fieldNameOf(table, last);
    const range = ofRange(last, readRange([...path, field], given[field]));
    return { ...Object.fromEntries(values), ...range };
  };
}

function ofRange(name: string, range: RawRow | undefined): RawRow {
  return range ? { [name]: range } : {};
}

/** Makes the function that reads a range; undefined: it has no bounds. @throws GraphQLError `BAD_USER_INPUT` */
function rangeReader(builder: Builder, table: Table, name: string) {
  const read = readerOf(table, name, formOf(builder, table, name));
  return (path: Path, given: unknown): RawRow | undefined => {
    const bounds = Object.entries((given ?? {}) as RawRow).filter(([, bound]) => bound !== null);
    for (const side of [LOWER, UPPER]) {
      if (side.every((operator) => bounds.some(([each]) => each === operator))) {
        throw badArgument(path, `can have ${side.join(" or ")}, not both`);
      }
    }
    if (bounds.length === 0) return undefined;
    return Object.fromEntries(
      bounds.map(([operator, bound]) => [
        operator,
        checkArgument([...path, operator], () => read(bound)),
      ]),
    );
  };
}

/** `DateTimeRange`: bounds of values of one form. */
function rangeRef(builder: Builder, table: Table, name: string) {
  const form = formOf(builder, table, name);
  const range = `${form.name}Range`;
  const meaning = `a range of ${form.name}`;
  const type = inputOf(builder, table, name);
  return typeOnce(builder, { name: range, meaning }, () =>
    builder.inputType(range, {
      description: "A range: at most one lower and one upper bound.",
      fields: (t) =>
        Object.fromEntries(
          OPERATORS.map((operator) => [
            operator,
            t.field({ type, required: false, description: WORDS[operator] }),
          ]),
        ),
    }),
  );
}

const WORDS = {
  gt: "Greater than this.",
  gte: "This or greater.",
  lt: "Less than this.",
  lte: "This or less.",
} as const;

/** `EventByUserSlice`: exactly one prefix of the clustering key. */
function sliceRef(builder: Builder, table: Table, prefixes: readonly Prefix[]) {
  const object = tableObjectOf(builder, rowsOf(table)).name;
  const name = `${table === rowsOf(table) ? object : pascalCase(table.name)}Slice`;
  const meaning = `a part of a partition of table "${table.name}"`;
  return typeOnce(builder, { name, meaning }, () =>
    builder.inputType(name, {
      description:
        "A part of a partition: exactly one of these. Each names the columns before its range.",
      isOneOf: true,
      fields: (t: PothosSchemaTypes.InputFieldBuilder<SchemaTypes, "InputObject">) =>
        Object.fromEntries(
          prefixes.map((prefix) => [
            prefix.field,
            t.field({
              type: prefixRef(builder, table, prefix, name),
              required: false,
              description: `By ${prefix.names.map((each) => fieldNameOf(table, each)).join(", ")}.`,
            }),
          ]),
        ),
    } as never),
  ) as InputObjectRef<SchemaTypes, unknown>;
}

function prefixRef(builder: Builder, table: Table, { field, names }: Prefix, slice: string) {
  const last = names.at(-1)!;
  const range = rangeRef(builder, table, last);
  if (names.length === 1) return range;
  const name = `${slice.slice(0, -"Slice".length)}${pascalCase(field)}`;
  const meaning = `a part of a partition of table "${table.name}" by ${names.join(", ")}`;
  return typeOnce(builder, { name, meaning }, () =>
    builder.inputType(name, {
      description: `Rows of one ${names.slice(0, -1).join(", ")}, in a range of ${last}.`,
      fields: (t) => ({
        ...Object.fromEntries(
          names.slice(0, -1).map((each) => [
            fieldNameOf(table, each),
            t.field({
              type: inputOf(builder, table, each),
              required: true,
              description: "Exactly this.",
            }),
          ]),
        ),
        [fieldNameOf(table, last)]: t.field({
          type: range,
          required: false,
          description: "In this range. Default: all.",
        }),
      }),
    }),
  );
}
