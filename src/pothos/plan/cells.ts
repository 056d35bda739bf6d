import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLInt,
  type GraphQLOutputType,
  type GraphQLScalarType,
  GraphQLString,
  getNullableType,
  isNonNullType,
  isScalarType,
} from "graphql";
import { type Column, columnOf, isCqlType, keyNames } from "../../cassandra/index.ts";
import type { Builder } from "../builder-options.ts";
import { formOf, type TableColumn } from "../columns.ts";
import { canShow, type Form } from "../forms/form.ts";
import { isExpressible, scalars } from "../scalars.ts";
import { leaveToExecutor, orLeave } from "./for-executor.ts";
import type { JsonWriter } from "./json-writer.ts";
import type { PackedRow } from "./packed-row.ts";

/** Writes the value that a column has in a row. What cannot be written so is left to the executor. */
export type WriteCell = (out: JsonWriter, row: PackedRow) => void;

/** Checks the value that a column has in a row. One for which the model would leave out the row is left to the executor. */
export type CheckCell = (row: PackedRow) => void;

/** Where a column is, and how it is shown. */
export interface CellPlace extends TableColumn {
  readonly builder: Builder;
  /** The slot of the column. */
  readonly slot: number;
}

/** Writes a value that is not null. */
type WriteValue = (out: JsonWriter, row: PackedRow, slot: number) => void;

/** How the values of a kind of CQL type are written that has a certain GraphQL type. */
interface DirectKind {
  readonly scalar: { readonly serialize: object };
  /** How many bytes each value has, if that is fixed. */
  readonly length?: number;
  readonly write: WriteValue;
}

const writeText: WriteValue = (out, row, slot) =>
  out.text(row.bytes, row.start(slot), row.length(slot));

const writeAscii: WriteValue = (out, row, slot) => {
  const [start, end] = [row.start(slot), row.start(slot) + row.length(slot)];
  for (let i = start; i < end; i++) if (row.bytes[i]! >= 0x80) leaveToExecutor();
  writeText(out, row, slot);
};

const writeUuid: WriteValue = (out, row, slot) => out.uuid(row.bytes, row.start(slot));

const writeTimeuuid: WriteValue = (out, row, slot) => {
  // The version is in the first half of the seventh byte.
  if (row.bytes[row.start(slot) + 6]! >> 4 !== 1) leaveToExecutor();
  writeUuid(out, row, slot);
};

const writeBigint: WriteValue = (out, row, slot) =>
  out.ascii(`"${row.bytes.readBigInt64BE(row.start(slot))}"`);

/** Returns a function that writes a number. `String` writes finite numbers as JSON does, -0 too. */
function writeNumber(read: (bytes: Buffer, start: number) => number): WriteValue {
  return (out, row, slot) => {
    const value = read(row.bytes, row.start(slot));
    if (!Number.isFinite(value)) leaveToExecutor();
    out.ascii(String(value));
  };
}

const writeTimestamp: WriteValue = (out, row, slot) => {
  const start = row.start(slot);
  const time = row.bytes.readInt32BE(start) * 2 ** 32 + row.bytes.readUInt32BE(start + 4);
  if (!isExpressible(time)) leaveToExecutor();
  out.timestamp(time);
};

const { UUID, BigInt: BigIntScalar, DateTime } = scalars;

/** The kinds whose bytes are written without their types' functions, which would come to the same result. */
const directKinds: ReadonlyMap<string, DirectKind> = new Map<string, DirectKind>([
  ["text", { scalar: GraphQLString, write: writeText }],
  ["ascii", { scalar: GraphQLString, write: writeAscii }],
  ["uuid", { scalar: UUID, length: 16, write: writeUuid }],
  ["timeuuid", { scalar: UUID, length: 16, write: writeTimeuuid }],
  ["tinyint", intKind(1)],
  ["smallint", intKind(2)],
  ["int", intKind(4)],
  ["bigint", { scalar: BigIntScalar, length: 8, write: writeBigint }],
  ["counter", { scalar: BigIntScalar, length: 8, write: writeBigint }],
  [
    "boolean",
    {
      scalar: GraphQLBoolean,
      length: 1,
      write: (out, row, slot) => out.ascii(row.bytes[row.start(slot)] === 0 ? "false" : "true"),
    },
  ],
  [
    "float",
    {
      scalar: GraphQLFloat,
      length: 4,
      write: writeNumber((bytes, start) => bytes.readFloatBE(start)),
    },
  ],
  [
    "double",
    {
      scalar: GraphQLFloat,
      length: 8,
      write: writeNumber((bytes, start) => bytes.readDoubleBE(start)),
    },
  ],
  ["timestamp", { scalar: DateTime, length: 8, write: writeTimestamp }],
]);

function intKind(length: number): DirectKind {
  return {
    scalar: GraphQLInt,
    length,
    write: (out, row, slot) => out.int(row.bytes.readIntBE(row.start(slot), length)),
  };
}

/**
 * Returns the function that writes a column as its GraphQL type shows it. A type that is no scalar is left to the executor.
 */
export function writeCell(place: CellPlace, shownAs: GraphQLOutputType): WriteCell {
  const { table, name, slot } = place;
  const scalar = getNullableType(shownAs);
  if (!isScalarType(scalar)) return leaveToExecutor();
  const column = columnOf(table, name);
  const form = formOf(place.builder, place);
  const write = writeValue({ column, form, scalar });
  const ifNull = jsonOfNull({ column, form, scalar, isNullable: !isNonNullType(shownAs) });
  return (out, row) => {
    if (!row.isNull(slot)) write(out, row, slot);
    else if (ifNull === undefined) leaveToExecutor();
    else out.json(ifNull);
  };
}

interface CellColumn {
  readonly column: Column;
  readonly form: Form;
  readonly scalar: GraphQLScalarType;
}

function writeValue(shown: CellColumn): WriteValue {
  const { type } = shown.column;
  const direct = directKind(shown);
  if (!direct) {
    return (out, row, slot) =>
      out.json(
        jsonOf(
          shown,
          orLeave(() => type.decode(row.value(slot))),
        ),
      );
  }
  const { length, write } = direct;
  if (length === undefined) return write;
  return (out, row, slot) => {
    if (row.length(slot) !== length) leaveToExecutor();
    write(out, row, slot);
  };
}

/** Returns how a column's bytes are written directly; undefined if its type, its form or its GraphQL type is another one. */
function directKind({ column: { type }, form, scalar }: CellColumn): DirectKind | undefined {
  const direct = isCqlType(type) ? directKinds.get(type.kind) : undefined;
  // A builder may have another scalar of that name. It has a copy of ours.
  const isSame = direct && !form.show && scalar.serialize === direct.scalar.serialize;
  return isSame ? direct : undefined;
}

/** Returns a value as JSON: as the executor completes a scalar. */
function jsonOf({ form, scalar }: CellColumn, value: unknown): string {
  if (!canShow(form, value)) leaveToExecutor();
  const json = orLeave(() => {
    const result: unknown = scalar.serialize(form.show ? form.show(value, leaveToExecutor) : value);
    return result == null ? undefined : JSON.stringify(result);
  });
  return json ?? leaveToExecutor();
}

/** Returns the JSON of a stored null; undefined: the executor answers it. */
function jsonOfNull({
  isNullable,
  ...shown
}: CellColumn & { readonly isNullable: boolean }): string | undefined {
  const { ifNull } = shown.column;
  if (!ifNull) return isNullable ? "null" : undefined;
  try {
    return jsonOf(shown, ifNull());
  } catch {
    return undefined;
  }
}

/** Returns the function that checks a column that is read, but not shown; undefined: no value leaves out its row. */
export function checkCell({
  table,
  name,
  slot,
}: Omit<CellPlace, "builder">): CheckCell | undefined {
  const { type, nullable, ifNull } = columnOf(table, name);
  if (nullable && !keyNames(table).includes(name)) return undefined;
  const length = isCqlType(type) && directKinds.get(type.kind)?.length;
  const isAnyValue = length && type.kind !== "timeuuid" && type.kind !== "timestamp";
  return (row) => {
    if (row.isNull(slot)) return ifNull ? undefined : leaveToExecutor();
    if (isAnyValue && row.length(slot) === length) return undefined;
    return void orLeave(() => type.decode(row.value(slot)));
  };
}
