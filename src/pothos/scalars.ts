import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from "graphql";
import { GraphQLDateTime, GraphQLUUID } from "graphql-scalars";
import { bigint, type Column, date, decimal, duration, inet, time } from "../cassandra/index.ts";

/** A write time is a CQL bigint: 64 bits, signed. */
const writeTime = bigint().type;

const WriteTime = discreet<bigint, string>(
  new GraphQLScalarType({
    name: "WriteTime",
    description:
      "When a value was written, in microseconds, as a decimal string. In a table with lightweight transactions it is " +
      "the ballot of the transaction. Compare two as integers, and pass one back unchanged.",
    serialize: String,
    parseValue(value) {
      if (typeof value === "string") return writeTime.fromText(value);
      throw new RangeError("It is not a write time");
    },
  }),
  "a string of decimal digits, as it was returned",
);

const UuidScalar = discreet(GraphQLUUID, "a UUID, e.g. 6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51");

// RFC 3339 has years of four digits. Values are returned in UTC, in which a time near the bounds may be outside of them.
const DATE_TIME_MIN = Date.parse("0000-01-01T00:00:00.000Z");
const DATE_TIME_MAX = Date.parse("9999-12-31T23:59:59.999Z");

const DateTime = discreet<Date, Date>(
  new GraphQLScalarType({
    // Only its description, not its functions, which differ between graphql 16 and 17. `parseValue` parses literals, too.
    ...descriptionOf(GraphQLDateTime),
    serialize: checkExpressible,
    parseValue: (value) => checkExpressible(GraphQLDateTime.parseValue(value)),
  }),
  "a date and time of RFC 3339, e.g. 2027-08-15T18:30:00Z, in the years 0000 to 9999 in UTC",
);

/** The maximum number of digits of a `BigInt`: the time to parse or print one grows faster than the number of digits. */
export const MAX_BIGINT_DIGITS = 10_000;
const BIGINT_LIMIT = 10n ** BigInt(MAX_BIGINT_DIGITS);
const WHOLE = new RegExp(String.raw`^(0|-?[1-9]\d{0,${MAX_BIGINT_DIGITS - 1}})$`);

const BigIntScalar = discreet<bigint, string>(
  new GraphQLScalarType({
    name: "BigInt",
    description: "A whole number of 64 bits or of any size, as a decimal string.",
    serialize(value) {
      if (typeof value === "bigint") return String(value);
      throw new RangeError("It is not a bigint");
    },
    parseValue: (value) => (typeof value === "bigint" ? value : parseBigInt(value)),
    // A number literal is text in the document, so it is exact.
    parseLiteral: (node) =>
      parseBigInt(node.kind === Kind.INT || node.kind === Kind.STRING ? node.value : undefined),
  }),
  "a whole number as a decimal string, e.g. 9007199254740993",
);

function parseBigInt(text: unknown): bigint {
  if (typeof text === "string" && WHOLE.test(text)) return BigInt(text);
  throw new RangeError("It is not a whole number");
}

const Base64 = discreet<Uint8Array, string>(
  new GraphQLScalarType({
    name: "Base64",
    description: "Bytes in Base64 (RFC 4648, section 4).",
    serialize(value) {
      if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
      throw new TypeError("It is not a Uint8Array");
    },
    parseValue: (value) => (value instanceof Uint8Array ? value : base64Bytes(value)),
    parseLiteral: (node) => base64Bytes(literalText(node)),
  }),
  "bytes in Base64, e.g. AQID",
);

function base64Bytes(text: unknown): Uint8Array {
  if (typeof text === "string") {
    const bytes = Buffer.from(text, "base64");
    // Encoding the bytes again must give the same text: Node skips characters that are not Base64.
    if (bytes.toString("base64") === text) return new Uint8Array(bytes);
  }
  throw new TypeError("It is not Base64");
}

const Vector = discreet<readonly number[], readonly number[]>(
  new GraphQLScalarType({
    name: "Vector",
    description: "A vector: a JSON array of finite numbers. Its column determines how many.",
    serialize: finiteNumbers,
    parseValue: finiteNumbers,
  }),
  "an array of finite numbers, e.g. [0.5, 1]",
);

function finiteNumbers(value: unknown): readonly number[] {
  if (Array.isArray(value) && value.every(Number.isFinite)) return value;
  throw new RangeError("It is not an array of finite numbers");
}

/** The scalars of column types that are not built into GraphQL, by their names in the schema. */
export const scalars = {
  UUID: UuidScalar,
  DateTime,
  WriteTime,
  BigInt: BigIntScalar,
  Decimal: textScalar("Decimal", {
    description: "An exact decimal number as a string.",
    column: decimal(),
    examples: "12.50",
  }),
  Date: textScalar("Date", {
    description:
      "A date: YYYY-MM-DD. A year above 9999 or below 0 has a sign, as in ISO 8601: +12345-01-31.",
    column: date(),
    examples: "2027-08-15",
  }),
  Time: textScalar("Time", {
    description: "A time of day, exact to the nanosecond: hh:mm:ss.nnnnnnnnn.",
    column: time(),
    examples: "18:30:00.000000000",
  }),
  Duration: textScalar("Duration", {
    description: "A duration in the format of CQL.",
    column: duration(),
    examples: "1mo2d, 15m",
  }),
  Inet: textScalar("Inet", {
    description: "An IP address.",
    column: inet(),
    examples: "127.0.0.1, 2001:db8::1",
  }),
  Base64,
  Vector,
};

/** The types of the scalars, for a builder: `SchemaBuilder<{ Scalars: CassandraScalars }>`. */
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

interface TextScalar {
  readonly description: string;
  readonly column: Column<string>;
  readonly examples: string;
}

/** Returns a scalar whose values are the exact texts of a column's type. */
function textScalar(
  name: string,
  { description, column, examples }: TextScalar,
): GraphQLScalarType<string, string> {
  const { type } = column;
  return discreet(
    new GraphQLScalarType({
      name,
      description: `${description} E.g. ${examples}`,
      serialize: (value) => type.match(value),
      parseValue: (value) => type.check(value),
      parseLiteral: (node) => type.check(literalText(node)),
    }),
    type.expects,
  );
}

/** Returns the value of a string literal; undefined for any other literal. */
function literalText(node: ValueNode): string | undefined {
  return node.kind === Kind.STRING ? node.value : undefined;
}

/** Returns a scalar whose errors say what a value must be, without repeating the value, which may be personal. */
function discreet<Internal, External>(
  scalar: GraphQLScalarType<Internal, External>,
  expects: string,
): GraphQLScalarType<Internal, External> {
  const { serialize, parseValue, parseLiteral } = scalar;
  const attempt = <Value>(convert: () => Value, nodes?: ValueNode) => {
    try {
      return convert();
    } catch {
      throw new GraphQLError(`${scalar.name} must be ${expects}`, nodes && { nodes });
    }
  };
  return new GraphQLScalarType({
    ...descriptionOf(scalar),
    serialize: (value) => attempt(() => serialize(value)),
    parseValue: (value) => attempt(() => parseValue(value)),
    parseLiteral: (node, variables) => attempt(() => parseLiteral(node, variables), node),
  });
}

/** Returns the properties of a scalar that a schema shows. */
function descriptionOf({ name, description, specifiedByURL, extensions }: GraphQLScalarType) {
  return { name, description, specifiedByURL, extensions };
}

/** Returns whether a whole number has at most {@link MAX_BIGINT_DIGITS} digits. */
export function isShort(value: bigint): boolean {
  return -BIGINT_LIMIT < value && value < BIGINT_LIMIT;
}

/** Returns whether RFC 3339 can express a date in UTC. @param date or its time in milliseconds */
export function isExpressible(date: Date | number): boolean {
  return +date >= DATE_TIME_MIN && +date <= DATE_TIME_MAX;
}

function checkExpressible(value: unknown): Date {
  if (value instanceof Date && isExpressible(value)) return value;
  throw new RangeError("RFC 3339 cannot express it");
}
