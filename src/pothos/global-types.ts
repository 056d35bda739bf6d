import type { FieldKind, InputFieldMap, SchemaTypes } from "@pothos/core";
import type {
  ColumnName,
  DataName,
  KeyName,
  NoCounters,
  Row,
  Session,
  Table,
} from "../cassandra/index.ts";
import type { Laned, Lanes } from "../lane/index.ts";
import type { Live } from "../live/index.ts";
import type { Connection } from "./connection.ts";
import type { FormOfKind } from "./forms/form.ts";
import type { CassandraPlugin } from "./index.ts";
import type { Nothing } from "./options/field.ts";
import type { PartitionOptions, RowOptions } from "./options/read.ts";
import type {
  CreateOptions,
  PutOptions,
  Removable,
  RemoveOptions,
  UpdateOptions,
} from "./options/write.ts";
import type { AddField, ChangeField } from "./options/change.ts";
import type { FollowOptions, WatchField } from "./options/watch.ts";
import type { TableObjectOptions } from "./options/table-object.ts";

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      cassandra: CassandraPlugin<Types>;
    }

    export interface SchemaBuilderOptions<Types extends SchemaTypes> {
      /** How the generated fields reach the database, and what its types are in GraphQL. */
      cassandra: CassandraOptions<Types>;
    }

    export interface CassandraOptions<Types extends SchemaTypes> {
      /** The session of a request. */
      session: (context: Types["Context"]) => Session;
      /** The lanes by which a request changes rows: for `t.create`, `t.update`, `t.remove`, `t.change` and `t.add`. */
      lanes?: (context: Types["Context"]) => Lanes;
      /** The live values of a request: for `t.watch` and `t.follow`, and told of what `t.put`, `t.add` and `t.remove` write. */
      live?: (context: Types["Context"]) => Live;
      /**
       * The GraphQL forms of types by their kind: of kinds of your own, or instead of ours.
       *
       * @example forms: { money: scalarForm(Money) }
       */
      forms?: Readonly<Record<string, FormOfKind>>;
      /**
       * The names of the GraphQL objects of user-defined types, by the names that these have in the database. Default: the
       * same name in PascalCase.
       *
       * @example udts: { address: "PostalAddress" }
       */
      udts?: Readonly<Record<string, string>>;
    }

    export interface SchemaBuilder<Types extends SchemaTypes> {
      /**
       * Defines the GraphQL object of a table's rows: a field for each column, and others that the options add. A table can
       * have several objects; then the fields that return them have resolvers of your own, as the generated ones cannot
       * tell which one to return.
       *
       * @example
       * builder.tableObject("Party", PartyTable, { plural: "Parties", columns: { secret: false } });
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
       * Reads one row; null if there is none. Its arguments are the primary key.
       *
       * @example party: t.row(PartyTable)
       */
      row: <T extends Table, Given extends KeyName<T> = never, Own extends InputFieldMap = Nothing>(
        table: T,
        options?: RowOptions<Types, ParentShape, T, Given, Own>,
      ) => FieldRef<Types, Row<T> | null, Kind>;
      /**
       * Reads a partition page by page, in clustering order. Its arguments are the partition key, `first` (1 to 100,
       * default 20) and `after`. Pages of an order of a table have the table's rows.
       *
       * @example
       * partiesInCity: t.partition(PartyTable),
       * parties: t.partition(PartyTable, { from: { city: (city) => city.name }, order: true }),
       */
      partition: <
        T extends Table,
        Given extends T["partition"][number] = never,
        Own extends InputFieldMap = Nothing,
        Part = Nothing,
      >(
        table: T,
        options?: PartitionOptions<Types, ParentShape, T, Given, Own, Part>,
      ) => FieldRef<Types, Connection, Kind>;
    }

    /** The fields that write. An object that has one can be reached from mutations only. */
    export interface TableMutations<
      Types extends SchemaTypes,
      ParentShape,
      Kind extends FieldKind,
    > {
      /**
       * Creates a row of a table with lanes, if there is none of its key. Its argument is `input`, with a field for each
       * column; its answers are `PartyCreated`, `PartyExists`, `InvalidInput` and `OutcomeUnknown`.
       *
       * @example createParty: t.create(PartyTable, { from: { host: (_, { user }) => user.id } })
       */
      create: <
        T extends Laned,
        Given extends ColumnName<T> = never,
        Own extends InputFieldMap = Nothing,
      >(
        table: T,
        options?: CreateOptions<Types, ParentShape, T, Given, Own>,
      ) => FieldRef<Types, unknown, Kind>;
      /**
       * Gives columns of a row other values. Its arguments are the primary key and `input`, with a field for each of the
       * columns: what is absent stays as it is, and null removes what may be null. Its answers are `PartyUpdated`,
       * `PartyNotFound`, `InvalidInput` and `OutcomeUnknown`.
       *
       * @example updateParty: t.update(PartyTable, ["name", "date"])
       */
      update: <
        T extends Laned,
        const Name extends DataName<T>,
        Given extends KeyName<T> = never,
        Own extends InputFieldMap = Nothing,
      >(
        table: T,
        columns: readonly Name[],
        options?: UpdateOptions<Types, ParentShape, T, Name, Given, Own>,
      ) => FieldRef<Types, unknown, Kind>;
      /**
       * Removes a row. Its arguments are the primary key. Its answers are `PartyDeleted`, `PartyNotFound` and
       * `OutcomeUnknown`; of a table of plain writes `Written`, `InvalidInput` and `OutcomeUnknown`.
       *
       * @example deleteParty: t.remove(PartyTable)
       */
      remove: <
        T extends Table,
        Given extends KeyName<T> = never,
        Own extends InputFieldMap = Nothing,
      >(
        table: T & Removable<T>,
        options?: RemoveOptions<Types, ParentShape, T, Given, Own>,
      ) => FieldRef<Types, unknown, Kind>;
      /**
       * Changes a row exactly once, by lightweight transaction.
       *
       * With a column alone, it changes a number by `delta` if it is `expected`: its answers are `PeopleChanged`,
       * `PeopleStale`, `PeopleOutOfRange`, `PartyNotFound` and `OutcomeUnknown`. With a function of your own, its answers
       * are `SeatChanged`, or with a number `SeatPriceChanged`, a type for each of its refusals, `SeatNotFound` and
       * `OutcomeUnknown`. Tables that remember take an `operationId`.
       *
       * @example
       * changePeople: t.change(PartyTable, "people"),
       * takeSeat: t.change(SeatTable, {
       *   given: (_, { user }) => ({ holder: user.name }),
       *   change: (row, { holder }) =>
       *     row.get("holder") === null ? row.set({ holder }) : row.refuse("TAKEN"),
       *   refusals: { TAKEN: "Somebody has taken this seat." },
       * }),
       */
      change: ChangeField<Types, ParentShape, Kind>;
      /**
       * Adds to a number, whatever it is, or to counters of a row.
       *
       * To a column of a table with lanes by `delta`, exactly once: its answers are `PeopleChanged`, `PeopleOutOfRange`,
       * `PartyNotFound` and `OutcomeUnknown`. To counters by `add`, which has a field for each of them: its answers are
       * `PageHitsAdded`, `InvalidInput` and `OutcomeUnknown`. That is sent once and never again: a counter that is told
       * twice counts twice.
       *
       * @example
       * addPeople: t.add(PartyTable, "people"),
       * addPageHits: t.add(PageHitTable),
       */
      add: AddField<Types, ParentShape, Kind>;
      /**
       * Writes a row of a table of plain writes, whether it is there or not. Its arguments are the primary key and `row`,
       * with a field for each column: what is absent is not written, null is removed. Its answers are `Written`,
       * `InvalidInput` and `OutcomeUnknown`.
       *
       * @example putReading: t.put(ReadingTable)
       */
      put: <
        T extends Table & { readonly lwt: false },
        Given extends ColumnName<T> = never,
        Own extends InputFieldMap = Nothing,
      >(
        table: T & NoCounters<T>,
        options?: PutOptions<Types, ParentShape, T, Given, Own>,
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
       * Watches a row: the present version at once, then the newest each time there is a newer one, until the row is gone.
       * Its arguments are the primary key and `since`; its type is `PeopleChanged` for a column, or `PartyVersion` for the
       * whole row. Where there is no such row it fails, e.g. with `PARTY_NOT_FOUND`.
       *
       * @example
       * peopleChanged: t.watch(PartyTable, "people"),
       * readingChanged: t.watch(ReadingTable),
       */
      watch: WatchField<Types, ParentShape>;
      /**
       * Follows a partition: what happens to its rows from now on. Its arguments are the partition key; its type is a
       * union named after the field, of `PartyCreated`, `PartyUpdated`, `PartyDeleted`, `PartiesReset` and a type for each
       * column that is told apart.
       *
       * @example partiesChanged: t.follow(PartyTable, { apart: ["people"] })
       */
      follow: <
        T extends Table,
        Given extends T["partition"][number] = never,
        Own extends InputFieldMap = Nothing,
      >(
        table: T,
        options?: FollowOptions<Types, ParentShape, T, Given, Own>,
      ) => FieldRef<Types, unknown, "Subscription">;
    }
  }
}
