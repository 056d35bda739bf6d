import type { ColumnType, DataName, NoneOf, OrderedName, Row, Table } from "../cassandra/index.ts";

/**
 * A change of an existing row. It reads the row by `get`, changes it by `set`, and returns its answer, or the result of
 * `refuse`. If it throws, only its own caller fails, and nothing is changed. It must be pure: a lane may run it any number
 * of times, and runs it again whenever it has learned more of the row.
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

/** A row and the static columns of its partition, as the earlier changes of the same round have left them. */
export interface Draft<T extends Table> {
  /**
   * Returns the value of a column as a row of the model has it. The round then applies only if the stored value is still the
   * one that the lane knows. If the lane does not know the column, `get` throws, the lane reads the row, and runs the change
   * again.
   *
   * @throws UnreadableRow if the stored value cannot be represented
   */
  get<Name extends DataName<T>>(name: Name): Row<T>[Name & keyof Row<T>];
  /**
   * Assumes the value of a column that the lane does not know, which saves reading the row. The round then applies only if
   * the stored value is this one. If the lane knows the column, this has no effect.
   */
  assume<Name extends DataName<T>>(name: Name, value: Row<T>[Name & keyof Row<T>]): void;
  /**
   * Sets columns. Undefined leaves a column as it is. Columns that an order of the table sorts by can only be changed by
   * `ordered.update`, which writes the order's entries as well.
   */
  set(
    values: {
      readonly [Name in Exclude<DataName<T>, OrderedName<T>>]?:
        | Row<T>[Name & keyof Row<T>]
        | undefined;
    } & NoneOf<OrderedName<T>, "an order sorts by it: ordered.update(…) changes it">,
  ): void;
  /** Undoes what this change has set, and returns the refusal that the change must return. */
  refuse<const Reason>(reason: Reason): Refused<Reason>;
}

/** The answer of a refused change. It is never remembered: a repeated change is run again. */
export class Refused<Reason> {
  /** The reason for the caller. */
  readonly reason: Reason;

  constructor(reason: Reason) {
    this.reason = reason;
  }
}

/**
 * Identifies a change that may be sent again, e.g. because its answer was lost. A repeated change is not applied again and
 * returns the first answer. It needs a table that remembers changes: see `lanes` of {@link table}.
 */
export interface Once<Answer> {
  /** A UUID that the caller generates for each distinct change. */
  readonly id: string;
  /** A text of all arguments of the change. The same id with another text fails with `OTHER_CHANGE`. */
  readonly args: string;
  /** The type of the remembered answer, e.g. `int()`. The answer may have 255 bytes. */
  readonly answer: { readonly type: ColumnType<Answer> };
}

/** The outcome of a change. */
export type Changed<Answer, Reason = never> =
  | { readonly outcome: "changed"; readonly answer: Answer }
  | { readonly outcome: "refused"; readonly reason: Reason }
  /** The row does not exist. */
  | { readonly outcome: "missing" };

/** The outcome of a change function that returns this. */
export type ChangedBy<Answer> = Changed<
  Exclude<Answer, Refused<unknown>>,
  Answer extends Refused<infer Reason> ? Reason : never
>;
