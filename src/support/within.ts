/**
 * Waits for a promise, but not for ever. The promise itself goes on: what it comes to later is not told.
 *
 * @param milliseconds how long
 * @param late gives what is told instead, or throws it
 */
export async function within<Value, Late>(
  milliseconds: number,
  promise: Promise<Value>,
  late: () => Late,
): Promise<Value | Late> {
  const over = Promise.withResolvers<typeof LATE>();
  const timer = setTimeout(over.resolve, milliseconds, LATE);
  try {
    const value = await Promise.race([promise, over.promise]);
    return value === LATE ? late() : value;
  } finally {
    clearTimeout(timer);
  }
}

const LATE = Symbol("late");
