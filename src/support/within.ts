/**
 * Waits for a promise for a limited time. The promise itself continues; its later result is ignored.
 *
 * @param milliseconds the time limit
 * @param late called when the time is over: returns the result instead, or throws
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
