import { column } from "../column.ts";
import { defineType, ofLength, unreadable, wrongType } from "../type.ts";
import { dateOrder } from "../value-order.ts";

/**
 * CQL `timestamp`: a point in time, exact to the millisecond, as a `Date`. CQL has times beyond JavaScript's (8.64e15 ms
 * from 1970, the years -271821 to 275760): they are unreadable values.
 */
export function timestamp() {
  return column(timestampType);
}

const expects = "a date and time";

const timestampType = defineType<Date>({
  kind: "timestamp",
  cql: "timestamp",
  length: 8,
  expects,
  check(value) {
    if (value instanceof Date && !Number.isNaN(value.getTime())) return value;
    throw wrongType(expects, value);
  },
  encode(value) {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeBigInt64BE(BigInt(value.getTime()));
    return bytes;
  },
  decode(bytes) {
    const value = new Date(Number(ofLength(bytes, 8, expects).readBigInt64BE()));
    if (Number.isNaN(value.getTime())) throw unreadable(expects);
    return value;
  },
  toText: (value) => value.toISOString(),
  fromText: (text) => new Date(text),
  order: dateOrder,
});
