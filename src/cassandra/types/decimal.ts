import { column } from "../column.ts";
import { defineType, outOfRange, unreadable, wrongType } from "../type.ts";
import { decimalOrder, type DecimalParts } from "../decimal-order.ts";
import { bigintFromBytes, bigintBytes } from "./integers.ts";

/**
 * CQL `decimal`: an exact decimal number with its number of decimal places, as text. `"12.50"` and `"12.5"` are
 * different values, but equal as clustering values. An exponent is a power of ten: `"1E+3"` has no decimal places and
 * the scale -3.
 */
export function decimal() {
  return column(decimalType);
}

const decimalExpects = "a decimal number as text, e.g. 12.50";

/** How many digits a text has at most: the time per digit grows with their number. */
const MOST_DIGITS = 10_000;
const TOO_LARGE = 10n ** BigInt(MOST_DIGITS);
/** How many bytes hold so many digits and the scale. */
const MOST_DECIMAL_BYTES = 4 + bigintBytes(TOO_LARGE).length;

const decimalType = defineType<string>({
  kind: "decimal",
  cql: "decimal",
  expects: decimalExpects,
  check(value) {
    if (typeof value !== "string") throw wrongType(decimalExpects, value);
    return decimalText(parseDecimal(value));
  },
  encode(value) {
    const { unscaled, scale } = parseDecimal(value);
    const bytes = bigintBytes(unscaled);
    const head = Buffer.allocUnsafe(4);
    head.writeInt32BE(scale);
    return Buffer.concat([head, bytes]);
  },
  decode(bytes) {
    if (bytes.length < 5 || bytes.length > MOST_DECIMAL_BYTES) throw unreadable(decimalExpects);
    const unscaled = bigintFromBytes(bytes.subarray(4));
    if (unscaled >= TOO_LARGE || unscaled <= -TOO_LARGE) throw unreadable(decimalExpects);
    return decimalText({ unscaled, scale: bytes.readInt32BE() });
  },
  toText: (value) => value,
  fromText(text) {
    if (decimalText(parseDecimal(text)) === text) return text;
    throw unreadable(decimalExpects);
  },
  identity(value) {
    const { unscaled, scale } = parseDecimal(value);
    if (unscaled === 0n) return "0";
    const digits = String(unscaled);
    let end = digits.length;
    while (digits[end - 1] === "0") end--;
    return `${digits.slice(0, end)}E${digits.length - end - scale}`;
  },
  add: (one, other) => decimalText(sumOf(parseDecimal(one), parseDecimal(other))),
  order: decimalOrder({ known: parseDecimal, back: decimalText }),
});

/** @throws InvalidValue if the text is not a decimal number, or its scale does not fit into 32 bits */
function parseDecimal(text: string): DecimalParts {
  const [, sign, whole = "", places = "", exponent = "0"] =
    /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,10}))?$/.exec(text) ?? [];
  const digits = whole + places;
  const scale = places.length - Number(exponent);
  if (digits === "" || digits.length > MOST_DIGITS || scale !== (scale | 0)) {
    throw wrongType(decimalExpects, text);
  }
  const unscaled = BigInt(digits);
  return { unscaled: sign === "-" ? -unscaled : unscaled, scale };
}

/** Returns the canonical text of a number and its scale, like `BigDecimal.toString` in Java. */
function decimalText({ unscaled, scale }: DecimalParts): string {
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

/** Returns the sum with the larger one of the two scales, like `BigDecimal.add` in Java. @throws InvalidValue */
function sumOf(one: DecimalParts, other: DecimalParts): DecimalParts {
  const scale = Math.max(one.scale, other.scale);
  const [a, b] = [one, other].map(({ unscaled, scale: own }) => {
    if (unscaled === 0n) return 0n;
    if (scale - own > MOST_DIGITS) throw outOfRange(sumExpects);
    return unscaled * 10n ** BigInt(scale - own);
  });
  const unscaled = a! + b!;
  if (unscaled < TOO_LARGE && unscaled > -TOO_LARGE) return { unscaled, scale };
  throw outOfRange(sumExpects);
}

const sumExpects = `a decimal number of at most ${MOST_DIGITS} digits`;
