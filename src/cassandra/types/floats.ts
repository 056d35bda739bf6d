import { column } from "../column.ts";
import { defineCqlType, ofLength, outOfRange, unreadable, wrongType } from "../type.ts";
import { doubleOrder, singleOrder } from "../float-order.ts";

/** CQL `double`: a 64-bit number like those of JavaScript, including NaN, the infinities and -0. */
export function double() {
  return column(doubleType);
}

/**
 * CQL `float`: a 32-bit number, including NaN, the infinities and -0. Other numbers are rounded to the nearest 32-bit
 * number by `Math.fround`.
 */
export function float() {
  return column(floatType);
}

const numberExpects = "a number";

const doubleType = defineCqlType<number>({
  kind: "double",
  cql: "double",
  length: 8,
  expects: numberExpects,
  check: requireNumber,
  encode(value) {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeDoubleBE(value);
    return bytes;
  },
  decode: (bytes) => ofLength(bytes, { length: 8, expects: numberExpects }).readDoubleBE(),
  toText: numberText,
  fromText: numberOfText,
  order: doubleOrder,
});

const floatType = defineCqlType<number>({
  kind: "float",
  cql: "float",
  length: 4,
  expects: numberExpects,
  check(value) {
    const given = requireNumber(value);
    const nearest = Math.fround(given);
    if (Number.isFinite(given) && !Number.isFinite(nearest)) {
      throw outOfRange("a number of 32 bits", given);
    }
    return nearest;
  },
  encode(value) {
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeFloatBE(value);
    return bytes;
  },
  decode: (bytes) => ofLength(bytes, { length: 4, expects: numberExpects }).readFloatBE(),
  toText: numberText,
  fromText: numberOfText,
  order: singleOrder,
});

function requireNumber(value: unknown): number {
  if (typeof value === "number") return value;
  throw wrongType(numberExpects, value);
}

/** Returns an exact text. `String` alone would return "0" for -0. */
function numberText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function numberOfText(text: string): number {
  const value = text.trim() === text && text !== "" ? Number(text) : NaN;
  if (numberText(value) === text) return value;
  throw unreadable(numberExpects);
}
