import { randomUUID } from "node:crypto";
import {
  badStatement,
  columnLookup,
  type ClusteringKey,
  clusteringKeyOf,
  type ColumnName,
  columnOf,
  type Impossible,
  keyNames,
  type InsertAlone,
  keyText,
  laneColumns,
  newRowAlone,
  type NoOrders,
  type PartitionKey,
  partitionKeyOf,
  type PrimaryKey,
  type RawRow,
  type Session,
  type Table,
  type TableLanes,
  type RowChange,
} from "../cassandra/index.ts";
import { createRecent } from "../support/recent.ts";
import { createCell } from "./cell.ts";
import type { Change, ChangedBy, Once, Refused } from "./change.ts";
import { type AnyChange, copyValue } from "./draft.ts";
import { identified } from "./journal.ts";
import { createLane, type Lane } from "./lane.ts";
import { laneLimits } from "./limits.ts";
import type { RemovalCheck } from "./removal.ts";
import { type Created, copyRow, type Removed, type Request } from "./request.ts";
import { isWithEntries } from "./with-entries.ts";

/**
 * The lanes of a process: one per partition, while a caller waits in it. Cassandra runs the lightweight transactions of a
 * partition one after the other anyway, so a lane sends all waiting requests as one of them. For tables with `lanes`.
 *
 * Each answer says what happened. Each method fails with a LaneError (`CONTENTION`) or CassandraError (`UNAVAILABLE` and
 * others) if nothing was changed, and with CassandraError `OUTCOME_UNKNOWN` if that is unknown.
 */
export interface Lanes {
  /**
   * Creates a row, unless one with this key exists. Rows of a table with orders are created by `ordered.create`.
   *
   * @throws InvalidValue for the first value that does not fit its column
   */
  create<T extends Laned>(
    table: T,
    values: InsertAlone<T> & NoOrders<T, "it has orders: ordered.create(…) creates its rows">,
  ): Promise<Created<T>>;
  /**
   * Removes a row and its journal.
   *
   * @throws CassandraError `UNREADABLE_VALUE` if the check reads a value that cannot be represented; whatever the check throws
   * @example
   * await lanes.remove(Account, { id }, {
   *   check: (row) => (row.get("balance") > 0n ? row.refuse("NOT_EMPTY") : undefined),
   * }); // { outcome: "refused", reason: "NOT_EMPTY" }
   */
  remove<T extends Laned, Reason = never>(
    table: T,
    key: PrimaryKey<T>,
    options?: RemoveOptions<T, Reason>,
  ): Promise<Removed<Reason>>;
  /**
   * Changes a row and static columns of its partition.
   *
   * @throws LaneError `TOO_MANY_OPERATIONS`, `OTHER_CHANGE`; CassandraError `UNREADABLE_VALUE` if the change reads a value
   * that cannot be represented; whatever the change throws
   * @example
   * await lanes.change(Account, { id }, withdraw(10n), { once: { id: operationId, args: "withdraw 10", answer: bigint() } });
   * // { outcome: "changed", answer: 32n }
   */
  change<T extends Laned, Answer>(
    table: T,
    key: PrimaryKey<T>,
    change: Change<T, Answer> & NotAsync<Answer>,
    options?: ChangeOptions<T, Answer>,
  ): Promise<ChangedBy<Answer>>;
  /** The number of lanes. */
  readonly size: number;
  /** Ends the attempts to settle rounds. Their callers fail with `OUTCOME_UNKNOWN`. */
  close(): void;
}

/** A table with lanes. */
export type Laned = Table & { readonly lwt: true; readonly lanes: TableLanes };

/** The options of `change` of {@link Lanes}. */
export interface ChangeOptions<T extends Laned, Answer> {
  /** Makes a repeated change harmless. For tables that remember changes. Default: a repeated change is applied again. */
  readonly once?: OnceOf<T, Exclude<Answer, Refused<unknown>>> | undefined;
}

/** The options of `remove` of {@link Lanes}. */
export interface RemoveOptions<T extends Laned, Reason> {
  /** Refuses the removal of a row with certain values. Default: the row is removed whatever its values are. */
  readonly check?: RemovalCheck<T, Reason> | undefined;
}

type OnceOf<T extends Laned, Answer> = T["lanes"] extends { readonly remembers: number }
  ? Once<Answer>
  : Impossible<"the table remembers no changes: give it lanes: { remembers: … }">;

/** Rejects an async change function. */
type NotAsync<Answer> =
  Answer extends PromiseLike<unknown>
    ? "a change may run any number of times, and cannot be async"
    : unknown;

/** The options of {@link createLanes}. */
export interface LanesOptions {
  /** How long a process' cell keeps its last round, in seconds. Default: an hour. */
  readonly ttl?: number;
  /** Called for each row that was changed, or may have been. Must not throw. Default: nothing is called. */
  readonly onChange?: <T extends Table>(
    table: T,
    key: PrimaryKey<T>,
    change: RowChange<ColumnName<T>>,
  ) => void;
}

/** Creates the lanes of a process. */
export function createLanes(
  session: Session,
  { ttl = laneLimits.ttl, onChange = () => {} }: LanesOptions = {},
): Lanes {
  const process = randomUUID();
  const lanes = new Map<string, Lane<Table>>();
  const lastRounds = createRecent<string>(laneLimits.partitions);
  const closing = new AbortController();
  /** Tables by name. Two definitions of one table would use the same cell, and settle each other's rounds. */
  const tables = new Map<string, Table>();

  /** @throws CassandraError `BAD_STATEMENT` */
  function requireLanes(table: Table): void {
    if (!laneColumns(table)) throw badStatement(table, "has no lanes: give it lanes: true");
    const known = tables.get(table.name) ?? table;
    if (known !== table)
      throw badStatement(table, "has lanes by another definition in this process");
    tables.set(table.name, table);
  }

  function open<T extends Table>({ table, partition, text }: LanePlace<T>): Lane<T> {
    const { signal } = closing;
    const last = {
      get: () => lastRounds.get(text),
      set: (round: string | undefined) =>
        round === undefined ? lastRounds.delete(text) : lastRounds.set(text, round),
    };
    const cell = createCell({ session, table, partition, process, ttl, last, signal });
    return createLane({
      session,
      table,
      partition,
      cell,
      onChange: (row: ClusteringKey<T>, change) =>
        onChange(
          table,
          { ...partition, ...row } as PrimaryKey<T>,
          change as RowChange<ColumnName<T>>,
        ),
      onIdle: () => lanes.delete(text),
    });
  }

  /** @throws CassandraError `BAD_STATEMENT` */
  async function submit<T extends Table>(table: T, key: RawRow, request: Request<T>) {
    requireLanes(table);
    // The caller may change its key in place while the request waits.
    const own = copyKey(table, key);
    const partition = partitionKeyOf(table, own);
    const row = clusteringKeyOf(table, own);
    const text = `${table.name}${keyText(table, partition as RawRow, { columns: table.partition })}`;
    // The text names the table, so the lane is one of this table.
    const lane = (lanes.get(text) as Lane<T> | undefined) ?? open({ table, partition, text });
    lanes.set(text, lane as never);
    return lane.submit(row, request);
  }

  return {
    async create<T extends Laned>(table: T, values: InsertAlone<T>) {
      if (table.orders !== undefined && !isWithEntries(values))
        throw badStatement(table, "has orders, so that ordered.create(…) creates its rows");
      const row = copyRow(table, newRowAlone(table, values));
      return (await submit(table, row as RawRow, { kind: "create", row })) as Created<T>;
    },
    async remove<T extends Laned, Reason>(
      table: T,
      key: PrimaryKey<T>,
      { check }: RemoveOptions<T, Reason> = {},
    ) {
      // The compiler has checked that it is a check of this table.
      const request = { kind: "remove", check: check as RemovalCheck<Table, unknown> | undefined };
      return (await submit<T>(table, key, request as Request<T>)) as Removed<Reason>;
    },
    async change<T extends Laned, Answer>(
      table: T,
      key: PrimaryKey<T>,
      change: Change<T, Answer>,
      { once }: ChangeOptions<T, Answer> = {},
    ) {
      const request = {
        kind: "change",
        // The compiler has checked that it is a change of this table.
        change: change as unknown as AnyChange,
        once: once && identified(table, once as Once<unknown>),
      } as const;
      return (await submit<T>(table, key, request)) as ChangedBy<Answer>;
    },
    get size() {
      return lanes.size;
    },
    close() {
      closing.abort(new Error("The service stops."));
    },
  };
}

interface LanePlace<T extends Table> {
  readonly table: T;
  readonly partition: PartitionKey<T>;
  /** Identifies the lane in its process. */
  readonly text: string;
}

/** Copies a row's key. @throws InvalidValue for a value that does not fit its column */
function copyKey(table: Table, key: RawRow): RawRow {
  const entries = keyNames(table).map((name) => {
    const { type } = columnOf(table, name);
    return [name, copyValue(type, columnLookup(table, name)(key[name]))];
  });
  return Object.fromEntries(entries);
}
