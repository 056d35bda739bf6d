import { chunks } from "../chunks.ts";
import { MAX_ROWS_A_QUERY, type RawRow, type Table } from "../cassandra/index.ts";
import type { Source } from "./broadcast.ts";
import { createHub, type Version } from "./hub.ts";
import type { Query } from "./poll.ts";
import { partitionTopic } from "./topic.ts";

/** How watched rows are read. */
export interface Reader<Key, Value> {
  /** The present version of a row; undefined if there is none. */
  read(key: Key): Promise<Version<Value> | undefined>;
  /** The present ballots of rows of one partition, in their order, by one query; undefined where there is no row. */
  ballots(keys: readonly Key[]): Promise<readonly (bigint | undefined)[]>;
}

/** A row that somebody watches. */
export interface Watched {
  readonly table: Table;
  readonly topic: string;
  readonly key: RawRow;
  readonly partition: string;
  readonly reader: Reader<RawRow, unknown>;
  /** When it was last hinted at, in milliseconds since the process began. */
  readonly hintedAt: number;
  /** The row may have changed. */
  hint(): void;
  /** This is its ballot now. */
  found(ballot: bigint | undefined): void;
  join(since?: bigint): Promise<Source<Version<unknown>> | void>;
  close(): Promise<void>;
}

/** Makes the hub of a row. */
export function createWatched(
  table: Table,
  topic: string,
  key: RawRow,
  reader: Reader<RawRow, unknown>,
  onEmpty: () => void,
): Watched {
  const hub = createHub(() => reader.read(key), onEmpty);
  const partition = partitionTopic(table, key);
  let hintedAt = -Infinity;
  return {
    table,
    topic,
    key,
    partition,
    reader,
    get hintedAt() {
      return hintedAt;
    },
    hint() {
      hintedAt = performance.now();
      hub.hint();
    },
    found: (ballot) => hub.found(ballot),
    join: (since) => hub.join(since),
    close: () => hub.close(),
  };
}

/**
 * The queries by which changes are found that no hint told of: rows of one partition together.
 *
 * @param isWatched whether somebody still watches
 * @param rest for how long a row that was hinted at, and so was read, is left alone, in milliseconds
 */
export function watchedQueries(
  rows: readonly Watched[],
  isWatched: (row: Watched) => boolean,
  rest: number,
): readonly Query[] {
  const isDue = (row: Watched) => isWatched(row) && performance.now() - row.hintedAt >= rest;
  return [...Map.groupBy(rows, ({ partition }) => partition).values()]
    .flatMap((some) => chunks(some, MAX_ROWS_A_QUERY))
    .map((some) => ({
      cost: () => (some.some(isDue) ? 1 : 0),
      run: () => compare(some.filter(isDue)),
    }));
}

/** Lets the hubs know which ballots there are. What is news to one it reads for itself, as after a hint. */
async function compare(rows: readonly Watched[]): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const ballots = await first.reader.ballots(rows.map(({ key }) => key));
  rows.forEach((row, at) => row.found(ballots[at]));
}
