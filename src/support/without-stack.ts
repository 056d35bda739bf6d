/**
 * Creates an error without a stack trace. For errors that tell a client what it did wrong: nobody reads their stack, and
 * capturing one in asynchronous code takes a hundred times as long as the rest, which a flood of mistakes would use.
 */
export function withoutStack<Value>(create: () => Value): Value {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return create();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
