import type {
  ClusteringKey,
  DataName,
  HiddenName,
  Lwt,
  PartitionKey,
  Write,
  StoredRow,
  Table,
} from "../cassandra/index.ts";

/** What is known of a row, some columns of it perhaps; null: that there is none; undefined: nothing. */
export type Seen<T extends Table> = StoredRow<T> | null | undefined;

/** What the lanes of a table do with what they are asked for. It is pure: a lane asks it again and again. */
export interface Rule<T extends Table, Request, Answer> {
  readonly table: T;
  /** The static map in which each process keeps its last round: `map<uuid, uuid>`. */
  readonly rounds: HiddenName<T>;
  /** The row that a request is about. */
  rowOf(request: Request): ClusteringKey<T>;
  /** What has to be known of a row to work out these requests. */
  columnsOf(requests: readonly Request[]): readonly (DataName<T> | HiddenName<T>)[];
  /** Works out what the requests about one row come to, in the order in which they came. */
  workOut(
    partition: PartitionKey<T>,
    seen: Seen<T>,
    requests: readonly Request[],
  ): RowPlan<T, Answer>;
}

/** What is to become of a row in a round. */
export interface RowPlan<T extends Table, Answer> {
  /**
   * Makes the row so, if it is as it was seen or guessed. Absent: nothing changes, and the answers hold if the row is
   * as it was seen.
   */
  readonly write?: Write<T, Lwt<unknown>>;
  /** Whether it makes the row where there is none. Default: false. */
  readonly creates?: boolean;
  /** The row behind it. */
  readonly after: Seen<T>;
  /**
   * What the first of the requests are told, an error as an error; the others wait for the next round. None at all:
   * too little is known of the row.
   */
  readonly answers: readonly (Answer | Error)[];
}
