import { createRequire } from "node:module";
import { errors } from "cassandra-driver";

/** What a node reports about a failure besides its code. */
interface NodeReport {
  readonly message: string;
  readonly warnings: readonly string[];
}

const nodeReports = new WeakMap<object, NodeReport>();

/** Returns how many tombstones a node has read according to the warnings of a result; 0 if they do not mention any. */
export function tombstonesIn(warnings: readonly string[] = []): number {
  // "Read 2 live rows and 58161 tombstone cells for query …"; where read thresholds are on, "1 nodes scanned up to
  // 58161 tombstones and issued tombstone warnings for query …" (ReadCommand.java, WarningsSnapshot.java).
  const counts = warnings.map((warning) => /(\d+) tombstone/.exec(warning)?.[1] ?? 0);
  return Math.max(0, ...counts.map(Number));
}

/** How many dead rows per live row make a sweep worthwhile: with fewer, the sweep itself leaves as many tombstones. */
const DEAD_ROWS_PER_LIVE_ROW = 10;

/** Whether a read has gone through so many tombstones per row that a sweep is worthwhile. */
export function isMostlyDead(rows: number, warnings: readonly string[] | undefined): boolean {
  return warnings !== undefined && tombstonesIn(warnings) > DEAD_ROWS_PER_LIVE_ROW * (rows + 1);
}

/**
 * Whether a statement failed because it had to read too many tombstones. Such a statement has certainly changed
 * nothing.
 */
export function failedOnTombstones(error: unknown, writes: boolean): boolean {
  const report = error instanceof errors.ResponseError ? nodeReports.get(error) : undefined;
  if (!report) return false;
  // A lightweight transaction reads before it proposes anything.
  if (report.message.includes("READ_TOO_MANY_TOMBSTONES")) return true;
  // Under Paxos, Cassandra 5.0 reports the same failure as UNKNOWN or times out. But a write may also have read many
  // tombstones and failed for another reason.
  return !writes && tombstonesIn(report.warnings) > 0;
}

/** The driver's reader of one frame (4.10.0, readers.js), which its type declarations do not have. */
interface FrameReader {
  offset: number;
  warnings?: readonly string[];
  readString(): string;
  readError: (this: FrameReader) => object;
  readFlagsInfo: (this: FrameReader) => { readonly warnings?: readonly string[] };
}

/**
 * Keeps what nodes report about failures. The driver replaces the message by its own, and returns warnings only with
 * results.
 */
function keepNodeReports(): void {
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
    // The message follows the code, which is an int.
    this.offset = offset + 4;
    nodeReports.set(error, { message: this.readString(), warnings: this.warnings ?? [] });
    this.offset = end;
    return error;
  };
}

keepNodeReports();
