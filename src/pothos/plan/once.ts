/** Returns a function that calls another one when it is first called, and returns its result each time. */
export function once<Value extends object>(create: () => Value): () => Value {
  let created: Value | undefined;
  return () => (created ??= create());
}
