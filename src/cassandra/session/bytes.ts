import { createRequire } from "node:module";
import { types } from "cassandra-driver";
import { type CqlType, isOfType, parseType } from "../cql-type.ts";
import { CassandraError, InvalidValue } from "../error.ts";
import type { Fragment, RawRow } from "../statement.ts";
import { columnOf, type Table } from "../table.ts";
import type { ColumnType } from "../type.ts";
import { typeNamed } from "../types/named.ts";
import { Unreadable } from "../unreadable.ts";
import { userType } from "../user-types.ts";
import { cqlTypeOf, type DriverType } from "./driver-type.ts";

/*
 * Values go to Cassandra and come from it as bytes, which the types of the models read and write. The driver's own
 * conversion would lose some (what it cannot read fails the whole result; 1.5 becomes the int 1; an object has no key
 * `__proto__`), so it is passed by, in the two places where it converts.
 */

/** A parameter on its way to the driver, which asks for its bytes when it knows the type that the server expects. */
abstract class Parameter {
  abstract bytes(expected: DriverType | undefined): Buffer | null;
}

/** A value of a model's column. */
class TypedParameter extends Parameter {
  readonly #type: ColumnType;
  readonly #value: unknown;

  constructor(type: ColumnType, value: unknown) {
    super();
    this.#type = type;
    this.#value = value;
  }

  override bytes(expected: DriverType | undefined): Buffer | null {
    const value = this.#value;
    if (expected && !isExpected(this.#type, expected)) throw mismatch(this.#type, expected);
    if (value === null || value === undefined) return null;
    return value instanceof Unreadable ? value.bytes : this.#type.encode(value);
  }
}

/** A value of raw CQL, which is checked and written by the type that the server expects. */
class LooseParameter extends Parameter {
  readonly #value: unknown;

  constructor(value: unknown) {
    super();
    this.#value = value;
  }

  override bytes(expected: DriverType | undefined): Buffer | null {
    const value = this.#value;
    if (value === null || value === undefined) return null;
    if (value instanceof Unreadable) return value.bytes;
    if (!expected) {
      throw new InvalidValue(
        "WRONG_TYPE",
        "must have a mark of its own: there are more values than marks",
      );
    }
    const type = typeNamed(cqlTypeOf(expected));
    if (type) return type.encode(type.match(value));
    if (value instanceof Uint8Array) return Buffer.from(value);
    throw new InvalidValue("WRONG_TYPE", "must be a Uint8Array: no type is known for it");
  }
}

/** The parameters of a statement of the models, as the driver takes them. */
export function parametersOf({ params, types }: Pick<Fragment, "params" | "types">): unknown[] {
  return params.map((value, at) => new TypedParameter(types[at]!, value));
}

/** The parameters of raw CQL. */
export function looseParameters(params: readonly unknown[]): unknown[] {
  return params.map((value) => new LooseParameter(value));
}

/** Whether a model's type is the one that the server expects: looked at once for each of a prepared statement's marks. */
function isExpected(type: ColumnType, expected: DriverType): boolean {
  const known = compared.get(expected);
  if (known?.type === type) return known.isSame;
  const isSame = isOfType(type, cqlTypeOf(expected));
  compared.set(expected, { type, isSame });
  return isSame;
}

const compared = new WeakMap<DriverType, { readonly type: ColumnType; readonly isSame: boolean }>();

function mismatch(type: ColumnType, expected: DriverType, of = "A value"): CassandraError {
  const found = cqlTypeOf(expected);
  const model = type.udt === undefined ? type.cql : spell(withFields(type.udt, type));
  const message = `The database does not match the models: ${of} is ${model}, the database has ${spell(found)}.`;
  return new CassandraError("NOT_SYNCED", message);
}

function withFields(udt: string, type: ColumnType): CqlType {
  const fields = userType(udt, type).fields.map((field) => ({
    name: field.name,
    type: parseType(field.type),
  }));
  return { name: udt, isQuoted: true, args: [], fields };
}

/** A type for a person to read: of a user-defined one, its name does not tell what differs. */
function spell({ name, args, fields }: CqlType): string {
  if (fields)
    return `${name} (${fields.map((each) => `${each.name} ${spell(each.type)}`).join(", ")})`;
  return args.length === 0 ? name : `${name}<${args.map(spell).join(", ")}>`;
}

/** A column of a result. */
interface ResultColumn {
  readonly name: string;
  readonly type: DriverType;
}

/**
 * Checks that the columns of a result have the types of a table's: bytes of one type can be read as another.
 *
 * @throws CassandraError `NOT_SYNCED`
 */
export function checkColumns(table: Table, columns: readonly ResultColumn[] | null): void {
  for (const { name, type } of columns ?? []) {
    const { columns: own, hidden } = table;
    if (!Object.hasOwn(own, name) && !Object.hasOwn(hidden, name)) continue;
    const column = columnOf(table, name);
    if (isRead(column.type, type)) continue;
    throw mismatch(column.type, type, `${table.name}.${name}`);
  }
}

/** Every answer brings the types of its columns anew, so those that have a code of their own are told by it. */
function isRead(type: ColumnType, found: DriverType): boolean {
  const code = codeOf(type);
  if (code !== found.code) return false;
  return isWhole(code, type) || isOfType(type, cqlTypeOf(found));
}

/** Whether the code tells all of a type: it has no parts, and it is not one of those for which there is no code. */
function isWhole(code: number, { parts }: ColumnType): boolean {
  return parts === undefined && code !== types.dataTypes.custom;
}

/** The code that the protocol has for a type. */
function codeOf(type: ColumnType): number {
  let code = codes.get(type);
  if (code === undefined) {
    code = readCode(type);
    codes.set(type, code);
  }
  return code;
}

const codes = new WeakMap<ColumnType, number>();

function readCode(type: ColumnType): number {
  if (type.udt !== undefined) return types.dataTypes.udt;
  const [, root = ""] = /^(?:frozen<)?([a-z]+)/.exec(type.cql) ?? [];
  if (root === "text") return types.dataTypes.varchar;
  // Neither has a code in version 4 of the protocol.
  if (root === "vector" || root === "duration") return types.dataTypes.custom;
  return (types.dataTypes as unknown as Record<string, number>)[root] ?? types.dataTypes.custom;
}

/** Rows of raw CQL with the values of their columns' types; what cannot be read is an {@link Unreadable}. */
export function readLoosely(
  rows: readonly RawRow[],
  columns: readonly ResultColumn[] | null,
): readonly RawRow[] {
  const readers = (columns ?? []).map(({ name, type }) => {
    const own = typeNamed(cqlTypeOf(type));
    return [name, (bytes: unknown) => readCell(own, bytes)] as const;
  });
  return rows.map((row) => {
    const cells = systemCells.get(row);
    return Object.fromEntries(
      readers.map(([name, read], at) => [name, read(cells ? cells[at] : row[name])]),
    );
  });
}

function readCell(type: ColumnType | undefined, bytes: unknown): unknown {
  if (!Buffer.isBuffer(bytes)) return null;
  if (!type) return new Uint8Array(bytes);
  try {
    return type.decode(bytes);
  } catch (error) {
    if (error instanceof InvalidValue) return new Unreadable(Buffer.from(bytes));
    throw error;
  }
}

/** The driver's writer of values (4.10.0, encoder.js), of which its types know nothing. */
interface Encoder {
  readonly encodingOptions: { readonly bytes?: boolean };
  encode: (this: Encoder, value: unknown, type?: DriverType) => Buffer | null;
  decode: (bytes: Buffer | null, type: DriverType) => unknown;
}

/** The driver's reader of responses (4.10.0, streams.js). */
interface Parser {
  encoder: Pick<Encoder, "decode"> & Partial<Encoder>;
  parseRows: (this: Parser, frame: Frame, reader: unknown) => void;
  push: (item: { readonly row?: RawRow }) => boolean;
}

interface Frame {
  readonly meta: {
    readonly keyspace?: string;
    readonly columns: readonly { readonly ksname?: string }[];
  };
}

/** The encoding options of our clients, whose rows are of bytes: the driver's own have no say. */
export const encoding = { bytes: true, useBigIntAsLong: true } as const;

const require = createRequire(import.meta.url);
const EncoderClass = require("cassandra-driver/lib/encoder.js") as {
  readonly prototype: Encoder;
};
const { Parser: ParserClass } = require("cassandra-driver/lib/streams.js") as {
  readonly Parser: { readonly prototype: Parser };
};

const passing = { decode: (bytes: Buffer | null) => bytes };

function passByConversion(): void {
  // oxlint-disable-next-line typescript/unbound-method -- it is called with its object
  const { encode } = EncoderClass.prototype;
  EncoderClass.prototype.encode = function (value, type) {
    return value instanceof Parameter ? value.bytes(type) : encode.call(this, value, type);
  };
  // oxlint-disable-next-line typescript/unbound-method -- it is called with its object
  const { parseRows } = ParserClass.prototype;
  ParserClass.prototype.parseRows = function (frame, reader) {
    const { encoder } = this;
    if (!encoder.encodingOptions?.bytes) return parseRows.call(this, frame, reader);
    this.encoder = isOfSystem(frame) ? keepingCells(this) : passing;
    try {
      parseRows.call(this, frame, reader);
    } finally {
      this.encoder = encoder;
      Reflect.deleteProperty(this, "push");
    }
  };
}

/** The bytes of rows of the system's tables, which the driver needs converted. */
const systemCells = new WeakMap<RawRow, readonly (Buffer | null)[]>();

/** Lets a parser convert cells, and keeps their bytes for each row that it pushes. */
function keepingCells(parser: Parser): Pick<Encoder, "decode"> {
  const { encoder } = parser;
  let cells: (Buffer | null)[] = [];
  parser.push = function (item) {
    if (item.row) {
      systemCells.set(item.row, cells);
      cells = [];
    }
    return ParserClass.prototype.push.call(this, item);
  };
  return {
    decode(bytes, type) {
      cells.push(bytes);
      return encoder.decode(bytes, type);
    },
  };
}

/** Whether rows are of the system's tables, which the driver reads for itself, on the same connections. */
function isOfSystem({ meta }: Frame): boolean {
  const keyspace = meta.keyspace ?? meta.columns[0]?.ksname ?? "";
  return keyspace === "system" || keyspace === "system_schema";
}

passByConversion();
