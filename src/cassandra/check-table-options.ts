import { badTable, hasCounters } from "./table-columns.ts";
import { compactionStrategies, MAX_TTL } from "./table-options.ts";
import type { Table } from "./table.ts";

/** @throws CassandraError `BAD_TABLE` if an option of a table is out of range or contradicts another */
export function checkTableOptions(table: Table): void {
  const { lwt, defaultTtl, gcGrace, compaction, readRepair, consistency, sweepAfter } = table;
  const strategy = typeof compaction === "object" ? compaction.class : compaction;
  checkChoice(table, "compaction", { value: strategy, choices: Object.keys(compactionStrategies) });
  checkChoice(table, "readRepair", { value: readRepair, choices: ["blocking", "none"] });
  checkWholeSeconds(table, "defaultTtl", { value: defaultTtl, max: MAX_TTL });
  checkWholeSeconds(table, "gcGrace", { value: gcGrace, max: 2 ** 31 - 1 });
  if (lwt && defaultTtl !== undefined) {
    throw badTable(table, "defaultTtl would expire the rows of lightweight transactions");
  }
  if (defaultTtl !== undefined && hasCounters(table)) {
    throw badTable(table, "defaultTtl is impossible: counters do not expire");
  }
  if (lwt && consistency !== undefined) {
    throw badTable(
      table,
      `its consistency is ${consistency}, but lightweight transactions need that of the session`,
    );
  }
  // A sweep reads a quorum, which may not have a row that only one replica has acknowledged, and would delete it.
  if (consistency === "LOCAL_ONE" && sweepAfter !== undefined) {
    throw badTable(table, "sweepAfter needs writes to a quorum, but its consistency is LOCAL_ONE");
  }
}

function checkChoice(
  table: Table,
  option: "compaction" | "readRepair",
  { value, choices }: { readonly value: string | undefined; readonly choices: readonly string[] },
): void {
  if (value === undefined || choices.includes(value)) return;
  throw badTable(table, `${option} must be one of ${choices.join(", ")}, but is ${value}`);
}

function checkWholeSeconds(
  table: Table,
  option: "defaultTtl" | "gcGrace",
  { value, max }: { readonly value: number | undefined; readonly max: number },
): void {
  if (value === undefined || (Number.isInteger(value) && value >= 0 && value <= max)) return;
  throw badTable(
    table,
    `${option} must be a whole number of seconds from 0 to ${max}, but is ${value}`,
  );
}
