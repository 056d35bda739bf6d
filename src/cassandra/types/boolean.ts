import { column } from "../column.ts";
import { defineCqlType, ofLength, unreadable, wrongType } from "../type.ts";

/** CQL `boolean`: true or false. */
export function boolean() {
  return column(booleanType);
}

const booleanExpects = "true or false";

/** The type of {@link boolean}. */
export const booleanType = defineCqlType<boolean>({
  kind: "boolean",
  cql: "boolean",
  length: 1,
  expects: booleanExpects,
  check(value) {
    if (typeof value === "boolean") return value;
    throw wrongType(booleanExpects, value);
  },
  encode: (value) => Buffer.of(value ? 1 : 0),
  // Every byte except 0 is true (BooleanSerializer.java).
  decode: (bytes) => ofLength(bytes, { length: 1, expects: booleanExpects })[0] !== 0,
  toText: String,
  fromText(text) {
    if (text === "true" || text === "false") return text === "true";
    throw unreadable(booleanExpects);
  },
  order: {
    unlikely: false,
    compare: (one, other) => Number(one) - Number(other),
    middle: (low, high) =>
      [false, true].find(
        (each) => (low === undefined || each > low) && (high === undefined || each < high),
      ),
  },
});
