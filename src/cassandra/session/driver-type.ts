import { types } from "cassandra-driver";
import { type CqlType, cqlType } from "../cql-type.ts";

/** A type as the driver parses it from a response (4.10.0, readers.js, readType). */
export interface DriverType {
  readonly code: number;
  readonly info?: unknown;
}

/** Returns the CQL type of a type in a response. Responses do not say which types are frozen. */
export function cqlTypeOf(type: DriverType): CqlType {
  const known = cqlTypes.get(type);
  if (known) return known;
  const read = readType(type);
  cqlTypes.set(type, read);
  return read;
}

/** Types already converted: a prepared statement keeps the type objects of its parameters. */
const cqlTypes = new WeakMap<DriverType, CqlType>();

const { dataTypes: code } = types;
const protocolTypeNames: ReadonlyMap<number, string> = new Map(
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
      return parseMarshalClass(String(info));
    case code.list:
    case code.set:
      return cqlType(protocolTypeNames.get(given)!, cqlTypeOf(info as DriverType));
    case code.map:
    case code.tuple:
      return cqlType(
        protocolTypeNames.get(given)!,
        ...(info as readonly DriverType[]).map(cqlTypeOf),
      );
    case code.udt: {
      const { name, fields } = info as UdtInfo;
      const typed = fields.map((field) => ({ name: field.name, type: cqlTypeOf(field.type) }));
      return { name, isQuoted: true, args: [], fields: typed };
    }
    case code.varchar:
      return cqlType("text");
    default:
      return cqlType(protocolTypeNames.get(given) ?? `type ${given}`);
  }
}

/**
 * The CQL types by Cassandra's class names. A response names the class where the protocol has no code for a type, with
 * the classes of its parts.
 */
const marshalClasses: ReadonlyMap<string, string> = new Map(
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
 * Parses a type written as a class, e.g. `org.apache.cassandra.db.marshal.VectorType(…FloatType , 3)`. A user-defined
 * type has its keyspace, and then its name and the names of its fields in hexadecimal.
 */
function parseMarshalClass(text: string): CqlType {
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
    if (name !== "UserType") return cqlType(marshalClasses.get(name) ?? name, ...args);
    return { name: Buffer.from(args[1]!.name, "hex").toString(), isQuoted: true, args: [], fields };
  };
  return type();
}
