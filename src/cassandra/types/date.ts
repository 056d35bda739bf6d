import { column } from "../column.ts";
import { defineType, ofLength, outOfRange, wrongType } from "../type.ts";
import { bigintOrder, convertedOrder, numberOrder } from "../value-order.ts";

/**
 * CQL `date`: a day of the calendar, as text: `"2027-08-15"`. Years have four digits, beyond 9999 a sign and as many as
 * they need, as ISO 8601 and Cassandra write them: `"+12345-01-31"`, `"-0044-03-15"`. CQL's days reach from
 * `"-5877641-06-23"` to `"+5881580-07-11"`.
 */
export function date() {
  return column(dateType);
}

/** CQL `time`: a time of day to the nanosecond, as text: `"18:30:00.000000000"`. A check also takes fewer decimal places. */
export function time() {
  return column(timeType);
}

const aDay = "a date, e.g. 2027-08-15";
const aTime = "a time of day, e.g. 18:30:00.000000000";

/** The day 1970-01-01 is stored as 2³¹, the days around it as unsigned numbers of 32 bits. */
const EPOCH = 2 ** 31;

const dateType = defineType<string>({
  kind: "date",
  cql: "date",
  expects: aDay,
  check: (value) => textOfDay(dayOf(value)),
  encode(value) {
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeUInt32BE(dayOf(value) + EPOCH);
    return bytes;
  },
  decode: (bytes) => textOfDay(ofLength(bytes, 4, aDay).readUInt32BE() - EPOCH),
  toText: (value) => value,
  fromText: (text) => text,
  order: convertedOrder(numberOrder(-EPOCH, EPOCH - 1), dayOf, textOfDay),
});

/** Nanoseconds of a day. */
const DAY = 86_400_000_000_000n;

const timeType = defineType<string>({
  kind: "time",
  cql: "time",
  expects: aTime,
  check: (value) => textOfTime(timeOf(value)),
  encode(value) {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeBigInt64BE(timeOf(value));
    return bytes;
  },
  decode(bytes) {
    const nanoseconds = ofLength(bytes, 8, aTime).readBigInt64BE();
    if (nanoseconds < 0n || nanoseconds >= DAY) throw outOfRange(aTime);
    return textOfTime(nanoseconds);
  },
  toText: (value) => value,
  fromText: (text) => text,
  order: convertedOrder(bigintOrder(0n, DAY - 1n), timeOf, textOfTime),
});

/**
 * Returns the days from 1970-01-01 to a day of the proleptic Gregorian calendar, whose years JavaScript's `Date` does not
 * all have. It repeats every 400 years, of 146,097 days; a year is counted from March, so that a leap day ends one.
 */
function dayOf(value: unknown): number {
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
  const isDay = days >= -EPOCH && days < EPOCH && sameDay(textOfDay(days), y, m, d);
  if (!isDay) throw outOfRange(aDay);
  return days;
}

/** Whether a day that was counted is the one that was written: the 31st of April is not. */
function sameDay(text: string, year: number, month: number, day: number): boolean {
  const [, y, m, d] = /^(.+)-(\d\d)-(\d\d)$/.exec(text)!;
  return Number(y) === year && Number(m) === month && Number(d) === day;
}

/** The inverse of {@link dayOf}. */
function textOfDay(days: number): string {
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
  return `${yearText(year)}-${padded(month, 2)}-${padded(day, 2)}`;
}

function yearText(year: number): string {
  const digits = padded(Math.abs(year), 4);
  if (year < 0) return `-${digits}`;
  return year > 9999 ? `+${digits}` : digits;
}

/** Nanoseconds from midnight. */
function timeOf(value: unknown): bigint {
  const [, hours, minutes, seconds = "0", places = ""] =
    (typeof value === "string" &&
      /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?$/.exec(value)) ||
    [];
  if (hours === undefined) throw wrongType(aTime, value);
  const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  return BigInt(whole) * 1_000_000_000n + BigInt(places.padEnd(9, "0"));
}

function textOfTime(nanoseconds: bigint): string {
  const seconds = Number(nanoseconds / 1_000_000_000n);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const places = padded(Number(nanoseconds % 1_000_000_000n), 9);
  return `${parts.map((part) => padded(part, 2)).join(":")}.${places}`;
}

function padded(value: number, length: number): string {
  return String(value).padStart(length, "0");
}
