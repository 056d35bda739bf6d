import type { InputFieldMap } from "@pothos/core";
import { clusteringNames, columnOf, type RawRow, type Table } from "../cassandra/index.ts";
import { readerOf } from "./arguments.ts";
import { fieldNameOf, fieldNamesOf, formOf, inputOf, type TableColumn } from "./columns.ts";
import { badArgument, checkArgument } from "./error.ts";
import type { FieldBuilder } from "./fields/generated.ts";
import { MOMENTS, momentBound } from "./moments.ts";
import { camelCase, pascalCase } from "./names.ts";
import type { Builder } from "./builder-options.ts";
import { rowTableOf, tableObjectOf } from "./refs.ts";
import { type OneOfField, oneOfRef } from "./one-of.ts";
import { typeOnce } from "./type-once.ts";

/** An argument for a part of a partition. */
export interface SliceArgument {
  readonly args: InputFieldMap;
  /** The argument, if it is named after a column. */
  readonly keyArguments: InputFieldMap;
  /** Returns the requested part: a prefix of the clustering key, then at most one range. @throws GraphQLError `BAD_USER_INPUT` */
  readonly read: (args: RawRow) => RawRow;
}

interface SliceOptions {
  /** Default: false. */
  readonly isRequired?: boolean;
  /** What is done with the part, for the description. Default: `Return`. */
  readonly verb?: string;
  /** Whether a bound that is null is an error rather than none: a removal would remove more. Default: false. */
  readonly isExact?: boolean | undefined;
}

interface ExactOption {
  readonly isExact: boolean | undefined;
}

const OPERATORS = ["gt", "gte", "lt", "lte"] as const;
/** The operators of which a range has at most one. */
const SIDES: readonly (readonly string[])[] = [
  ["gt", "gte", "after"],
  ["lt", "lte", "before"],
];

/**
 * Returns the argument for a part of a table's partitions. With one clustering column it is the range of that column. With
 * several it is `slice`, which has a member for each length of a prefix: Cassandra can read no other parts.
 */
export function sliceArgument(
  t: FieldBuilder,
  table: Table,
  options: SliceOptions = {},
): SliceArgument {
  const [name, ...others] = clusteringNames(table);
  if (others.length > 0) return prefixArgument(t, table, options);
  const { isRequired = false, verb = "Return", isExact } = options;
  const column = { table, name: name! };
  const field = fieldNameOf(table, name!);
  const read = rangeReader(t.builder, column, { isExact });
  return {
    args: {},
    keyArguments: {
      [field]: t.arg({
        type: rangeRef(t.builder, column),
        required: isRequired,
        description: `${verb} only rows whose ${field} is in this range.${isRequired ? "" : " Default: all rows."}`,
      }),
    },
    read: (args) => rangePart(name!, read([field], args[field])),
  };
}

/** A prefix of a clustering key. Its last column has a range. */
interface SlicePrefix {
  /** The name of the member, e.g. `kindAt`. */
  readonly field: string;
  readonly names: readonly string[];
}

function prefixArgument(
  t: FieldBuilder,
  table: Table,
  { isRequired = false, verb = "Return", isExact }: SliceOptions,
): SliceArgument {
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
    prefixes.map(({ field, names }) => [field, prefixReader(t.builder, table, { names, isExact })]),
  );
  return {
    keyArguments: {},
    args: {
      slice: t.arg({
        type: sliceRef(t.builder, table, { prefixes }),
        required: isRequired,
        description: `${verb} only this part of the partition.${isRequired ? "" : " Default: all of it."}`,
      }),
    },
    read({ slice }) {
      // GraphQL has checked that there is exactly one.
      const [found] = Object.entries((slice ?? {}) as RawRow);
      if (!found) return {};
      const [field, given] = found;
      return readers.get(field)!(["slice", field], given as RawRow);
    },
  };
}

type ArgumentPath = readonly string[];

function prefixReader(
  builder: Builder,
  table: Table,
  { names, isExact }: ExactOption & { readonly names: readonly string[] },
) {
  const equal = names.slice(0, -1).map((name) => {
    return {
      name,
      field: fieldNameOf(table, name),
      read: readerOf(builder, { table, name, rule: "lookup" }),
    };
  });
  const last = names.at(-1)!;
  const readRange = rangeReader(builder, { table, name: last }, { isExact });
  return (path: ArgumentPath, given: RawRow): RawRow => {
    if (equal.length === 0) return rangePart(last, readRange(path, given));
    const values = equal.map(({ name, field, read }) => {
      return [name, checkArgument([...path, field], () => read(given[field]))] as const;
    });
    const field = fieldNameOf(table, last);
    const read = readRange([...path, field], given[field]);
    if (isExact && !read && given[field] !== undefined) {
      throw badArgument([...path, field], "must have a bound");
    }
    const range = rangePart(last, read);
    return { ...Object.fromEntries(values), ...range };
  };
}

function rangePart(name: string, range: RawRow | undefined): RawRow {
  return range ? { [name]: range } : {};
}

/**
 * Returns a function that reads a range. It returns undefined for a range without bounds, and throws a GraphQLError
 * `BAD_USER_INPUT` for one that is not valid.
 */
function rangeReader(builder: Builder, column: TableColumn, { isExact }: ExactOption) {
  // A bound as it is written: in another form, it might leave out rows.
  const read = readerOf(builder, { ...column, rule: "lookup" });
  return (path: ArgumentPath, given: unknown): RawRow | undefined => {
    const bounds = Object.entries((given ?? {}) as RawRow).filter(([, bound]) => bound !== null);
    for (const side of SIDES) {
      const given = side.filter((operator) => bounds.some(([each]) => each === operator));
      if (given.length > 1) throw badArgument(path, `can have ${given.join(" or ")}, not both`);
    }
    if (bounds.length === 0) return undefined;
    const none = isExact && Object.entries(given as RawRow).find(([, bound]) => bound === null);
    if (none) throw badArgument([...path, none[0]], "must not be null");
    return Object.fromEntries(
      bounds.map(([operator, bound]) => {
        const at = [...path, operator];
        return isMoment(operator)
          ? [MOMENTS[operator].operator, momentBound(at, bound as Date, operator)]
          : [operator, checkArgument(at, () => read(bound))];
      }),
    );
  };
}

function isMoment(operator: string): operator is keyof typeof MOMENTS {
  return Object.hasOwn(MOMENTS, operator);
}

/**
 * Returns an input such as `DateTimeRange`, which columns with the same form share. That of a `timeuuid` also has bounds by
 * the moments in it.
 */
function rangeRef(builder: Builder, column: TableColumn) {
  const isTimed = columnOf(column.table, column.name).type.kind === "timeuuid";
  const of = isTimed ? "TimeUUID" : formOf(builder, column).name;
  const range = `${of}Range`;
  const meaning = `a range of ${of}`;
  const type = inputOf(builder, column);
  return typeOnce(builder, { name: range, meaning }, () =>
    builder.inputType(range, {
      description: "A range with at most one lower and one upper bound.",
      fields: (t) =>
        Object.fromEntries([
          ...OPERATORS.map((operator) => [
            operator,
            t.field({ type, required: false, description: BOUNDS[operator] }),
          ]),
          ...(isTimed ? Object.entries(MOMENTS) : []).map(([operator, { description }]) => [
            operator,
            t.field({ type: "DateTime" as never, required: false, description }),
          ]),
        ]),
    }),
  );
}

const BOUNDS = {
  gt: "Greater than this value.",
  gte: "Greater than or equal to this value.",
  lt: "Less than this value.",
  lte: "Less than or equal to this value.",
} as const;

/** Returns an input such as `EventByUserSlice`: exactly one prefix of the clustering key. */
function sliceRef(
  builder: Builder,
  table: Table,
  { prefixes }: { readonly prefixes: readonly SlicePrefix[] },
) {
  const object = tableObjectOf(builder, rowTableOf(table)).name;
  const name = `${table === rowTableOf(table) ? object : pascalCase(table.name)}Slice`;
  const meaning = `a part of a partition of table "${table.name}"`;
  const description =
    "A part of a partition: exactly one of these fields. Each requires equal values of the columns before its range.";
  const fields = prefixes.map((prefix): [string, OneOfField] => {
    const columns = prefix.names.map((each) => fieldNameOf(table, each)).join(", ");
    const type = () => prefixRef(builder, table, { ...prefix, slice: name });
    return [prefix.field, { type, description: `By ${columns}.` }];
  });
  return oneOfRef(builder, { name, meaning, description }, Object.fromEntries(fields));
}

interface PrefixInput extends SlicePrefix {
  /** The name of the input that has the prefix as a member. */
  readonly slice: string;
}

function prefixRef(builder: Builder, table: Table, { field, names, slice }: PrefixInput) {
  const last = names.at(-1)!;
  const range = rangeRef(builder, { table, name: last });
  if (names.length === 1) return range;
  const name = `${slice.slice(0, -"Slice".length)}${pascalCase(field)}`;
  const meaning = `a part of a partition of table "${table.name}" by ${names.join(", ")}`;
  return typeOnce(builder, { name, meaning }, () =>
    builder.inputType(name, {
      description: `The rows with one ${names.slice(0, -1).join(", ")}, in a range of ${last}.`,
      fields: (t) => ({
        ...Object.fromEntries(
          names.slice(0, -1).map((each) => [
            fieldNameOf(table, each),
            t.field({
              type: inputOf(builder, { table, name: each }),
              required: true,
              description: "Equal to this value.",
            }),
          ]),
        ),
        [fieldNameOf(table, last)]: t.field({
          type: range,
          required: false,
          description: "In this range. Default: all values.",
        }),
      }),
    }),
  );
}
