import { types } from "cassandra-driver";
import { type CqlType, cqlType } from "../cql-type.ts";

/** A type as the driver reads it from a response (4.10.0, readers.js, readType). */
export interface DriverType {
  readonly code: number;
  readonly info?: unknown;
}

/** Returns the CQL type of a type in a response. Responses do not tell what is frozen. */
export function cqlTypeOf(type: DriverType): CqlType {
  const known = found.get(type);
  if (known) return known;
  const read = readType(type);
  found.set(type, read);
  return read;
}

/** A prepared statement keeps the types of its parameters for as long as it lives. */
const found = new WeakMap<DriverType, CqlType>();

const { dataTypes: code } = types;
const names: ReadonlyMap<number, string> = new Map(
  Object.entries(code).flatMap(([name, value]) =>
    typeof value === "number" ? [[value, name] as const] : [],
  ),
);

interface UdtInfo {
  readonly name: string;
  readonly fields: readonly { readonly name: string; readonly type: DriverType }[];
}

function readType({ code: given, info }: DriverType): CqlType {
  switch (given) {
    case code.custom:
      return typeOfClass(String(info));
    case code.list:
    case code.set:
      return cqlType(names.get(given)!, cqlTypeOf(info as DriverType));
    case code.map:
    case code.tuple:
      return cqlType(names.get(given)!, ...(info as readonly DriverType[]).map(cqlTypeOf));
    case code.udt: {
      const { name, fields } = info as UdtInfo;
      const typed = fields.map((field) => ({ name: field.name, type: cqlTypeOf(field.type) }));
      return { name, isQuoted: true, args: [], fields: typed };
    }
    case code.varchar:
      return cqlType("text");
    default:
      return cqlType(names.get(given) ?? `type ${given}`);
  }
}

/** Cassandra's own classes of types, of which those tell that the protocol has no code for, and what is in them. */
const classes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    AsciiType: "ascii",
    BooleanType: "boolean",
    ByteType: "tinyint",
    BytesType: "blob",
    CounterColumnType: "counter",
    DecimalType: "decimal",
    DoubleType: "double",
    DurationType: "duration",
    FloatType: "float",
    FrozenType: "frozen",
    InetAddressType: "inet",
    Int32Type: "int",
    IntegerType: "varint",
    ListType: "list",
    LongType: "bigint",
    MapType: "map",
    SetType: "set",
    ShortType: "smallint",
    SimpleDateType: "date",
    TimestampType: "timestamp",
    TimeType: "time",
    TimeUUIDType: "timeuuid",
    TupleType: "tuple",
    UTF8Type: "text",
    UUIDType: "uuid",
    VectorType: "vector",
  }),
);

/**
 * Reads a type as Cassandra's classes spell it, e.g. `org.apache.cassandra.db.marshal.VectorType(…FloatType , 3)`. A
 * user-defined type has its keyspace, its name and its fields' names in hexadecimal.
 */
function typeOfClass(text: string): CqlType {
  const tokens = text.match(/[^\s(),:]+|[(),:]/g) ?? [];
  let at = 0;
  const type = (): CqlType => {
    const name = (tokens[at++] ?? "").replace(/^org\.apache\.cassandra\.db\.marshal\./, "");
    const args: CqlType[] = [];
    const fields: { name: string; type: CqlType }[] = [];
    if (tokens[at] === "(") {
      do {
        at++;
        if (tokens[at + 1] !== ":") args.push(type());
        else {
          const field = Buffer.from(tokens[at]!, "hex").toString();
          at += 2;
          fields.push({ name: field, type: type() });
        }
      } while (tokens[at] === ",");
      at++;
    }
    if (name !== "UserType") return cqlType(classes.get(name) ?? name, ...args);
    return { name: Buffer.from(args[1]!.name, "hex").toString(), isQuoted: true, args: [], fields };
  };
  return type();
}
