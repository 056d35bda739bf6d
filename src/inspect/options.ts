import type { LiveTableOptions } from "../cassandra/drift-options.ts";
import { valueCql } from "../cassandra/ddl.ts";
import { type CompactionClass, compactionStrategies } from "../cassandra/table-options.ts";
import type { OptionValue } from "./description.ts";

/** The options of a live table: those that a definition can have, and the rest in CQL, without those that have their default. */
export interface DescribedOptions {
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly missing: readonly string[];
}

/** The defaults of options that no definition has (Cassandra 5.0, TableParams.java). */
const defaults: Readonly<Record<string, unknown>> = {
  additional_write_policy: "99p",
  bloom_filter_fp_chance: 0.01,
  caching: { keys: "ALL", rows_per_partition: "NONE" },
  cdc: false,
  compression: {
    chunk_length_in_kb: "16",
    class: "org.apache.cassandra.io.compress.LZ4Compressor",
  },
  crc_check_chance: 1,
  extensions: {},
  max_index_interval: 2048,
  memtable_flush_period_in_ms: 0,
  min_index_interval: 128,
  speculative_retry: "99p",
  transactional_mode: "off",
  // Of Cassandra before 4.0.
  dclocal_read_repair_chance: 0,
  read_repair_chance: 0,
};

/** Columns of `system_schema.tables` and `views` that are no options, and options that are described here. */
const otherColumns = new Set(
  `keyspace_name table_name view_name id flags base_table_id base_table_name include_all_columns where_clause comment
  compaction default_time_to_live gc_grace_seconds read_repair`.split(/\s+/),
);

/** Describes the options of a live table or view. */
export function describeOptions(live: LiveTableOptions): DescribedOptions {
  const { comment, default_time_to_live: ttl, gc_grace_seconds: grace, read_repair: repair } = live;
  const compaction = describeCompaction(live["compaction"]);
  const options = {
    ...(compaction.option !== undefined && { compaction: compaction.option }),
    ...(Number(ttl ?? 0) !== 0 && { defaultTtl: Number(ttl) }),
    ...(Number(grace ?? DEFAULT_GRACE) !== DEFAULT_GRACE && { gcGrace: Number(grace) }),
    ...(typeof comment === "string" && comment !== "" && { comment }),
    ...(repair === "NONE" && { readRepair: "none" }),
  };
  const names = Object.keys(live).filter((name) => !otherColumns.has(name));
  const differing = names.toSorted().filter((name) => !isDefault(name, live));
  return {
    options,
    missing: [...compaction.missing, ...differing.map((name) => optionText(name, live))],
  };
}

/** In seconds. */
const DEFAULT_GRACE = 864_000;

function isDefault(name: string, live: LiveTableOptions): boolean {
  const value = live[name];
  if (value === null || value === undefined) return true;
  // Its default depends on the compaction.
  if (name === "bloom_filter_fp_chance" && Number(value) === 0.1) return isLeveled(live);
  return sortedText(value) === sortedText(defaults[name]);
}

function isLeveled(live: LiveTableOptions): boolean {
  return String((live["compaction"] as Record<string, unknown> | null)?.["class"]).endsWith(
    "LeveledCompactionStrategy",
  );
}

/** Returns a value as a text that is equal for equal values. */
function sortedText(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value).toLowerCase();
  return JSON.stringify(
    sortedEntries(value as Readonly<Record<string, unknown>>).map(([key, each]) => [
      key,
      String(each),
    ]),
  );
}

function sortedEntries<Value>(object: Readonly<Record<string, Value>>) {
  return Object.entries(object).toSorted(([one], [other]) => (one < other ? -1 : 1));
}

function optionText(name: string, live: LiveTableOptions): string {
  const value = live[name];
  if (typeof value === "boolean") return `${name} = ${value}`;
  const isPlain = ["string", "number"].includes(typeof value) || isTexts(value);
  return isPlain ? `${name} = ${valueCql(value as OptionValue)}` : name;
}

function isTexts(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((each) => typeof each === "string")
  );
}

/** The options of size-tiered compaction that every table has. */
const sizeTieredDefaults: Readonly<Record<string, string>> = {
  max_threshold: "32",
  min_threshold: "4",
};

function describeCompaction(live: unknown): {
  readonly option?: OptionValue;
  readonly missing: readonly string[];
} {
  if (typeof live !== "object" || live === null) return { missing: [] };
  const { class: full = "", ...given } = live as Readonly<Record<string, string>>;
  const strategy = full.split(".").at(-1);
  const name = Object.entries(compactionStrategies).find(([, each]) => each === strategy)?.[0];
  if (name === undefined) {
    return { missing: [`compaction = ${valueCql(live as OptionValue)}`] };
  }
  const isSizeTiered = (name as CompactionClass) === "sizeTiered";
  const options = sortedEntries(given).filter(
    ([key, value]) => !(isSizeTiered && sizeTieredDefaults[key] === value),
  );
  if (options.length > 0) {
    const values = options.map(([key, value]) => [key, optionNumber(value)]);
    return { option: { class: name, ...Object.fromEntries(values) }, missing: [] };
  }
  return isSizeTiered ? { missing: [] } : { option: name, missing: [] };
}

function optionNumber(text: string): string | number {
  return /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
}
