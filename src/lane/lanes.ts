import { randomUUID } from "node:crypto";
import {
  badStatement,
  checked,
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
import { type AnyChange, ownOf } from "./draft.ts";
import { identified } from "./journal.ts";
import { createLane, type Lane } from "./lane.ts";
import { laneLimits } from "./limits.ts";
import { type Created, ownRow, type Removed, type Request } from "./request.ts";
import { isWithEntries } from "./with-entries.ts";

/**
 * The lanes of a process: one per partition, while somebody waits in it. Lightweight transactions on one partition run one
 * after the other anyway; so all that waits for one goes together, as one of them. For tables with `lanes`.
 *
 * Each answer says what happened, and each of these fails with a LaneError (`CONTENTION`) or CassandraError (`UNAVAILABLE`
 * and others) where nothing was changed, and with CassandraError `OUTCOME_UNKNOWN` where nobody can say.
 */
export interface Lanes {
  /**
   * Creates a row, if there is none of its key. Rows of a table with orders are created by `ordered.create`.
   *
   * @throws InvalidValue for the first value that does not fit its column
   */
  create<T extends Laned>(
    table: T,
    values: InsertAlone<T> & NoOrders<T, "it has orders: ordered.create(…) creates its rows">,
  ): Promise<Created<T>>;
  /** Removes a row, and what it remembers. */
  remove<T extends Laned>(table: T, key: PrimaryKey<T>): Promise<Removed>;
  /**
   * Changes a row, and static columns of its partition.
   *
   * @param options.once makes a repeated change harmless
   * @throws LaneError `TOO_MANY_OPERATIONS`, `OTHER_CHANGE`, and what the change throws; CassandraError
   * `UNREADABLE_VALUE` for a value by which the change is judged
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
  /** How many there are. */
  readonly size: number;
  /** Gives up what nobody knows the outcome of. */
  close(): void;
}

/** A table with lanes. */
export type Laned = Table & { readonly lwt: true; readonly lanes: TableLanes };

/** How a change is done. */
export interface ChangeOptions<T extends Laned, Answer> {
  /** For tables that remember. Default: it is applied again if it is sent again. */
  readonly once?: OnceOf<T, Exclude<Answer, Refused<unknown>>> | undefined;
}

type OnceOf<T extends Laned, Answer> = T["lanes"] extends { readonly remembers: number }
  ? Once<Answer>
  : Impossible<"the table remembers no changes: give it lanes: { remembers: … }">;

/** What a change function must not be. */
type NotAsync<Answer> =
  Answer extends PromiseLike<unknown>
    ? "a change is run again and again, and cannot be async"
    : unknown;

export interface LanesOptions {
  /** How long a process' last round is kept in its partition, in seconds. Default: an hour. */
  readonly ttl?: number;
  /** Told of each row that was changed, or may have been, and how. May not throw. Default: nobody is told. */
  readonly onChange?: <T extends Table>(
    table: T,
    key: PrimaryKey<T>,
    change: RowChange<ColumnName<T>>,
  ) => void;
}

/** Makes the lanes of a process. */
export function createLanes(
  session: Session,
  { ttl = laneLimits.ttl, onChange = () => {} }: LanesOptions = {},
): Lanes {
  const process = randomUUID();
  const lanes = new Map<string, Lane<Table>>();
  const lastRounds = createRecent<string>(laneLimits.partitions);
  const closing = new AbortController();
  /** By name: two definitions of one table would settle each other's rounds. */
  const tables = new Map<string, Table>();

  /** @throws CassandraError `BAD_STATEMENT` */
  function requireLanes(table: Table): void {
    if (!laneColumns(table)) throw badStatement(table, "has no lanes: give it lanes: true");
    const known = tables.get(table.name) ?? table;
    if (known !== table)
      throw badStatement(table, "has lanes by another definition in this process");
    tables.set(table.name, table);
  }

  function open<T extends Table>(table: T, partition: PartitionKey<T>, text: string): Lane<T> {
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
  async function ask<T extends Table>(table: T, key: RawRow, request: Request<T>) {
    requireLanes(table);
    // Whoever asks may go on to change its key in place.
    const own = ownKey(table, key);
    const partition = partitionKeyOf(table, own);
    const row = clusteringKeyOf(table, own);
    const text = `${table.name}${keyText(table, table.partition, partition as RawRow)}`;
    // A lane of this very table, which the map cannot say.
    const lane = (lanes.get(text) as Lane<T> | undefined) ?? open(table, partition, text);
    lanes.set(text, lane as never);
    return lane.ask(row, request);
  }

  return {
    async create<T extends Laned>(table: T, values: InsertAlone<T>) {
      if (table.orders !== undefined && !isWithEntries(values))
        throw badStatement(table, "has orders, so that ordered.create(…) creates its rows");
      const row = ownRow(table, newRowAlone(table, values));
      return (await ask(table, row as RawRow, { kind: "create", row })) as Created<T>;
    },
    async remove(table, key) {
      return (await ask(table, key, { kind: "remove" })) as Removed;
    },
    async change<T extends Laned, Answer>(
      table: T,
      key: PrimaryKey<T>,
      change: Change<T, Answer>,
      { once }: ChangeOptions<T, Answer> = {},
    ) {
      // The compiler has seen that it is a change of this table.
      const judge = change as unknown as AnyChange;
      const request = {
        kind: "change",
        change: judge,
        once: once && identified(table, once as Once<unknown>),
      } as const;
      return (await ask<T>(table, key, request)) as ChangedBy<Answer>;
    },
    get size() {
      return lanes.size;
    },
    close() {
      closing.abort(new Error("The service stops."));
    },
  };
}

/** A row's key, which nobody else can change in place. @throws InvalidValue for what its column cannot have */
function ownKey(table: Table, key: RawRow): RawRow {
  const entries = keyNames(table).map((name) => {
    const { type } = columnOf(table, name);
    return [name, ownOf(type, checked(table, name, key[name]))];
  });
  return Object.fromEntries(entries);
}
