/**
 * A stored value that JavaScript or its column's type cannot represent. Another program may have written it, e.g. a
 * timestamp in nanoseconds, or an `int` of no bytes. It can still be used in a condition, and be overwritten.
 */
export class Unreadable {
  /** The stored bytes. */
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}

/** Returns a stored value, or null if it cannot be represented. */
export function readable<Value>(value: Value): Exclude<Value, Unreadable> | null {
  return value instanceof Unreadable ? null : (value as Exclude<Value, Unreadable>);
}
