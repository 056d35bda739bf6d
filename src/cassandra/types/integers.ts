import { column, counterColumn } from "../column.ts";
import { defineCqlType, ofLength, outOfRange, unreadable, wrongType } from "../type.ts";
import { bigintOrder, numberOrder } from "../value-order.ts";

/** The largest value of CQL's `int`. */
export const INT_MAX = 2 ** 31 - 1;
/** The smallest value of CQL's `int`. */
export const INT_MIN = -(2 ** 31);

const [BIGINT_MIN, BIGINT_MAX] = [-(2n ** 63n), 2n ** 63n - 1n];

/** The bounds of a whole number. The table's definition fails if they are not within the bounds of its type. */
export interface IntegerOptions<Value = number> {
  /** The smallest value. Default: the smallest one of the CQL type. */
  readonly min?: Value;
  /** The largest value. Default: the largest one of the CQL type. */
  readonly max?: Value;
}

/** CQL `tinyint`: an 8-bit integer, -128 to 127. */
export function tinyint(options: IntegerOptions = {}) {
  return column(intNType("tinyint", 1, options));
}

/** CQL `smallint`: a 16-bit integer, -32,768 to 32,767. */
export function smallint(options: IntegerOptions = {}) {
  return column(intNType("smallint", 2, options));
}

/** CQL `int`: a 32-bit integer, {@link INT_MIN} to {@link INT_MAX}. */
export function int(options: IntegerOptions = {}) {
  return column(intNType("int", 4, options));
}

/** CQL `bigint`: a 64-bit integer, -2⁶³ to 2⁶³-1, as a JavaScript `bigint`. */
export function bigint(options: IntegerOptions<bigint> = {}) {
  return column(int64Type("bigint", options));
}

/**
 * CQL `counter`: a 64-bit integer that can only be added to, as a JavaScript `bigint`. A missing counter reads as 0n.
 * If a table has a counter, all its columns outside the key are counters.
 */
export function counter() {
  return counterColumn(int64Type("counter", {}));
}

/** CQL `varint`: an integer of any size, as a JavaScript `bigint`. */
export function varint({ min, max }: IntegerOptions<bigint> = {}) {
  const invalid =
    min === undefined || max === undefined ? undefined : whyInvalidBounds("varint", { min, max });
  const expects =
    min === undefined && max === undefined
      ? "a whole number"
      : `a whole number from ${min ?? "any"} to ${max ?? "any"}`;
  return column(
    defineCqlType<bigint>({
      kind: "varint",
      cql: "varint",
      expects,
      ...(invalid !== undefined && { invalid }),
      whole: { min, max },
      match: (value) => requireBigint(value, expects),
      check(value) {
        const whole = requireBigint(value, expects);
        if ((min === undefined || whole >= min) && (max === undefined || whole <= max))
          return whole;
        throw outOfRange(expects, whole);
      },
      encode: bigintBytes,
      decode(bytes) {
        if (bytes.length === 0) throw unreadable(expects);
        return bigintFromBytes(bytes);
      },
      toText: String,
      fromText: (text) => bigintFromText(text, expects),
      add: (one, other) => one + other,
      order: bigintOrder(undefined, undefined),
    }),
  );
}

/** Returns the shortest big-endian two's complement of an integer, like `BigInteger.toByteArray` in Java. */
export function bigintBytes(value: bigint): Buffer {
  // The bits of the number, and one for its sign.
  const bits = (value < 0n ? ~value : value).toString(2).length + 1;
  const length = value === 0n || value === -1n ? 1 : Math.ceil(bits / 8);
  const digits = BigInt.asUintN(length * 8, value)
    .toString(16)
    .padStart(length * 2, "0");
  return Buffer.from(digits, "hex");
}

/** Returns the integer whose {@link bigintBytes} are given: at least one byte. */
export function bigintFromBytes(bytes: Buffer): bigint {
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString("hex")}`));
}

/** Parses the canonical text of an integer. @throws InvalidValue */
export function bigintFromText(text: string, expects: string): bigint {
  if (/^(0|-?[1-9]\d*)$/.test(text)) return BigInt(text);
  throw unreadable(expects);
}

/** The type of {@link int}. */
export const intType = intNType("int", 4, {});
/** The type of {@link bigint}. */
export const bigintType = int64Type("bigint", {});

function intNType(cql: "tinyint" | "smallint" | "int", length: number, options: IntegerOptions) {
  const most = 2 ** (length * 8 - 1) - 1;
  const least = -most - 1;
  const { min = least, max = most } = options;
  const [bounds, ofType] = [
    { min, max },
    { min: least, max: most },
  ];
  const invalid = whyInvalidBounds(cql, bounds, ofType);
  const expects = `a whole number from ${min} to ${max}`;
  return defineCqlType<number>({
    kind: cql,
    cql,
    ...(invalid !== undefined && { invalid }),
    whole: { min, max },
    // Cassandra knows no fixed length of tinyint and smallint.
    ...(cql === "int" && { length }),
    expects,
    match: (value) => requireWhole(value, ofType),
    check: (value) => requireWhole(value, bounds),
    encode(value) {
      const bytes = Buffer.allocUnsafe(length);
      bytes.writeIntBE(value, 0, length);
      return bytes;
    },
    decode: (bytes) => ofLength(bytes, { length, expects }).readIntBE(0, length),
    toText: String,
    fromText: (text) => (/^(0|-?[1-9]\d{0,9})$/.test(text) ? Number(text) : NaN),
    add: (one, other) => one + other,
    order: numberOrder(least, most),
  });
}

/** Returns why bounds are invalid: no value is within them, or they exceed those of the type. */
function whyInvalidBounds<Value extends number | bigint>(
  cql: string,
  { min, max }: Required<IntegerOptions<Value>>,
  type?: Required<IntegerOptions<Value>>,
): string | undefined {
  const isWithin = !type || (type.min <= min && max <= type.max);
  if (isWithin && min <= max) return undefined;
  const within = type ? `, within ${type.min} to ${type.max}` : "";
  return `${cql} cannot have the bounds ${min} to ${max}: they must be in this order${within}`;
}

function requireWhole(value: unknown, { min, max }: Required<IntegerOptions>): number {
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw wrongType("a whole number", value);
  }
  // CQL's integers have no -0.
  if (value >= min && value <= max) return value + 0;
  throw outOfRange(`a whole number from ${min} to ${max}`, value);
}

function int64Type(cql: "bigint" | "counter", options: IntegerOptions<bigint>) {
  const { min = BIGINT_MIN, max = BIGINT_MAX } = options;
  const [bounds, ofType] = [
    { min, max },
    { min: BIGINT_MIN, max: BIGINT_MAX },
  ];
  const invalid = whyInvalidBounds(cql, bounds, ofType);
  const expects = `a whole number from ${min} to ${max}`;
  const requireWithin = (value: unknown, { min, max }: Required<IntegerOptions<bigint>>) => {
    const whole = requireBigint(value, expects);
    if (whole >= min && whole <= max) return whole;
    throw outOfRange(`a whole number from ${min} to ${max}`, whole);
  };
  return defineCqlType<bigint>({
    kind: cql,
    cql,
    ...(invalid !== undefined && { invalid }),
    whole: { min, max },
    length: 8,
    expects,
    match: (value) => requireWithin(value, ofType),
    check: (value) => requireWithin(value, bounds),
    encode(value) {
      const bytes = Buffer.allocUnsafe(8);
      bytes.writeBigInt64BE(value);
      return bytes;
    },
    decode: (bytes) => ofLength(bytes, { length: 8, expects }).readBigInt64BE(),
    toText: String,
    fromText: (text) => bigintFromText(text, expects),
    // A counter is not exact: an addition that is sent twice counts twice.
    ...(cql === "bigint" && { add: (one: bigint, other: bigint) => one + other }),
    order: bigintOrder(BIGINT_MIN, BIGINT_MAX),
  });
}

function requireBigint(value: unknown, expects: string): bigint {
  if (typeof value === "bigint") return value;
  throw wrongType(`${expects}, as a bigint`, value);
}
