import { column } from "../column.ts";
import { defineType, unreadable, wrongType } from "../type.ts";
import { decimalOrder, type DecimalParts } from "../decimal-order.ts";
import { bigintOfBytes, bytesOfBigint } from "./integers.ts";

/**
 * CQL `decimal`: an exact decimal number with its number of decimal places, as text: `"12.50"` is another value than
 * `"12.5"`, though Cassandra takes both for the same clustering value. An exponent says a power of ten: `"1E+3"` has no
 * decimal place, and -3 is its scale.
 */
export function decimal() {
  return column(decimalType);
}

const expects = "a decimal number as text, e.g. 12.50";

/** Most digits of a text: each costs time that grows with their number. */
const MOST_DIGITS = 10_000;
const TOO_LARGE = 10n ** BigInt(MOST_DIGITS);
/** So many bytes hold as many digits, and the scale. */
const MOST_BYTES = 4 + bytesOfBigint(TOO_LARGE).length;

const decimalType = defineType<string>({
  kind: "decimal",
  cql: "decimal",
  expects,
  check(value) {
    if (typeof value !== "string") throw wrongType(expects, value);
    return textOf(partsOf(value));
  },
  encode(value) {
    const { unscaled, scale } = partsOf(value);
    const bytes = bytesOfBigint(unscaled);
    const head = Buffer.allocUnsafe(4);
    head.writeInt32BE(scale);
    return Buffer.concat([head, bytes]);
  },
  decode(bytes) {
    if (bytes.length < 5 || bytes.length > MOST_BYTES) throw unreadable(expects);
    const unscaled = bigintOfBytes(bytes.subarray(4));
    if (unscaled >= TOO_LARGE || unscaled <= -TOO_LARGE) throw unreadable(expects);
    return textOf({ unscaled, scale: bytes.readInt32BE() });
  },
  toText: (value) => value,
  fromText(text) {
    if (textOf(partsOf(text)) === text) return text;
    throw unreadable(expects);
  },
  identity(value) {
    const { unscaled, scale } = partsOf(value);
    if (unscaled === 0n) return "0";
    const digits = String(unscaled);
    let end = digits.length;
    while (digits[end - 1] === "0") end--;
    return `${digits.slice(0, end)}E${digits.length - end - scale}`;
  },
  order: decimalOrder(partsOf, textOf),
});

/** @throws InvalidValue if a text is no decimal number, or its scale has more than 32 bits */
function partsOf(text: string): DecimalParts {
  const [, sign, whole = "", places = "", exponent = "0"] =
    /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,10}))?$/.exec(text) ?? [];
  const digits = whole + places;
  const scale = places.length - Number(exponent);
  if (digits === "" || digits.length > MOST_DIGITS || scale !== (scale | 0)) {
    throw wrongType(expects, text);
  }
  const unscaled = BigInt(digits);
  return { unscaled: sign === "-" ? -unscaled : unscaled, scale };
}

/** Returns the one text of a number and its scale, as Java's `BigDecimal.toString` writes it. */
function textOf({ unscaled, scale }: DecimalParts): string {
  const sign = unscaled < 0n ? "-" : "";
  const digits = String(unscaled < 0n ? -unscaled : unscaled);
  if (scale === 0) return sign + digits;
  const exponent = digits.length - scale - 1;
  if (scale > 0 && exponent >= -6) {
    const padded = digits.padStart(scale + 1, "0");
    return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
  }
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
  return `${sign}${digits[0]}${fraction}E${exponent < 0 ? "" : "+"}${exponent}`;
}
