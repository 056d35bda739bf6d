import { column } from "../column.ts";
import { defineCqlType, ofLength, unreadable, wrongType } from "../type.ts";
import { dateOrder } from "../value-order.ts";

/**
 * CQL `timestamp`: a point in time in milliseconds, as a `Date`. CQL has times outside the range of `Date` (8.64e15 ms
 * around 1970, the years -271821 to 275760): these are unreadable values.
 */
export function timestamp() {
  return column(timestampType);
}

const timestampExpects = "a date and time";

const timestampType = defineCqlType<Date>({
  kind: "timestamp",
  cql: "timestamp",
  length: 8,
  expects: timestampExpects,
  check(value) {
    if (value instanceof Date && !Number.isNaN(value.getTime())) return value;
    throw wrongType(timestampExpects, value);
  },
  encode(value) {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeBigInt64BE(BigInt(value.getTime()));
    return bytes;
  },
  decode(bytes) {
    const value = new Date(
      Number(ofLength(bytes, { length: 8, expects: timestampExpects }).readBigInt64BE()),
    );
    if (Number.isNaN(value.getTime())) throw unreadable(timestampExpects);
    return value;
  },
  toText: (value) => value.toISOString(),
  fromText: (text) => new Date(text),
  order: dateOrder,
});
