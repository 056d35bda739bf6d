import { column } from "../column.ts";
import { defineType, ofLength, wrongType } from "../type.ts";
import { timeUuidOrder, uuidOrder } from "../uuid-order.ts";

const expects = "a UUID such as 6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51";
const timeBased = "a time-based UUID (version 1) such as 50554d6e-29bb-11e5-b345-feff819cdc9f";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** CQL `uuid`: a string in lower case with its four hyphens. */
export function uuid() {
  return column(uuidType);
}

/** CQL `timeuuid`: a UUID of version 1, which holds a time, as a string in lower case with its four hyphens. */
export function timeuuid() {
  return column(timeuuidType);
}

const bytesOf = (value: string) => Buffer.from(value.replaceAll("-", ""), "hex");

const uuidType = defineType<string>({
  kind: "uuid",
  cql: "uuid",
  length: 16,
  expects: "a UUID",
  check: (value) => uuidOf(value, expects),
  encode: bytesOf,
  decode: (bytes) => textOf(ofLength(bytes, 16, "a UUID")),
  toText: (value) => value,
  fromText: (text) => text,
  order: uuidOrder,
});

const timeuuidType = defineType<string>({
  kind: "timeuuid",
  cql: "timeuuid",
  length: 16,
  expects: "a time-based UUID",
  check: timeuuidOf,
  encode: bytesOf,
  decode: (bytes) => timeuuidOf(textOf(ofLength(bytes, 16, "a time-based UUID"))),
  toText: (value) => value,
  fromText: (text) => text,
  order: timeUuidOrder,
});

function uuidOf(value: unknown, expects: string): string {
  if (typeof value === "string" && UUID.test(value)) return value.toLowerCase();
  throw wrongType(expects, value);
}

function timeuuidOf(value: unknown): string {
  const text = uuidOf(value, timeBased);
  if (text[14] === "1") return text;
  throw wrongType(timeBased, value);
}

function textOf(bytes: Buffer): string {
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
