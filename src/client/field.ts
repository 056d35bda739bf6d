import { ClientError } from "./error.ts";
import type { LiveValues } from "./mailbox.ts";

// What generated functions need, which return the value of the one field of their document.

/**
 * Returns the value of a field that is nullable only so that one that fails does not hide others: where it is null there
 * was an error.
 *
 * @throws ClientError `BAD_RESPONSE` if it is null all the same
 */
export function requiredField<Data, Field extends keyof Data & string>(
  data: Data,
  field: Field,
): NonNullable<Data[Field]> {
  const value = data[field];
  if (value != null) return value;
  const message = `The service answers ${field} with null, but without an error.`;
  throw new ClientError("BAD_RESPONSE", message);
}

/** Returns the values of a field of live data. Ending them ends the subscription. */
export function liveField<Data, Field extends keyof Data>(
  live: LiveValues<Data>,
  field: Field,
): LiveValues<Data[Field]> {
  return {
    async next() {
      const { done, value } = await live.next();
      return done ? { done, value } : { done: false, value: value[field] };
    },
    return: () => live.return(),
    async throw() {
      return live.return();
    },
    [Symbol.asyncDispose]: () => live[Symbol.asyncDispose](),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
