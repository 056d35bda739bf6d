import type { ColumnType, DataName, NoneOf, OrderedName, Row, Table } from "../cassandra/index.ts";

/**
 * A change of a row that exists: it decides by `get`, changes by `set`, and returns its answer, or what `refuse` returns.
 * What it throws fails its caller alone, and changes nothing. It is pure, and called any number of times: a lane runs it
 * again whenever it has learned more of the row.
 *
 * @example
 * const withdraw = (amount: number) => (row: Draft<typeof Account>) => {
 *   const balance = row.get("balance") - amount;
 *   if (balance < 0) return row.refuse("TOO_LITTLE");
 *   row.set({ balance });
 *   return balance;
 * };
 */
export type Change<T extends Table, Answer> = (row: Draft<T>) => Answer;

/** A row, and the static columns of its partition, as the changes before this one in the same round left them. */
export interface Draft<T extends Table> {
  /**
   * Returns the value of a column as a row of the model has it. The round then holds only if the column is still what it
   * was when it was seen. If nothing is known of it, the change is given up here, and run again when it is.
   *
   * @throws UnreadableRow if it has no value that a row can have
   */
  get<Name extends DataName<T>>(name: Name): Row<T>[Name & keyof Row<T>];
  /**
   * Assumes the value of a column of which nothing is known, so that the row need not be read first: the round then
   * holds only if it has this value. Where something is known, it does nothing.
   */
  assume<Name extends DataName<T>>(name: Name, value: Row<T>[Name & keyof Row<T>]): void;
  /**
   * Gives columns other values. Those that are undefined stay as they are. Columns that an order of the table sorts by are
   * changed together with its entries, which `ordered.update` does.
   */
  set(
    values: {
      readonly [Name in Exclude<DataName<T>, OrderedName<T>>]?:
        | Row<T>[Name & keyof Row<T>]
        | undefined;
    } & NoneOf<OrderedName<T>, "an order sorts by it: ordered.update(…) changes it">,
  ): void;
  /** Undoes what this change has set, and makes the answer by which its caller is told why. */
  refuse<const Reason>(reason: Reason): Refused<Reason>;
}

/** The answer of a change that is refused. It is never remembered: the change is judged anew when it is sent again. */
export class Refused<Reason> {
  /** Why: a name, or whatever the caller is to be told. */
  readonly reason: Reason;

  constructor(reason: Reason) {
    this.reason = reason;
  }
}

/**
 * By what a change is recognised that is sent again, as after a lost answer: it is not applied again, and gets the same
 * answer. For tables that remember: see `lanes` of {@link table}.
 */
export interface Once<Answer> {
  /** A UUID of the caller's making, a new one for each change that it means. */
  readonly id: string;
  /** A text of all that was asked for: the same id with another one is refused as `OTHER_CHANGE`. */
  readonly args: string;
  /** The type of the answer, by which it is remembered, e.g. `int()`. At most 255 bytes. */
  readonly answer: { readonly type: ColumnType<Answer> };
}

/** What became of a change. */
export type Changed<Answer, Reason = never> =
  | { readonly outcome: "changed"; readonly answer: Answer }
  | { readonly outcome: "refused"; readonly reason: Reason }
  /** There is no such row. */
  | { readonly outcome: "missing" };

/** What the answer of a change tells its caller. */
export type ChangedBy<Answer> = Changed<
  Exclude<Answer, Refused<unknown>>,
  Answer extends Refused<infer Reason> ? Reason : never
>;
