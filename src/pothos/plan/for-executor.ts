/** Thrown by a plan where only the executor answers rightly, e.g. at a stored value that cannot be shown. */
const FOR_EXECUTOR = new Error("This is left to the executor");

/** Leaves an operation to the executor. */
export function leaveToExecutor(): never {
  throw FOR_EXECUTOR;
}

/** Whether an error means that the operation is left to the executor. */
export function isLeftToExecutor(error: unknown): boolean {
  return error === FOR_EXECUTOR;
}

/** Returns the value of a function. If it throws, the operation is left to the executor. */
export function orLeave<Value>(read: () => Value): Value {
  try {
    return read();
  } catch {
    return leaveToExecutor();
  }
}
