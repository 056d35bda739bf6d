/** The options with which Cassandra stores a table. Undefined means the default of Cassandra. */
export interface StorageOptions {
  readonly compaction: Compaction | undefined;
  /** In seconds. */
  readonly defaultTtl: number | undefined;
  /** In seconds. */
  readonly gcGrace: number | undefined;
  readonly comment: string | undefined;
  readonly readRepair: ReadRepair | undefined;
}

/**
 * How the files of a table are merged: a strategy, or a strategy with its options, under their names in CQL.
 *
 * @example { class: "timeWindow", compaction_window_unit: "DAYS", compaction_window_size: 1 }
 */
export type Compaction =
  | CompactionClass
  | { readonly class: CompactionClass; readonly [option: string]: string | number };

/**
 * A compaction strategy. With `leveled`, a read finds a row in few files however often the row has changed. With
 * `sizeTiered`, the default of Cassandra, files accumulate before they are merged, and a read looks into each file that
 * has the row. `timeWindow` is for rows that are written once, in the order of time, and expire. `unified` can behave as
 * any of them (Cassandra 5).
 */
export type CompactionClass = "leveled" | "sizeTiered" | "timeWindow" | "unified";

/**
 * What a read does that finds different values on the replicas. `blocking` corrects them before it returns, so that no
 * later read returns older values. `none` only returns the newest values.
 */
export type ReadRepair = "blocking" | "none";

/** The longest TTL of Cassandra, in seconds: 20 years of 365 days (ExpirationDateOverflowHandling.java). */
export const MAX_TTL = 20 * 365 * 86_400;

/** The options of a table that sets none. */
export const DEFAULT_STORAGE: StorageOptions = Object.freeze({
  compaction: undefined,
  defaultTtl: undefined,
  gcGrace: undefined,
  comment: undefined,
  readRepair: undefined,
});

/** An option that a table sets, under its name in CQL. */
export interface StorageProperty {
  readonly name: string;
  readonly value: string | number | Readonly<Record<string, string | number>>;
}

/** Returns the options that a table sets. */
export function storageProperties(options: StorageOptions): readonly StorageProperty[] {
  const { comment, compaction, defaultTtl, gcGrace, readRepair } = options;
  const values = {
    comment,
    compaction: compaction === undefined ? undefined : compactionProperty(compaction),
    default_time_to_live: defaultTtl,
    gc_grace_seconds: gcGrace,
    read_repair: readRepair?.toUpperCase(),
  };
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value }],
  );
}

function compactionProperty(compaction: Compaction): Readonly<Record<string, string | number>> {
  const { class: name, ...options } =
    typeof compaction === "string" ? { class: compaction } : compaction;
  return { class: compactionStrategies[name], ...options };
}

/** The strategies by which a table can be compacted, with their names in CQL. */
export const compactionStrategies: Readonly<Record<CompactionClass, string>> = {
  leveled: "LeveledCompactionStrategy",
  sizeTiered: "SizeTieredCompactionStrategy",
  timeWindow: "TimeWindowCompactionStrategy",
  unified: "UnifiedCompactionStrategy",
};

/**
 * Returns whether the database has an option as a table sets it. Of a map, only the entries that the table sets are
 * compared; the database has the full names of classes.
 */
export function hasProperty({ value }: StorageProperty, found: unknown): boolean {
  if (typeof value !== "object") return String(found) === String(value);
  const entries = found as Readonly<Record<string, string>>;
  return Object.entries(value).every(([key, each]) => {
    const other = entries[key];
    return (key === "class" ? other?.split(".").at(-1) : other) === String(each);
  });
}
