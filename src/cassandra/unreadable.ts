import { createRequire } from "node:module";
import { types } from "cassandra-driver";

/**
 * A stored value that JavaScript or its column's type cannot represent, as another program may have written it: a
 * timestamp in nanoseconds, an `int` of no bytes. It can still be compared with in a condition, and overwritten.
 */
export class Unreadable {
  /** What the driver takes for the same value: its bytes, or what the driver made of them. */
  readonly raw: unknown;

  constructor(raw: unknown) {
    this.raw = raw;
  }
}

/** A stored value if it can be represented; null stands for one that cannot, as for one that is not there. */
export function readable<Value>(value: Value): Exclude<Value, Unreadable> | null {
  return value instanceof Unreadable ? null : (value as Exclude<Value, Unreadable>);
}

/** What the driver takes for a stored value. */
export function rawOf(value: unknown): unknown {
  return value instanceof Unreadable ? value.raw : value;
}

/** The driver's reader and writer of values, of which its types know nothing (4.10.0, encoder.js). */
interface Encoder {
  readonly encodingOptions: { readonly [KEEPS]?: boolean };
  decode: (this: Encoder, bytes: Buffer | null, type: { readonly code: number }) => unknown;
}

/** The encoding option of clients that give an {@link Unreadable} for what they cannot read. */
export const KEEPS = "keepsUnreadable";

/** Whether a value within another one is being read, as an element of a list. */
let isWithin = false;

/**
 * Keeps the bytes of what cannot be read. By itself the driver takes a value of no bytes for null, makes an invalid `Date`
 * of a timestamp that is out of its range, and for any other value that it cannot read it fails the whole result.
 */
function keepUnreadable(): void {
  const { prototype } = createRequire(import.meta.url)("cassandra-driver/lib/encoder.js") as {
    prototype: Encoder;
  };
  const { decode } = prototype;
  prototype.decode = function (bytes, type) {
    if (bytes === null || !this.encodingOptions[KEEPS]) return decode.call(this, bytes, type);
    if (isWithin) return read(this, decode, bytes, type);
    isWithin = true;
    try {
      return read(this, decode, bytes, type);
    } catch {
      return new Unreadable(Buffer.from(bytes));
    } finally {
      isWithin = false;
    }
  };
}

/** @throws if the value, or one within it, cannot be read */
function read(
  encoder: Encoder,
  decode: Encoder["decode"],
  bytes: Buffer,
  type: { readonly code: number },
): unknown {
  if (bytes.length === 0 && !canBeEmpty.has(type.code)) throw new RangeError("It has no bytes");
  const value = decode.call(encoder, bytes, type);
  if (value instanceof Date && Number.isNaN(value.getTime())) throw new RangeError("Invalid date");
  return value;
}

const { text, ascii, varchar, blob, custom } = types.dataTypes;
/** Types of which a value of no bytes is a value like any other. */
const canBeEmpty: ReadonlySet<number> = new Set([text, ascii, varchar, blob, custom]);

keepUnreadable();
