import { column, counterColumn } from "../column.ts";
import { CassandraError } from "../error.ts";
import { defineType, ofLength, outOfRange, unreadable, wrongType } from "../type.ts";
import { bigintOrder, numberOrder } from "../value-order.ts";

/** The largest value of CQL's `int`. */
export const INT_MAX = 2 ** 31 - 1;
/** The smallest value of CQL's `int`. */
export const INT_MIN = -(2 ** 31);

const [BIGINT_MIN, BIGINT_MAX] = [-(2n ** 63n), 2n ** 63n - 1n];

/** The bounds of a whole number, within those of its type: else it is an error when the column is defined. */
export interface IntegerOptions<Value = number> {
  /** The smallest value. Default: that of the CQL type. */
  readonly min?: Value;
  /** The largest value. Default: that of the CQL type. */
  readonly max?: Value;
}

/** CQL `tinyint`: a whole number of 8 bits, -128 to 127. */
export function tinyint(options: IntegerOptions = {}) {
  return column(numberType("tinyint", 1, options));
}

/** CQL `smallint`: a whole number of 16 bits, -32,768 to 32,767. */
export function smallint(options: IntegerOptions = {}) {
  return column(numberType("smallint", 2, options));
}

/** CQL `int`: a whole number of 32 bits, {@link INT_MIN} to {@link INT_MAX}. */
export function int(options: IntegerOptions = {}) {
  return column(numberType("int", 4, options));
}

/** CQL `bigint`: a whole number of 64 bits, -2⁶³ to 2⁶³-1, as a JavaScript `bigint`. */
export function bigint(options: IntegerOptions<bigint> = {}) {
  return column(bigintOf("bigint", options));
}

/**
 * CQL `counter`: a number of 64 bits that can only be added to, as a JavaScript `bigint`. A missing one reads as 0n. All
 * columns outside the key of a table with a counter are counters.
 */
export function counter() {
  return counterColumn(bigintOf("counter", {}));
}

/** CQL `varint`: a whole number of any size, as a JavaScript `bigint`. */
export function varint({ min, max }: IntegerOptions<bigint> = {}) {
  if (min !== undefined && max !== undefined) checkBounds("varint", { min, max });
  const expects =
    min === undefined && max === undefined
      ? "a whole number"
      : `a whole number from ${min ?? "any"} to ${max ?? "any"}`;
  return column(
    defineType<bigint>({
      kind: "varint",
      cql: "varint",
      expects,
      whole: { min, max },
      match: (value) => isBigint(value, expects),
      check(value) {
        const whole = isBigint(value, expects);
        if ((min === undefined || whole >= min) && (max === undefined || whole <= max))
          return whole;
        throw outOfRange(expects, whole);
      },
      encode: bytesOfBigint,
      decode(bytes) {
        if (bytes.length === 0) throw unreadable(expects);
        return bigintOfBytes(bytes);
      },
      toText: String,
      fromText: (text) => bigintOfText(text, expects),
      order: bigintOrder(undefined, undefined),
    }),
  );
}

/** Returns a whole number as the fewest bytes of its two's complement, the highest first, as Java's `BigInteger` has it. */
export function bytesOfBigint(value: bigint): Buffer {
  // As many bits as the number needs, and one for its sign.
  const bits = (value < 0n ? ~value : value).toString(2).length + 1;
  const length = value === 0n || value === -1n ? 1 : Math.ceil(bits / 8);
  const digits = BigInt.asUintN(length * 8, value)
    .toString(16)
    .padStart(length * 2, "0");
  return Buffer.from(digits, "hex");
}

/** Returns the whole number of at least one byte, see {@link bytesOfBigint}. */
export function bigintOfBytes(bytes: Buffer): bigint {
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString("hex")}`));
}

/** Returns the whole number that a text is in its one form. @throws InvalidValue */
export function bigintOfText(text: string, expects: string): bigint {
  if (/^(0|-?[1-9]\d*)$/.test(text)) return BigInt(text);
  throw unreadable(expects);
}

/** The type of {@link int}. */
export const intType = numberType("int", 4, {});
/** The type of {@link bigint}. */
export const bigintType = bigintOf("bigint", {});

function numberType(cql: "tinyint" | "smallint" | "int", length: number, options: IntegerOptions) {
  const most = 2 ** (length * 8 - 1) - 1;
  const least = -most - 1;
  const { min = least, max = most } = options;
  checkBounds(cql, { min, max }, { min: least, max: most });
  const expects = `a whole number from ${min} to ${max}`;
  return defineType<number>({
    kind: cql,
    cql,
    whole: { min, max },
    // Those of 8 and 16 bits have none for Cassandra.
    ...(cql === "int" && { length }),
    expects,
    match: (value) => wholeNumber(value, least, most),
    check: (value) => wholeNumber(value, min, max),
    encode(value) {
      const bytes = Buffer.allocUnsafe(length);
      bytes.writeIntBE(value, 0, length);
      return bytes;
    },
    decode: (bytes) => ofLength(bytes, length, expects).readIntBE(0, length),
    toText: String,
    fromText: (text) => (/^(0|-?[1-9]\d{0,9})$/.test(text) ? Number(text) : NaN),
    order: numberOrder(least, most),
  });
}

/** @throws CassandraError `BAD_TABLE` for bounds that no value is within, or that reach beyond those of the type */
function checkBounds<Value extends number | bigint>(
  cql: string,
  { min, max }: Required<IntegerOptions<Value>>,
  type?: Required<IntegerOptions<Value>>,
): void {
  const isWithin = !type || (type.min <= min && max <= type.max);
  if (isWithin && min <= max) return;
  const within = type ? `, within ${type.min} to ${type.max}` : "";
  const message = `A column of ${cql} cannot have the bounds ${min} to ${max}: they must be in this order${within}.`;
  throw new CassandraError("BAD_TABLE", message);
}

function wholeNumber(value: unknown, min: number, max: number): number {
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw wrongType("a whole number", value);
  }
  // Whole numbers have no -0 in CQL.
  if (value >= min && value <= max) return value + 0;
  throw outOfRange(`a whole number from ${min} to ${max}`, value);
}

function bigintOf(cql: "bigint" | "counter", options: IntegerOptions<bigint>) {
  const { min = BIGINT_MIN, max = BIGINT_MAX } = options;
  checkBounds(cql, { min, max }, { min: BIGINT_MIN, max: BIGINT_MAX });
  const expects = `a whole number from ${min} to ${max}`;
  const within = (value: unknown, least: bigint, most: bigint) => {
    const whole = isBigint(value, expects);
    if (whole >= least && whole <= most) return whole;
    throw outOfRange(`a whole number from ${least} to ${most}`, whole);
  };
  return defineType<bigint>({
    kind: cql,
    cql,
    whole: { min, max },
    length: 8,
    expects,
    match: (value) => within(value, BIGINT_MIN, BIGINT_MAX),
    check: (value) => within(value, min, max),
    encode(value) {
      const bytes = Buffer.allocUnsafe(8);
      bytes.writeBigInt64BE(value);
      return bytes;
    },
    decode: (bytes) => ofLength(bytes, 8, expects).readBigInt64BE(),
    toText: String,
    fromText: (text) => bigintOfText(text, expects),
    order: bigintOrder(BIGINT_MIN, BIGINT_MAX),
  });
}

function isBigint(value: unknown, expects: string): bigint {
  if (typeof value === "bigint") return value;
  throw wrongType(`${expects}, as a bigint`, value);
}
