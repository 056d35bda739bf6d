import type { FieldKind, InputFieldMap, SchemaTypes } from "@pothos/core";
import type {
  ColumnName,
  DataName,
  KeyName,
  NoCounters,
  RegularName,
  Row,
  Session,
  Table,
} from "../cassandra/index.ts";
import type { Lanes } from "../lane/index.ts";
import type { Live } from "../live/index.ts";
import type { RowConnection } from "./connection.ts";
import type { FormOfKind } from "./forms/form.ts";
import type { CassandraPlugin } from "./plugin.ts";
import type { Nothing } from "./options/field.ts";
import type { PartitionFieldOptions, RowFieldOptions } from "./options/read.ts";
import type {
  CreateFieldOptions,
  PlainOnly,
  PutFieldOptions,
  PutRowsFieldOptions,
  Removable,
  RemoveFieldOptions,
  RemoveRangeFieldOptions,
  UpdateFieldOptions,
  WithClustering,
  WithLanes,
} from "./options/write.ts";
import type { AddField, ChangeField } from "./options/change.ts";
import type { FollowFieldOptions, WatchField } from "./options/watch.ts";
import type { TableObjectOptions } from "./options/table-object.ts";

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      cassandra: CassandraPlugin<Types>;
    }

    export interface SchemaBuilderOptions<Types extends SchemaTypes> {
      /** How generated fields access the database, and how its types look in GraphQL. */
      cassandra: CassandraOptions<Types>;
    }

    export interface CassandraOptions<Types extends SchemaTypes> {
      /** Returns the session of a request. */
      session: (context: Types["Context"]) => Session;
      /** Returns the lanes of a request. Required for `t.create`, `t.update`, `t.remove`, `t.change` and `t.add`. */
      lanes?: (context: Types["Context"]) => Lanes;
      /**
       * Returns the live values of a request. Required for `t.watch` and `t.follow`. `t.put`, `t.add` and `t.remove` publish
       * hints about their writes to it.
       */
      live?: (context: Types["Context"]) => Live;
      /**
       * The GraphQL forms of column types, by kind: for your own kinds, or to replace built-in forms.
       *
       * @example forms: { money: scalarForm(Money) }
       */
      forms?: Readonly<Record<string, FormOfKind>>;
      /**
       * The GraphQL names of user-defined types, by their names in the database. Default: the same name in PascalCase.
       *
       * @example udts: { address: "PostalAddress" }
       */
      udts?: Readonly<Record<string, string>>;
    }

    export interface SchemaBuilder<Types extends SchemaTypes> {
      /**
       * Defines the GraphQL object of a table's rows: a field for each column, and the fields that the options add. A table
       * can have several objects. Then it cannot have generated fields, because these could not decide which object to
       * return; write your own resolvers.
       *
       * @example
       * builder.tableObject("Seat", SeatTable, { plural: "Seats", columns: { secret: false } });
       */
      tableObject: <T extends Table>(
        name: string,
        table: T,
        options?: TableObjectOptions<Types, T>,
      ) => ObjectRef<Types, Row<T>>;
    }

    export interface RootFieldBuilder<
      Types extends SchemaTypes,
      ParentShape,
      Kind extends FieldKind = FieldKind,
    > {
      /**
       * Reads one row; null if it does not exist. The arguments are the primary key.
       *
       * @example seat: t.row(SeatTable)
       */
      row: <T extends Table, Given extends KeyName<T> = never, Own extends InputFieldMap = Nothing>(
        table: T,
        options?: RowFieldOptions<Types, ParentShape, T, Given, Own>,
      ) => FieldRef<Types, Row<T> | null, Kind>;
      /**
       * Reads a partition page by page, in clustering order. The arguments are the partition key, `first` (1 to 100,
       * default 20) and `after`; by options also a range, the order, and restrictions of columns that have an index. Pages
       * of an order contain the rows of its source table.
       *
       * @example
       * seatsInTheatre: t.partition(SeatTable),
       * seats: t.partition(SeatTable, { from: { theatre: (theatre) => theatre.name }, order: true }),
       * readingsWhere: t.partition(ReadingTable, { where: ["quality"] }),
       */
      partition: <
        T extends Table,
        Given extends T["partition"][number] = never,
        Own extends InputFieldMap = Nothing,
        Part = Nothing,
      >(
        table: T,
        options?: PartitionFieldOptions<Types, ParentShape, T, Given, Own, Part>,
      ) => FieldRef<Types, RowConnection, Kind>;
    }

    /** The fields that write. An object with such a field must be reachable from mutations only. */
    export interface TableMutations<
      Types extends SchemaTypes,
      ParentShape,
      Kind extends FieldKind,
    > {
      /**
       * Creates a row if there is none with its key. The table must have lanes. The argument is `input`, with a field for
       * each column. The outcomes are `SeatCreated`, `SeatExists`, `InvalidInput` and `OutcomeUnknown`.
       *
       * @example createSeat: t.create(SeatTable, { from: { holder: (_, { user }) => user.id } })
       */
      create: <
        T extends Table,
        Given extends ColumnName<T> = never,
        Own extends InputFieldMap = Nothing,
      >(
        table: T & WithLanes<T>,
        options?: CreateFieldOptions<Types, ParentShape, T, Given, Own>,
      ) => FieldRef<Types, unknown, Kind>;
      /**
       * Changes columns of a row. The arguments are the primary key and `input`, with a field for each of the columns. An
       * absent column stays unchanged; null removes the value of a nullable one. Collections, whole numbers and decimals change
       * by one of several operators, e.g. `{ add: 1 }`. With the option `if`, the argument `if` says what values the row must
       * have. The outcomes are `SeatUpdated`, `SeatNotFound`, with `if` also `SeatStale`, `InvalidInput` and
       * `OutcomeUnknown`.
       *
       * @example
       * updateSeat: t.update(SeatTable, ["name", "price"], { if: ["price"] })
       * // updateSeat(…, input: { price: { add: 1 } }, if: { price: { lt: 20 } })
       */
      update: <
        T extends Table,
        const Name extends DataName<T>,
        Given extends KeyName<T> = never,
        Own extends InputFieldMap = Nothing,
      >(
        table: T & WithLanes<T>,
        columns: readonly Name[],
        options?: UpdateFieldOptions<Types, ParentShape, T, Name, Given, Own>,
      ) => FieldRef<Types, unknown, Kind>;
      /**
       * Removes a row. The arguments are the primary key, and with the option `if` the argument `if`, which says what values
       * the row must have. The outcomes are `SeatDeleted`, `SeatNotFound`, with `if` also `SeatStale`, and `OutcomeUnknown`;
       * for a table with plain writes `Written`, `InvalidInput` and `OutcomeUnknown`.
       *
       * @example deleteSeat: t.remove(SeatTable, { if: ["holder"] })
       */
      remove: <
        T extends Table,
        Given extends KeyName<T> = never,
        Own extends InputFieldMap = Nothing,
      >(
        table: T & Removable<T>,
        options?: RemoveFieldOptions<Types, ParentShape, T, Given, Own>,
      ) => FieldRef<Types, unknown, Kind>;
      /**
       * Removes a part of a partition of a table with plain writes. The arguments are the partition key, and a range of the
       * clustering column or, with several clustering columns, `slice`. The outcomes are `Written`, `InvalidInput` and
       * `OutcomeUnknown`. It publishes no hints: subscribers find the rows gone when these are read again.
       *
       * @example
       * deleteReadings: t.removeRange(ReadingTable)
       * // deleteReadings(device: "roof", day: "2027-08-15", at: { lt: "2027-08-15T12:00:00Z" })
       */
      removeRange: <
        T extends Table,
        Given extends T["partition"][number] = never,
        Own extends InputFieldMap = Nothing,
      >(
        table: T & PlainOnly<T> & NoCounters<T> & WithClustering<T>,
        options?: RemoveRangeFieldOptions<Types, ParentShape, T, Given, Own>,
      ) => FieldRef<Types, unknown, Kind>;
      /**
       * Changes a row exactly once, by a lightweight transaction.
       *
       * With a column only, it adds `delta` to the column's number if its value is `expected`. The outcomes are
       * `SeatTakenChanged`, `SeatTakenStale`, `SeatTakenOutOfRange`, `SeatNotFound` and `OutcomeUnknown`. With a `change`
       * function, the outcomes are `SeatChanged` (with a number column `SeatTakenChanged`), a type for each refusal,
       * `SeatNotFound` and `OutcomeUnknown`. Tables that remember operation ids add the argument `operationId`.
       *
       * @example
       * changeTaken: t.change(SeatTable, "taken"),
       * takeSeat: t.change(SeatTable, {
       *   given: (_, { user }) => ({ holder: user.name }),
       *   change: (row, { holder }) =>
       *     row.get("holder") === null ? row.set({ holder }) : row.refuse("TAKEN"),
       *   refusals: { TAKEN: "Somebody has taken this seat." },
       * }),
       */
      change: ChangeField<Types, ParentShape, Kind>;
      /**
       * Adds to a number, whatever its value is, or to the counters of a row.
       *
       * With a column of a table with lanes, it adds `delta` exactly once. The outcomes are `SeatTakenChanged`,
       * `SeatTakenOutOfRange`, `SeatNotFound` and `OutcomeUnknown`. For a table of counters, the argument `add` has a field for
       * each counter, and the outcomes are `PageHitsAdded`, `InvalidInput` and `OutcomeUnknown`. Such an addition is sent once
       * and never repeated, because a repeated one counts twice.
       *
       * @example
       * addTaken: t.add(SeatTable, "taken"),
       * addPageHits: t.add(PageHitTable),
       */
      add: AddField<Types, ParentShape, Kind>;
      /**
       * Writes a row of a table with plain writes, whether or not it exists. The arguments are the primary key and `row`, with
       * a field for each column. An absent column is not written; null removes its value. The outcomes are `Written`,
       * `InvalidInput` and `OutcomeUnknown`.
       *
       * @example putReading: t.put(ReadingTable)
       */
      put: <
        T extends Table,
        Given extends ColumnName<T> = never,
        Own extends InputFieldMap = Nothing,
      >(
        table: T & PlainOnly<T> & NoCounters<T>,
        options?: PutFieldOptions<Types, ParentShape, T, Given, Own>,
      ) => FieldRef<Types, unknown, Kind>;
      /**
       * Writes several rows of one partition of a table with plain writes: all of them or none, and readers see all of them at
       * once. The arguments are the partition key, and `rows` with 1 to 100 rows: a clustering key, and `row` as that of
       * `t.put`. The outcomes are `Written`, `InvalidInput` and `OutcomeUnknown`.
       *
       * @example
       * putReadings: t.putRows(ReadingTable)
       * // putReadings(device: "roof", day: "2027-08-15", rows: [{ at: "2027-08-15T12:00:00Z", row: { value: 20.5 } }])
       */
      putRows: <
        T extends Table,
        Given extends T["partition"][number] | RegularName<T> = never,
        Own extends InputFieldMap = Nothing,
      >(
        table: T & PlainOnly<T> & NoCounters<T> & WithClustering<T>,
        options?: PutRowsFieldOptions<Types, ParentShape, T, Given, Own>,
      ) => FieldRef<Types, unknown, Kind>;
    }

    export interface MutationFieldBuilder<
      Types extends SchemaTypes,
      ParentShape,
    > extends TableMutations<Types, ParentShape, "Mutation"> {}

    export interface ObjectFieldBuilder<
      Types extends SchemaTypes,
      ParentShape,
    > extends TableMutations<Types, ParentShape, "Object"> {}

    export interface SubscriptionFieldBuilder<Types extends SchemaTypes, ParentShape> {
      /**
       * Watches a row: sends the current version at once, then the newest version whenever there is a newer one. Completes
       * when the row is deleted. The arguments are the primary key and `since`. The type is `SeatTakenChanged` for a column, or
       * `SeatVersion` for the whole row. Fails with a code such as `SEAT_NOT_FOUND` if the row does not exist.
       *
       * @example
       * takenChanged: t.watch(SeatTable, "taken"),
       * readingChanged: t.watch(ReadingTable),
       */
      watch: WatchField<Types, ParentShape>;
      /**
       * Follows a partition: sends the changes of its rows from now on. The arguments are the partition key. The type is a
       * union named after the field, of `SeatCreated`, `SeatUpdated`, `SeatDeleted`, `SeatsReset` and the event types of the
       * columns in `apart`.
       *
       * @example seatsChanged: t.follow(SeatTable, { apart: ["taken"] })
       */
      follow: <
        T extends Table,
        Given extends T["partition"][number] = never,
        Own extends InputFieldMap = Nothing,
      >(
        table: T,
        options?: FollowFieldOptions<Types, ParentShape, T, Given, Own>,
      ) => FieldRef<Types, unknown, "Subscription">;
    }
  }
}
