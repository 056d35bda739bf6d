import {
  boundedColumns,
  clusteringNames,
  type PackedPage,
  pageSelect,
  type RawRow,
  selectEach,
  type Session,
  type Statement,
} from "../../cassandra/index.ts";
import type { Untyped } from "../../support/untyped.ts";
import type { PageToRead } from "../connection.ts";
import type { CheckCell } from "./cells.ts";
import { type MergedNodes } from "./collect.ts";
import type { JsonWriter } from "./json-writer.ts";
import { type OutputField, objectTypeOf } from "./object.ts";
import { once } from "./once.ts";
import { PackedRow, RowSlots } from "./packed-row.ts";
import { type PageObject, pageObject, type ReadPage } from "./page-object.ts";
import { type PlannedRead, PlannedValue } from "./planned-read.ts";
import { readPacked } from "./read-packed.ts";
import { checksOf, type RowsContext } from "./row-object.ts";
import { createWriteCursors } from "./write-cursor.ts";

/** Returns how a field of `t.partition` reads and writes a page. */
export function planPageField(
  field: OutputField,
  nodes: MergedNodes,
  context: Omit<RowsContext, "slots">,
): PlannedRead["page"] {
  const { table } = context.read;
  const row = new PackedRow();
  const slots = new RowSlots();
  const object = pageObject(objectTypeOf(field), nodes, { context: { ...context, slots }, row });

  /** Chooses the columns to read when somebody may read them: their sets are bounded. */
  const arrange = once(() => {
    const shown = slots.columns;
    const bounded = boundedColumns(table, shown);
    const { columns, statement } = pageSelect(table, bounded);
    row.arrange(columns.map((name) => slots.of(name)));
    const checks = checksOf({ table, columns, slots, shown });
    const written: WrittenPage = { ...object, row, checks };
    return { bounded, statement, written, writeCursors: createWriteCursors(table, slots) };
  });

  function statementFor({ page, part, order }: PageToRead): Statement<unknown> {
    const { first, after, scope } = page;
    const { bounded, statement } = arrange();
    const partition = scope.partition as RawRow;
    const limit = first + 1;
    const isWhole = Object.values(part).every((value) => value === undefined);
    if (isWhole && order === "stored") return statement({ partition, after, limit });
    const options = { columns: bounded, limit, after, order };
    return (selectEach as Untyped)(table, { ...partition, ...part }, options) as Statement<unknown>;
  }

  const firstKey = clusteringNames(table)[0]!;
  return async (session: Session, read: PageToRead) => {
    const rows = await readPacked(session, statementFor(read));
    const { first, after, scope } = read.page;
    const { written, writeCursors } = arrange();
    const found = countRows(rows, { row, key: slots.of(firstKey) });
    return new PageToWrite(written, {
      rows,
      count: Math.min(found, first),
      more: found > first,
      isAfter: after !== undefined,
      writeCursor: writeCursors(scope),
    });
  };
}

/** How a page is checked and written. */
interface WrittenPage extends PageObject {
  readonly row: PackedRow;
  readonly checks: readonly CheckCell[];
}

/** The page of a planned field. */
class PageToWrite extends PlannedValue {
  readonly #written: WrittenPage;
  readonly #page: ReadPage;

  constructor(written: WrittenPage, page: ReadPage) {
    super();
    this.#written = written;
    this.#page = page;
  }

  override write(out: JsonWriter): void {
    const page = this.#page;
    const { parts, checks } = this.#written;
    if (checks.length > 0) this.#check();
    if (page.more) this.#checkExtra(out);
    for (const write of parts) write(out, page);
  }

  /** Checks what is read of the rows without being shown. */
  #check(): void {
    const { row, checks } = this.#written;
    const { rows, count, more } = this.#page;
    row.open(rows);
    for (let at = more ? -1 : 0; at < count && row.next(); at++) {
      for (const check of checks) check(row);
    }
  }

  /** Checks the row after the page: one that cannot be shown is not after it. */
  #checkExtra(out: JsonWriter): void {
    const { row, lists } = this.#written;
    const { rows, count, writeCursor } = this.#page;
    row.open(rows);
    for (let at = 0; at <= count; at++) row.next();
    out.attempt(() => {
      for (const parts of lists) for (const write of parts) write(out, row, writeCursor);
    });
  }
}

/** Counts rows. Of a partition that has only static columns, Cassandra returns one row without a clustering key. */
function countRows(
  pages: readonly PackedPage[],
  { row, key }: { readonly row: PackedRow; readonly key: number },
): number {
  let count = 0;
  for (const { length } of pages) count += length;
  if (count !== 1) return count;
  row.open(pages);
  row.next();
  return row.isNull(key) ? 0 : 1;
}
