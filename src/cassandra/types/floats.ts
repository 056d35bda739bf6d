import { column } from "../column.ts";
import { defineType, ofLength, outOfRange, unreadable, wrongType } from "../type.ts";
import { doubleOrder, singleOrder } from "../float-order.ts";

/** CQL `double`: a number of 64 bits, as JavaScript's; also NaN, the infinities and -0. */
export function double() {
  return column(doubleType);
}

/**
 * CQL `float`: a number of 32 bits, also NaN, the infinities and -0. Other numbers are stored as the nearest one of 32
 * bits, as `Math.fround` gives it.
 */
export function float() {
  return column(floatType);
}

const expects = "a number";

const doubleType = defineType<number>({
  kind: "double",
  cql: "double",
  length: 8,
  expects,
  check: number,
  encode(value) {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeDoubleBE(value);
    return bytes;
  },
  decode: (bytes) => ofLength(bytes, 8, expects).readDoubleBE(),
  toText: numberText,
  fromText: numberOfText,
  order: doubleOrder,
});

const floatType = defineType<number>({
  kind: "float",
  cql: "float",
  length: 4,
  expects,
  check(value) {
    const given = number(value);
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
  decode: (bytes) => ofLength(bytes, 4, expects).readFloatBE(),
  toText: numberText,
  fromText: numberOfText,
  order: singleOrder,
});

function number(value: unknown): number {
  if (typeof value === "number") return value;
  throw wrongType(expects, value);
}

/** An exact text: `String` makes 0 of -0. */
function numberText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function numberOfText(text: string): number {
  const value = text.trim() === text && text !== "" ? Number(text) : NaN;
  if (numberText(value) === text) return value;
  throw unreadable(expects);
}
