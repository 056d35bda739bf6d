/**
 * A stored value that JavaScript or its column's type cannot represent, as another program may have written it: a
 * timestamp in nanoseconds, an `int` of no bytes. It can still be compared with in a condition, and overwritten.
 */
export class Unreadable {
  /** The stored bytes. */
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}

/** A stored value if it can be represented; null stands for one that cannot, as for one that is not there. */
export function readable<Value>(value: Value): Exclude<Value, Unreadable> | null {
  return value instanceof Unreadable ? null : (value as Exclude<Value, Unreadable>);
}
