import { createRequire } from "node:module";
import { errors } from "cassandra-driver";

/** What a node says beside the code of a failure. */
interface Said {
  readonly message: string;
  readonly warnings: readonly string[];
}

const saidBy = new WeakMap<object, Said>();

/** How many tombstones a node says it has read, in the warnings of a result; 0: it says nothing of any. */
export function tombstonesIn(warnings: readonly string[] = []): number {
  // "Read 2 live rows and 58161 tombstone cells for query …"; where read thresholds are on, "1 nodes scanned up to 58161
  // tombstones and issued tombstone warnings for query …" (ReadCommand.java, WarningsSnapshot.java).
  const counts = warnings.map((warning) => /(\d+) tombstone/.exec(warning)?.[1] ?? 0);
  return Math.max(0, ...counts.map(Number));
}

/** How many dead rows for each live one are in the way of reads: fewer, a sweep leaves hardly fewer tombstones behind. */
const MOSTLY = 10;

/** Whether a read has gone through so many tombstones, for so many rows, that it is worth while to sweep them. */
export function isMostlyDead(rows: number, warnings: readonly string[] | undefined): boolean {
  return warnings !== undefined && tombstonesIn(warnings) > MOSTLY * (rows + 1);
}

/**
 * Whether a statement failed because there are too many tombstones in what it reads. Then it has certainly changed
 * nothing.
 */
export function failedOfTombstones(error: unknown, writes: boolean): boolean {
  const said = error instanceof errors.ResponseError ? saidBy.get(error) : undefined;
  if (!said) return false;
  // A lightweight transaction reads before it proposes anything.
  if (said.message.includes("READ_TOO_MANY_TOMBSTONES")) return true;
  // Under Paxos, Cassandra 5.0 calls the same failure UNKNOWN, or waits until the time is over. A write may also have read
  // many tombstones, and failed of something else.
  return !writes && tombstonesIn(said.warnings) > 0;
}

/** The driver's reader of one frame, of which its types know nothing (4.10.0, readers.js). */
interface FrameReader {
  offset: number;
  warnings?: readonly string[];
  readString(): string;
  readError: (this: FrameReader) => object;
  readFlagsInfo: (this: FrameReader) => { readonly warnings?: readonly string[] };
}

/**
 * Keeps what a node says of a failure. The driver reads it and forgets it: in the place of the message it puts one of its
 * own, and the warnings it gives with results only.
 */
function keepWhatNodesSay(): void {
  const { prototype } = (
    createRequire(import.meta.url)("cassandra-driver/lib/readers.js") as {
      FrameReader: { prototype: FrameReader };
    }
  ).FrameReader;
  const { readFlagsInfo, readError } = prototype;
  prototype.readFlagsInfo = function () {
    const flags = readFlagsInfo.call(this);
    if (flags.warnings) this.warnings = flags.warnings;
    return flags;
  };
  prototype.readError = function () {
    const { offset } = this;
    const error = readError.call(this);
    const end = this.offset;
    // Behind the code, which is an int.
    this.offset = offset + 4;
    saidBy.set(error, { message: this.readString(), warnings: this.warnings ?? [] });
    this.offset = end;
    return error;
  };
}

keepWhatNodesSay();
