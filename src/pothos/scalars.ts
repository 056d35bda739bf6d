import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from "graphql";
import { GraphQLDateTime, GraphQLUUID } from "graphql-scalars";
import { bigint, type Column, date, decimal, duration, inet, time } from "../cassandra/index.ts";

/** Write times are CQL bigints: 64 bits, signed. */
const writeTime = bigint().type;

const WriteTime = discreet<bigint, string>(
  new GraphQLScalarType({
    name: "WriteTime",
    description:
      "When a value was written, in microseconds, as a decimal string. In a table of lightweight transactions it is " +
      "the ballot of the transaction. Compare two as integers, and pass one back as it came.",
    serialize: String,
    parseValue(value) {
      if (typeof value === "string") return writeTime.fromText(value);
      throw new RangeError("It is no write time");
    },
  }),
  "a string of decimal digits, as it was given",
);

const UUID = discreet(GraphQLUUID, "a UUID, e.g. 6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51");

// RFC 3339 writes years with four digits. A time within them may be outside of them in UTC, in which it is returned.
const DATE_TIME_MIN = Date.parse("0000-01-01T00:00:00.000Z");
const DATE_TIME_MAX = Date.parse("9999-12-31T23:59:59.999Z");

// A literal is read by `parseValue`, which is the default.
const { parseLiteral: _, ...dateTime } = GraphQLDateTime.toConfig();

const DateTime = discreet<Date, Date>(
  new GraphQLScalarType({
    ...dateTime,
    serialize: expressible,
    parseValue: (value) => expressible(GraphQLDateTime.parseValue(value)),
  }),
  "a date and time as RFC 3339 writes them, e.g. 2027-08-15T18:30:00Z, in UTC of the years 0000 to 9999",
);

/** The most digits of a `BigInt`, in both directions: the time to read or write one grows faster than their number. */
export const MOST_DIGITS = 10_000;
const TOO_LARGE = 10n ** BigInt(MOST_DIGITS);
const WHOLE = new RegExp(String.raw`^(0|-?[1-9]\d{0,${MOST_DIGITS - 1}})$`);

const BigIntScalar = discreet<bigint, string>(
  new GraphQLScalarType({
    name: "BigInt",
    description: "A whole number of 64 bits or any size: always a decimal string.",
    serialize(value) {
      if (typeof value === "bigint") return String(value);
      throw new RangeError("It is no bigint");
    },
    parseValue: (value) => (typeof value === "bigint" ? value : bigintOf(value)),
    // A number in a document is text, too, and so exact.
    parseLiteral: (node) =>
      bigintOf(node.kind === Kind.INT || node.kind === Kind.STRING ? node.value : undefined),
  }),
  "a whole number as a decimal string, e.g. 9007199254740993",
);

function bigintOf(text: unknown): bigint {
  if (typeof text === "string" && WHOLE.test(text)) return BigInt(text);
  throw new RangeError("It is no whole number");
}

const Base64 = discreet<Uint8Array, string>(
  new GraphQLScalarType({
    name: "Base64",
    description: "Bytes in Base64 (RFC 4648, section 4).",
    serialize(value) {
      if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
      throw new TypeError("It is no Uint8Array");
    },
    parseValue: (value) => (value instanceof Uint8Array ? value : bytesOf(value)),
    parseLiteral: (node) => bytesOf(textOf(node)),
  }),
  "bytes in Base64, e.g. AQID",
);

function bytesOf(text: unknown): Uint8Array {
  if (typeof text === "string") {
    const bytes = Buffer.from(text, "base64");
    // Written again it must be the same: Node reads over what is no Base64.
    if (bytes.toString("base64") === text) return new Uint8Array(bytes);
  }
  throw new TypeError("It is no Base64");
}

const Vector = discreet<readonly number[], readonly number[]>(
  new GraphQLScalarType({
    name: "Vector",
    description: "A vector: a JSON array of finite numbers, as many as its column has.",
    serialize: finiteNumbers,
    parseValue: finiteNumbers,
  }),
  "an array of finite numbers, e.g. [0.5, 1]",
);

function finiteNumbers(value: unknown): readonly number[] {
  if (Array.isArray(value) && value.every(Number.isFinite)) return value;
  throw new RangeError("It is no array of finite numbers");
}

/** The scalars of column types that GraphQL does not have itself, by their names in the schema. */
export const scalars = {
  UUID,
  DateTime,
  WriteTime,
  BigInt: BigIntScalar,
  Decimal: textScalar("Decimal", "An exact decimal number: a decimal string.", decimal(), "12.50"),
  Date: textScalar(
    "Date",
    "A day: YYYY-MM-DD. A year beyond 9999 or below 0 has a sign, as in ISO 8601: +12345-01-31.",
    date(),
    "2027-08-15",
  ),
  Time: textScalar(
    "Time",
    "A time of day, exact to the nanosecond: hh:mm:ss.nnnnnnnnn.",
    time(),
    "18:30:00.000000000",
  ),
  Duration: textScalar("Duration", "A duration as CQL writes it.", duration(), "1mo2d, 15m"),
  Inet: textScalar("Inet", "An IP address.", inet(), "127.0.0.1, 2001:db8::1"),
  Base64,
  Vector,
};

/** What a builder states of them: `SchemaBuilder<{ Scalars: CassandraScalars }>`. */
export type CassandraScalars = {
  UUID: { Input: string; Output: string };
  DateTime: { Input: Date; Output: Date };
  WriteTime: { Input: bigint; Output: bigint };
  BigInt: { Input: bigint; Output: bigint };
  Decimal: { Input: string; Output: string };
  Date: { Input: string; Output: string };
  Time: { Input: string; Output: string };
  Duration: { Input: string; Output: string };
  Inet: { Input: string; Output: string };
  Base64: { Input: Uint8Array; Output: Uint8Array };
  Vector: { Input: readonly number[]; Output: readonly number[] };
};

/** A scalar whose values are the exact texts of a column's type. */
function textScalar(
  name: string,
  description: string,
  { type }: Column<string>,
  examples: string,
): GraphQLScalarType<string, string> {
  return discreet(
    new GraphQLScalarType({
      name,
      description: `${description} E.g. ${examples}`,
      serialize: (value) => type.match(value),
      parseValue: (value) => type.check(value),
      parseLiteral: (node) => type.check(textOf(node)),
    }),
    type.expects,
  );
}

/** The value of a string literal; undefined for any other literal. */
function textOf(node: ValueNode): string | undefined {
  return node.kind === Kind.STRING ? node.value : undefined;
}

/** Makes a scalar whose errors say what a value must be without repeating it: values may be personal. */
function discreet<Internal, External>(
  scalar: GraphQLScalarType<Internal, External>,
  expects: string,
): GraphQLScalarType<Internal, External> {
  const { serialize, parseValue, parseLiteral, ...config } = scalar.toConfig();
  const attempt = <Value>(convert: () => Value, nodes?: ValueNode) => {
    try {
      return convert();
    } catch {
      throw new GraphQLError(`${scalar.name} must be ${expects}`, nodes && { nodes });
    }
  };
  return new GraphQLScalarType({
    ...config,
    serialize: (value) => attempt(() => serialize(value)),
    parseValue: (value) => attempt(() => parseValue(value)),
    parseLiteral: (node, variables) => attempt(() => parseLiteral(node, variables), node),
  });
}

/** Whether a whole number has at most {@link MOST_DIGITS} digits. */
export function isShort(value: bigint): boolean {
  return -TOO_LARGE < value && value < TOO_LARGE;
}

/** Whether RFC 3339 can write a date in UTC. */
export function isExpressible(date: Date): boolean {
  return +date >= DATE_TIME_MIN && +date <= DATE_TIME_MAX;
}

function expressible(value: unknown): Date {
  if (value instanceof Date && isExpressible(value)) return value;
  throw new RangeError("RFC 3339 cannot write it");
}
