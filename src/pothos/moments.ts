import { badArgument } from "./error.ts";

// A time-based UUID begins with its time in steps of 100 ns since 1582. Those of one millisecond are between two bounds, as
// minTimeuuid and maxTimeuuid of CQL return them: Cassandra compares the rest of the UUID as signed bytes.

/** The operators of a range of time-based UUIDs by the moments that they hold. */
export const MOMENTS = {
  after: { operator: "gt", description: "With a time after the millisecond of this one." },
  before: { operator: "lt", description: "With a time before the millisecond of this one." },
} as const;

const UUID_EPOCH = BigInt(Date.UTC(1582, 9, 15));
const STEPS = 10_000n;
const MAX_STEPS = 2n ** 60n;
const [SMALLEST, LARGEST] = ["8080-808080808080", "7f7f-7f7f7f7f7f7f"];

/**
 * Returns the bound of a range of time-based UUIDs: the last one of a millisecond, or the first one of it.
 *
 * @throws GraphQLError `BAD_USER_INPUT` if no UUID holds the moment
 */
export function momentBound(
  path: readonly string[],
  moment: Date,
  operator: keyof typeof MOMENTS,
): string {
  const isAfter = operator === "after";
  const steps = (BigInt(+moment) - UUID_EPOCH + (isAfter ? 1n : 0n)) * STEPS - (isAfter ? 1n : 0n);
  if (steps < 0n || steps >= MAX_STEPS) {
    throw badArgument(path, "must be between the years 1582 and 5236, as time-based UUIDs are");
  }
  const hex = steps.toString(16).padStart(15, "0");
  return `${hex.slice(7)}-${hex.slice(3, 7)}-1${hex.slice(0, 3)}-${isAfter ? LARGEST : SMALLEST}`;
}
