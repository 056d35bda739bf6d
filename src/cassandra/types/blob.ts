import { column } from "../column.ts";
import { defineType, wrongType } from "../type.ts";
import { bytesOrder } from "../word-order.ts";

/** CQL `blob`: bytes, as a `Uint8Array`. A `Buffer` is a `Uint8Array`. */
export function blob() {
  return column(blobType);
}

const blobType = defineType<Uint8Array>({
  kind: "blob",
  cql: "blob",
  expects: "bytes",
  check(value) {
    if (value instanceof Uint8Array) return value;
    throw wrongType("a Uint8Array", value);
  },
  encode: (value) => Buffer.from(value.buffer, value.byteOffset, value.byteLength),
  decode: (bytes) => new Uint8Array(bytes),
  toText: (value) => Buffer.from(value).toString("base64"),
  fromText: (text) => new Uint8Array(Buffer.from(text, "base64")),
  order: bytesOrder,
});
