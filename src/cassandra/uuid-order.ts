import { bigintOrder, convertedOrder, type ValueOrder } from "./value-order.ts";

/** The order of UUIDs. */
export const uuidOrder: ValueOrder<string> = convertedOrder(
  bigintOrder(0n, 2n ** 128n - 1n),
  uuidRank,
  uuidOfRank,
);

/** The upper half of the rank of the smallest and the largest UUID of version 1, whose version is its first digit. */
const [TIME_MIN, TIME_MAX] = [0x1000_0000_0000_0000n << 64n, (0x2000_0000_0000_0000n << 64n) - 1n];

/** Turns the order of signed bytes into that of unsigned ones, in the lower half. */
const SIGNS = 0x8080_8080_8080_8080n;

/** The order of time-based UUIDs: by their time, then by the rest as signed bytes (TimeUUIDType.java). */
export const timeUuidOrder: ValueOrder<string> = convertedOrder(
  bigintOrder(TIME_MIN, TIME_MAX),
  (uuid) => uuidRank(uuid) ^ SIGNS,
  (rank) => uuidOfRank(rank ^ SIGNS),
);

/** Compares two UUIDs as Cassandra orders them. */
export const compareUuids = uuidOrder.compare;

/**
 * The place of a UUID among all others as Cassandra orders them: by version, those of version 1 by their time, then by
 * their bytes (UUIDType.java).
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
