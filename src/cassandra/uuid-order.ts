import { bigintOrder, convertedOrder, type ValueOrder } from "./value-order.ts";

/** The order of UUIDs. */
export const uuidOrder: ValueOrder<string> = convertedOrder(bigintOrder(0n, 2n ** 128n - 1n), {
  known: uuidRank,
  back: uuidOfRank,
});

/** The ranks of the smallest and the largest UUID of version 1. The version is the first digit of a rank. */
const [TIME_MIN, TIME_MAX] = [0x1000_0000_0000_0000n << 64n, (0x2000_0000_0000_0000n << 64n) - 1n];

/** Converts the order of the signed bytes in the lower half to that of unsigned bytes. */
const SIGNS = 0x8080_8080_8080_8080n;

/** The order of time-based UUIDs: by time, then by the other bytes, which are signed (TimeUUIDType.java). */
export const timeUuidOrder: ValueOrder<string> = convertedOrder(bigintOrder(TIME_MIN, TIME_MAX), {
  known: (uuid: string) => uuidRank(uuid) ^ SIGNS,
  back: (rank) => uuidOfRank(rank ^ SIGNS),
});

/** Compares two UUIDs as Cassandra orders them. */
export const compareUuids = uuidOrder.compare;

/**
 * Returns the rank of a UUID in Cassandra's order: by version, then by time if it is of version 1, then by bytes
 * (UUIDType.java).
 */
function uuidRank(uuid: string): bigint {
  const [low = "", middle = "", high = "", ...rest] = uuid.split("-");
  const version = high[0]!;
  const time = version === "1" ? [high.slice(1), middle, low] : [low, middle, high.slice(1)];
  return BigInt(`0x${[version, ...time, ...rest].join("")}`);
}

function uuidOfRank(rank: bigint): string {
  const hex = rank.toString(16).padStart(32, "0");
  const version = hex[0]!;
  const [low, middle, high] =
    version === "1"
      ? [hex.slice(8, 16), hex.slice(4, 8), hex.slice(1, 4)]
      : [hex.slice(1, 9), hex.slice(9, 13), hex.slice(13, 16)];
  return `${low}-${middle}-${version}${high}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
