import type { Code } from "./error.ts";
import { limits } from "./limits.ts";

/** A limit that an application or an operator can change. */
export interface AdjustableLimit {
  /** What it limits, as a sentence. */
  readonly meaning: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** The error of what exceeds it. */
  readonly code?: Code;
}

/**
 * The limits that can be changed, by the option `limits` of {@link createServer} or by settings. A point is a partition that
 * an operation reads or writes (four, if a lightweight transaction writes it), or 200 fields of its answer if these are more;
 * each operation costs at least one. A caller
 * is who `caller` names, else an address.
 */
export const adjustableLimits = {
  tokens: {
    meaning:
      "The maximum number of tokens (names, values, punctuation) of a document. The time to validate one grows with its square.",
    default: 1000,
    // GraphiQL starts with an introspection query of 184 tokens.
    min: 200,
    max: 10_000,
    code: "TOO_MANY_TOKENS",
  },
  depth: {
    meaning: "How deep fields may be nested. Introspection has a limit of its own.",
    default: 10,
    min: 1,
    max: 100,
    code: "TOO_DEEP",
  },
  rootFields: {
    meaning: "The maximum number of fields of the query or mutation type in an operation.",
    default: 20,
    min: 1,
    max: 1000,
    code: "TOO_MANY_ROOT_FIELDS",
  },
  partitions: {
    meaning:
      "The maximum number of partitions that an operation may read or write: the sum over its fields, and of a page over all rows that it can have.",
    default: 200,
    min: 1,
    max: 10_000,
    code: "TOO_MANY_PARTITIONS",
  },
  values: {
    meaning: "The maximum number of fields that an answer may have, counted as partitions are.",
    default: 10_000,
    min: 1000,
    max: 1_000_000,
    code: "ANSWER_TOO_LARGE",
  },
  answerBytes: {
    meaning: "The maximum size of an answer or an event, in bytes.",
    default: 4 * 1024 * 1024,
    min: 64 * 1024,
    max: 256 * 1024 * 1024,
    code: "ANSWER_TOO_LARGE",
  },
  time: {
    meaning: `How long an operation may take until its last field begins, in milliseconds. Fields that have begun may take ${limits.settling} more.`,
    default: 5000,
    min: 100,
    max: 600_000,
    code: "TIMED_OUT",
  },
  operationsPerSocket: {
    meaning:
      "The maximum number of queries and mutations of a WebSocket in flight. Further ones wait.",
    default: 16,
    min: 1,
    max: 10_000,
  },
  pointsInFlight: {
    meaning:
      "The maximum number of points in flight in a process. Further operations wait, and callers take turns.",
    default: 512,
    min: 1,
    max: 100_000,
    code: "OVERLOADED",
  },
  pointsInFlightPerCaller: {
    meaning: "The maximum number of points of one caller in flight. Further operations wait.",
    default: 128,
    min: 1,
    max: 100_000,
    code: "OVERLOADED",
  },
  pointsPerSecond: {
    meaning: `How many points a caller may spend per second. What exceeds it waits, for ${limits.waitingTime / 1000} s at most.`,
    default: 500,
    min: 1,
    max: 1_000_000_000,
    code: "QUOTA_EXCEEDED",
  },
  socketsPerCaller: {
    meaning: "The maximum number of WebSockets and event streams of one caller.",
    default: 1000,
    min: 1,
    max: 1_000_000_000,
    code: "QUOTA_EXCEEDED",
  },
  followedPerCaller: {
    meaning: "The maximum number of partitions that one caller follows.",
    default: 500,
    min: 1,
    max: 1_000_000_000,
    code: "QUOTA_EXCEEDED",
  },
  createdPerMinute: {
    meaning: "The maximum number of rows that one caller creates in a partition in a minute.",
    default: 600,
    min: 1,
    max: 1_000_000_000,
    code: "QUOTA_EXCEEDED",
  },
  operationIdShare: {
    meaning:
      "The share of a row's memory of operation ids that one caller may use, in percent, so that others have the rest.",
    default: 25,
    min: 1,
    max: 100,
    code: "TOO_MANY_OPERATIONS",
  },
} as const satisfies Readonly<Record<string, AdjustableLimit>>;

/** The name of a limit that can be changed. */
export type LimitName = keyof typeof adjustableLimits;

/** The values of the limits that can be changed. */
export type Limits = Readonly<Record<LimitName, number>>;

/** Returns all limits: those that are given, else their defaults. @throws RangeError, TypeError */
export function limitsOf(given: Partial<Limits> = {}): Limits {
  for (const name of Object.keys(given)) requireLimit(name, given[name as LimitName]);
  const names = Object.keys(adjustableLimits) as LimitName[];
  const values = names.map((name) => [name, given[name] ?? adjustableLimits[name].default]);
  return Object.freeze(Object.fromEntries(values) as Record<LimitName, number>);
}

function requireLimit(name: string, value: unknown): void {
  if (!Object.hasOwn(adjustableLimits, name)) {
    const known = Object.keys(adjustableLimits).join(", ");
    throw new TypeError(`limits has "${name}", but it can only have ${known}.`);
  }
  if (value === undefined) return;
  const { min, max } = adjustableLimits[name as LimitName];
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return;
  const shown = typeof value === "number" ? value : typeof value;
  throw new RangeError(
    `limits.${name} must be a whole number from ${min} to ${max}, but is ${shown}.`,
  );
}
