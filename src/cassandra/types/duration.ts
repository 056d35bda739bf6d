import { column } from "../column.ts";
import { defineType, outOfRange, unreadable, wrongType } from "../type.ts";
import { readVint, writeVint } from "../vint.ts";

/**
 * CQL `duration`: months, days and nanoseconds, as CQL writes them: `"1y2mo3d4h5m6s7ms8us9ns"`, `"-15m"`, `"0s"`.
 * Months, days and nanoseconds are not converted into each other: `"24h"` is not `"1d"`. Durations have no order, so
 * they cannot be in a key, in a set or the key of a map.
 */
export function duration() {
  return column(durationType);
}

const durationExpects = "a duration, e.g. 1mo2d, 15m or -1h30m";

/** The numbers of a duration, all of the same sign. Months and days have 32 bits, nanoseconds 64. */
interface Duration {
  readonly months: bigint;
  readonly days: bigint;
  readonly nanoseconds: bigint;
}

const durationType = defineType<string>({
  kind: "duration",
  cql: "duration",
  expects: durationExpects,
  check(value) {
    if (typeof value !== "string") throw wrongType(durationExpects, value);
    return durationText(parseDuration(value));
  },
  encode(value) {
    const { months, days, nanoseconds } = parseDuration(value);
    return Buffer.concat([months, days, nanoseconds].map((each) => writeVint(zigzag(each))));
  },
  decode(bytes) {
    const numbers: bigint[] = [];
    let at = 0;
    while (at < bytes.length && numbers.length < 3) {
      const [value, end] = readVint(bytes, at);
      numbers.push((value >> 1n) ^ -(value & 1n));
      at = end;
    }
    const [months, days, nanoseconds] = numbers;
    if (nanoseconds === undefined || at !== bytes.length) throw unreadable(durationExpects);
    return durationText(requireInRange({ months: months!, days: days!, nanoseconds }));
  },
  toText: (value) => value,
  fromText: (text) => text,
});

/** The units of CQL, largest first: the number that each belongs to, and its size in that number. */
const durationUnits = [
  ["y", "months", 12n],
  ["mo", "months", 1n],
  ["w", "days", 7n],
  ["d", "days", 1n],
  ["h", "nanoseconds", 3_600_000_000_000n],
  ["m", "nanoseconds", 60_000_000_000n],
  ["s", "nanoseconds", 1_000_000_000n],
  ["ms", "nanoseconds", 1_000_000n],
  ["us", "nanoseconds", 1000n],
  ["ns", "nanoseconds", 1n],
] as const;

/** Matches each unit at most once, in this order. */
const durationPattern = new RegExp(
  `^(-?)(?=\\d)${durationUnits.map(([unit]) => `(?:(\\d+)${unit})?`).join("")}$`,
);

function parseDuration(text: string): Duration {
  const [, sign, ...amounts] = (text.length <= 200 && durationPattern.exec(text)) || [];
  if (sign === undefined) throw wrongType(durationExpects, text);
  const sums = { months: 0n, days: 0n, nanoseconds: 0n };
  for (const [at, [, number, size]] of durationUnits.entries()) {
    sums[number] += BigInt(amounts[at] ?? 0) * (sign === "-" ? -size : size);
  }
  return requireInRange(sums);
}

function requireInRange(duration: Duration): Duration {
  const { months, days, nanoseconds } = duration;
  const numbers = [months, days, nanoseconds];
  const isOfOneSign = numbers.every((each) => each >= 0n) || numbers.every((each) => each <= 0n);
  const fits =
    BigInt.asIntN(32, months) === months &&
    BigInt.asIntN(32, days) === days &&
    BigInt.asIntN(64, nanoseconds) === nanoseconds;
  if (isOfOneSign && fits) return duration;
  throw outOfRange("a duration of at most 2³¹-1 months, 2³¹-1 days and 2⁶³-1 nanoseconds");
}

/** Returns the text of a duration, without weeks as in Cassandra. */
function durationText(duration: Duration): string {
  const isNegative = Object.values(duration).some((each: bigint) => each < 0n);
  const rest = { ...duration };
  const parts = durationUnits
    .filter(([unit]) => unit !== "w")
    .map(([unit, number, size]) => {
      const amount = rest[number] / size;
      rest[number] -= amount * size;
      return amount === 0n ? "" : `${isNegative ? -amount : amount}${unit}`;
    });
  const text = parts.join("");
  return text === "" ? "0s" : `${isNegative ? "-" : ""}${text}`;
}

/** Encodes signed numbers so that those near 0 become small unsigned numbers. */
function zigzag(value: bigint): bigint {
  return BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
}
