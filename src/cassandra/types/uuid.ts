import { column } from "../column.ts";
import { defineCqlType, ofLength, wrongType } from "../type.ts";
import { timeUuidOrder, uuidOrder } from "../uuid-order.ts";

const uuidExpects = "a UUID such as 6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51";
const timeuuidExpects =
  "a time-based UUID (version 1) such as 50554d6e-29bb-11e5-b345-feff819cdc9f";

const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** CQL `uuid`: a string in lower case with four hyphens. */
export function uuid() {
  return column(uuidType);
}

/** CQL `timeuuid`: a UUID of version 1, which contains a time, as a string in lower case with four hyphens. */
export function timeuuid() {
  return column(timeuuidType);
}

const uuidBytes = (value: string) => Buffer.from(value.replaceAll("-", ""), "hex");

const uuidType = defineCqlType<string>({
  kind: "uuid",
  cql: "uuid",
  length: 16,
  expects: "a UUID",
  check: (value) => requireUuid(value, uuidExpects),
  encode: uuidBytes,
  decode: (bytes) => uuidText(ofLength(bytes, { length: 16, expects: "a UUID" })),
  toText: (value) => value,
  fromText: (text) => text,
  order: uuidOrder,
});

const timeuuidType = defineCqlType<string>({
  kind: "timeuuid",
  cql: "timeuuid",
  length: 16,
  expects: "a time-based UUID",
  check: requireTimeuuid,
  encode: uuidBytes,
  decode: (bytes) =>
    requireTimeuuid(uuidText(ofLength(bytes, { length: 16, expects: "a time-based UUID" }))),
  toText: (value) => value,
  fromText: (text) => text,
  order: timeUuidOrder,
});

function requireUuid(value: unknown, expects: string): string {
  if (typeof value === "string" && UUID_PATTERN.test(value)) return value.toLowerCase();
  throw wrongType(expects, value);
}

function requireTimeuuid(value: unknown): string {
  const text = requireUuid(value, timeuuidExpects);
  if (text[14] === "1") return text;
  throw wrongType(timeuuidExpects, value);
}

function uuidText(bytes: Buffer): string {
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
