/**
 * Waits for a promise for a limited time. The promise itself continues; its later result is ignored.
 *
 * @param milliseconds the time limit
 * @param late called when the time is over: returns the result instead, or throws
 */
export function within<Value, Late>(
  milliseconds: number,
  promise: Promise<Value>,
  late: () => Late,
): Promise<Value | Awaited<Late>> {
  // One promise, since every statement has a time limit: a race would make four.
  const { promise: first, resolve, reject } = Promise.withResolvers<Value | Awaited<Late>>();
  const timer = setTimeout(() => Promise.try(late).then(resolve, reject), milliseconds);
  promise.then(
    (value) => {
      clearTimeout(timer);
      resolve(value);
    },
    (error: unknown) => {
      clearTimeout(timer);
      reject(error);
    },
  );
  return first;
}
