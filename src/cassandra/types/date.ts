import { column } from "../column.ts";
import { defineType, ofLength, outOfRange, wrongType } from "../type.ts";
import { bigintOrder, convertedOrder, numberOrder } from "../value-order.ts";

/**
 * CQL `date`: a calendar date as text: `"2027-08-15"`. Years have four digits. Years beyond 9999 have a sign and as
 * many digits as they need, as in ISO 8601 and Cassandra: `"+12345-01-31"`, `"-0044-03-15"`. CQL's dates range from
 * `"-5877641-06-23"` to `"+5881580-07-11"`.
 */
export function date() {
  return column(dateType);
}

/**
 * CQL `time`: a time of day in nanoseconds as text: `"18:30:00.000000000"`. `check` also accepts fewer decimal places.
 */
export function time() {
  return column(timeType);
}

const aDay = "a date, e.g. 2027-08-15";
const aTime = "a time of day, e.g. 18:30:00.000000000";

/** The date 1970-01-01 is stored as 2³¹. Dates are unsigned 32-bit numbers. */
const EPOCH = 2 ** 31;

const dateType = defineType<string>({
  kind: "date",
  cql: "date",
  expects: aDay,
  check: (value) => dayText(parseDay(value)),
  encode(value) {
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeUInt32BE(parseDay(value) + EPOCH);
    return bytes;
  },
  decode: (bytes) => dayText(ofLength(bytes, { length: 4, expects: aDay }).readUInt32BE() - EPOCH),
  toText: (value) => value,
  fromText: (text) => text,
  order: convertedOrder<string, number>(numberOrder(-EPOCH, EPOCH - 1), {
    known: parseDay,
    back: dayText,
  }),
});

/** The nanoseconds of a day. */
const NANOSECONDS_PER_DAY = 86_400_000_000_000n;

const timeType = defineType<string>({
  kind: "time",
  cql: "time",
  expects: aTime,
  check: (value) => timeText(parseTime(value)),
  encode(value) {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeBigInt64BE(parseTime(value));
    return bytes;
  },
  decode(bytes) {
    const nanoseconds = ofLength(bytes, { length: 8, expects: aTime }).readBigInt64BE();
    if (nanoseconds < 0n || nanoseconds >= NANOSECONDS_PER_DAY) throw outOfRange(aTime);
    return timeText(nanoseconds);
  },
  toText: (value) => value,
  fromText: (text) => text,
  order: convertedOrder<string, bigint>(bigintOrder(0n, NANOSECONDS_PER_DAY - 1n), {
    known: parseTime,
    back: timeText,
  }),
});

/**
 * Returns the number of days from 1970-01-01 to a date of the proleptic Gregorian calendar, whose range exceeds that of
 * JavaScript's `Date`. The calendar repeats every 400 years, which have 146,097 days. Years are counted from March, so
 * that a leap day is the last day of its year.
 */
function parseDay(value: unknown): number {
  const [, signed, month, day] =
    (typeof value === "string" && /^(\d{4}|[+-]\d{4,7})-(\d\d)-(\d\d)$/.exec(value)) || [];
  if (signed === undefined) throw wrongType(aDay, value);
  const [y, m, d] = [Number(signed), Number(month), Number(day)];
  const year = m > 2 ? y : y - 1;
  const cycle = Math.floor(year / 400);
  const yearOfCycle = year - cycle * 400;
  const dayOfYear = Math.floor((153 * ((m + 9) % 12) + 2) / 5) + d - 1;
  const leapDays = Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100);
  const days = cycle * 146_097 + yearOfCycle * 365 + leapDays + dayOfYear - 719_468;
  const isDay = days >= -EPOCH && days < EPOCH && isSameDay(dayText(days), { y, m, d });
  if (!isDay) throw outOfRange(aDay);
  return days;
}

/** Returns whether a text has these numbers. It does not where they are no date, e.g. the 31st of April. */
function isSameDay(text: string, { y, m, d }: Readonly<Record<"y" | "m" | "d", number>>): boolean {
  const [, year, month, day] = /^(.+)-(\d\d)-(\d\d)$/.exec(text)!;
  return Number(year) === y && Number(month) === m && Number(day) === d;
}

/** The inverse of {@link parseDay}. */
function dayText(days: number): string {
  const sinceMarch = days + 719_468;
  const cycle = Math.floor(sinceMarch / 146_097);
  const dayOfCycle = sinceMarch - cycle * 146_097;
  const yearOfCycle = Math.floor(
    (dayOfCycle -
      Math.floor(dayOfCycle / 1460) +
      Math.floor(dayOfCycle / 36_524) -
      Math.floor(dayOfCycle / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfCycle - (365 * yearOfCycle + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = ((marchMonth + 2) % 12) + 1;
  const year = yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0);
  return `${yearText(year)}-${padNumber(month, 2)}-${padNumber(day, 2)}`;
}

function yearText(year: number): string {
  const digits = padNumber(Math.abs(year), 4);
  if (year < 0) return `-${digits}`;
  return year > 9999 ? `+${digits}` : digits;
}

/** Returns the nanoseconds since midnight. */
function parseTime(value: unknown): bigint {
  const [, hours, minutes, seconds = "0", places = ""] =
    (typeof value === "string" &&
      /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?$/.exec(value)) ||
    [];
  if (hours === undefined) throw wrongType(aTime, value);
  const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  return BigInt(whole) * 1_000_000_000n + BigInt(places.padEnd(9, "0"));
}

function timeText(nanoseconds: bigint): string {
  const seconds = Number(nanoseconds / 1_000_000_000n);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const places = padNumber(Number(nanoseconds % 1_000_000_000n), 9);
  return `${parts.map((part) => padNumber(part, 2)).join(":")}.${places}`;
}

function padNumber(value: number, length: number): string {
  return String(value).padStart(length, "0");
}
