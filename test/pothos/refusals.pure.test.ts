import SchemaBuilder, { PothosSchemaError } from "@pothos/core";
import RelayPlugin from "@pothos/plugin-relay";
import { describe, expect, test } from "vitest";
import { asc, int, type Table, table, text } from "../../src/cassandra/index.ts";
import CassandraPlugin from "../../src/pothos/index.ts";
import { createBuilder } from "./build.ts";
import { PageHit, Seat, SeatBySince, User } from "./models.ts";

// Definitions with which a schema cannot be built. The compiler rejects most of them, unless the types are bypassed.

type Builder = ReturnType<typeof createBuilder>;
/** A field builder without types. */
type Loose = Readonly<Record<string, (...given: readonly unknown[]) => never>>;

const rowKey = { partition: ["room"], clustering: [asc("id")] } as const;
const lanes = { ...rowKey, lwt: true, lanes: { remembers: 60 } } as const;

/** A table with a key column of the given GraphQL name, and a number column. */
const keyed = (name: string, options: object = lanes): Table =>
  (table as unknown as (...given: readonly unknown[]) => Table)(
    "notes",
    { room: text(), id: text().as(name), stars: int().default(0), body: text() },
    options,
  );

function build(define: (builder: Builder) => void): () => unknown {
  return () => {
    const builder = createBuilder();
    builder.queryType({ fields: (t) => ({ one: t.int({ resolve: () => 1 }) }) });
    builder.mutationType({ fields: (t) => ({ one: t.int({ resolve: () => 1 }) }) });
    builder.subscriptionType({});
    define(builder);
    return builder.toSchema();
  };
}

/** Returns a function that builds a schema with one table and one field of it. */
const field = (
  root: "query" | "mutation" | "subscription",
  table: Table,
  make: (t: Loose) => unknown,
) =>
  build((builder) => {
    builder.tableObject("Note", table);
    const fields = (t: unknown) => ({ it: make(t as Loose) }) as never;
    if (root === "query") builder.queryFields(fields);
    else if (root === "mutation") builder.mutationFields(fields);
    else builder.subscriptionFields(fields);
  });

const change = { change: () => undefined, refusals: {} };

describe("a key column cannot have the name of the argument", () => {
  const plain = rowKey;
  const cases: readonly (readonly [
    string,
    Parameters<typeof field>[0],
    string,
    object,
    (t: Loose, of: Table) => unknown,
  ])[] = [
    ["input", "mutation", "t.update", lanes, (t, of) => t["update"]!(of, ["body"])],
    ["delta", "mutation", "t.add", lanes, (t, of) => t["add"]!(of, "stars")],
    ["operationId", "mutation", "t.change", lanes, (t, of) => t["change"]!(of, change)],
    ["since", "subscription", "t.watch", plain, (t, of) => t["watch"]!(of)],
    ["row", "mutation", "t.put", plain, (t, of) => t["put"]!(of)],
    ["ttl", "mutation", "t.put", plain, (t, of) => t["put"]!(of, { ttl: true })],
  ];
  test.each(cases)("%s", (name, root, method, options, make) => {
    const of = keyed(name, options);
    expect(field(root, of, (t) => make(t, of))).toThrow(
      new PothosSchemaError(
        `Table "notes": column "id" and another argument of ${method} are both called "${name}": rename the column by .as("name").`,
      ),
    );
  });

  test.each(["first", "after", "order"])("%s", (name) => {
    const of = table(
      "notes",
      { room: text().as(name), id: text(), body: text() },
      { partition: ["room"], clustering: [asc("id")] },
    );
    expect(field("query", of, (t) => t["partition"]!(of, { order: true, range: true }))).toThrow(
      `column "room" and another argument of t.partition are both called "${name}": rename the column by .as("name").`,
    );
  });

  test.each(["first", "after", "order"])("%s, for a clustering column", (name) => {
    const of = keyed(name, rowKey);
    expect(field("query", of, (t) => t["partition"]!(of, { order: true, range: true }))).toThrow(
      `column "id" and another argument of t.partition are both called "${name}": rename the column by .as("name").`,
    );
  });

  test("add", () => {
    const of = keyedCounter("add");
    expect(field("mutation", of, (t) => t["add"]!(of))).toThrow(
      `column "day" and another argument of t.add are both called "add": rename the column by .as("name").`,
    );
  });

  test("slice", () => {
    const of = table(
      "notes",
      { room: text().as("slice"), day: int(), id: text() },
      { partition: ["room"], clustering: [asc("day"), asc("id")] },
    );
    expect(field("query", of, (t) => t["partition"]!(of, { range: true }))).toThrow(
      `column "room" and another argument of t.partition are both called "slice": rename the column by .as("name").`,
    );
  });
});

/** A table of counters whose day has the given GraphQL name. */
const keyedCounter = (name: string): Table => ({
  ...PageHit,
  columns: { ...PageHit.columns, day: PageHit.columns.day.as(name) },
});

const Plain = keyed("id", rowKey);
const Lwt = keyed("id", { ...rowKey, lwt: true });
const Note = keyed("id");

describe("a field cannot be built", () => {
  const cases: readonly (readonly [string, () => unknown, string])[] = [
    [
      "if it pages a table without a clustering key",
      field("query", User, (t) => t["partition"]!(User)),
      'Table "users" has no clustering key, so each of its partitions has one row: use t.row.',
    ],
    [
      "if a custom argument has the name of a generated one",
      build((builder) => {
        builder.tableObject("Seat", Seat);
        builder.queryFields((t) => ({
          seats: t.partition(Seat, { args: { first: t.arg.int() } }),
        }));
      }),
      'Table "seat": t.partition already has an argument "first": rename yours.',
    ],
    [
      "if both key and range define a part",
      field("query", SeatBySince, (t) =>
        t["partition"]!(SeatBySince, { range: true, key: () => ({}) }),
      ),
      'Table "seat_by_since": t.partition takes key or range, not both: each of them defines the part to read.',
    ],
    [
      "if from has a column outside of the key",
      field("query", Seat, (t) => t["row"]!(Seat, { from: { price: () => 1 } })),
      'Table "seat": from has "price", but it can only have show, row, seat.',
    ],
    ...["create", "update", "change", "add"].map(
      (method) =>
        [
          `if t.${method} changes a table without lanes`,
          field("mutation", Lwt, (t) =>
            t[method]!(
              Lwt,
              ...(method === "update" ? [["body"]] : method === "create" ? [] : ["stars"]),
            ),
          ),
          `Table "notes" has no lanes, which t.${method} needs: add lwt: true and lanes: true.`,
        ] as const,
    ),
    [
      "if t.remove has a table with lightweight transactions and without lanes",
      field("mutation", Lwt, (t) => t["remove"]!(Lwt)),
      'Table "notes" has no lanes, which t.remove needs: add lwt: true and lanes: true.',
    ],
    [
      "if t.put has a table with lightweight transactions",
      field("mutation", Note, (t) => t["put"]!(Note)),
      'Table "notes" does not take plain writes, which t.put needs, but lightweight transactions.',
    ],
    [
      "if t.put has a table of counters",
      field("mutation", PageHit, (t) => t["put"]!(PageHit)),
      'Table "page_hits" does not take plain writes, which t.put needs, but additions to its counters.',
    ],
    [
      "if t.add has a table without counters",
      field("mutation", Plain, (t) => t["add"]!(Plain)),
      'Table "notes" has no counters in its rows, which t.add needs: name the column to add to.',
    ],
    ...(
      [
        [Note, "body", "is not a whole number, but text"],
        [Note, "id", "is in the key"],
        [Note, "sky", "the table does not have"],
        [Seat, "since", "an order sorts by: use t.update"],
      ] as const
    ).flatMap(([of, column, why]) =>
      ["add", "change"].map(
        (method) =>
          [
            `that adds to the column ${column} by t.${method}`,
            field("mutation", of, (t) => t[method]!(of, column)),
            `Table "${of.name}": t.${method} cannot use the column "${column}", which ${why}.`,
          ] as const,
      ),
    ),
    [
      "if it updates a key column",
      field("mutation", Note, (t) => t["update"]!(Note, ["id"])),
      'Table "notes": t.update cannot change "id": it can change stars, body.',
    ],
    [
      "if it updates no column",
      field("mutation", Note, (t) => t["update"]!(Note, [])),
      'Table "notes": t.update needs a column: it can change stars, body.',
    ],
    [
      "if t.create needs a hidden column",
      build((builder) => {
        builder.tableObject("User", User, { columns: { email: false } });
        builder.mutationFields((t) => ({ create: t.create(User) }));
      }),
      'Table "users": t.create needs a value for column "email", which "User" hides: add from: { "email": … }.',
    ],
    [
      "if t.change has neither a column nor a function",
      field("mutation", Note, (t) => t["change"]!(Note, {})),
      'Table "notes": t.change needs a column, or a function that changes the row: change: (row) => ….',
    ],
    [
      "if a refusal has no valid type name",
      field("mutation", Note, (t) =>
        t["change"]!(Note, { ...change, refusals: { ÜBERFÜLLT: "It is full." } }),
      ),
      'Table "notes": the refusal "ÜBERFÜLLT" has a type name that is not valid in GraphQL ("NoteÜberfüllt"): rename it.',
    ],
    [
      "if apart has a key column",
      field("subscription", Note, (t) => t["follow"]!(Note, { apart: ["id"] })),
      'Table "notes": the option apart of t.follow cannot have "id". It can have stars, body.',
    ],
    [
      "if it watches a key column",
      field("subscription", Note, (t) => t["watch"]!(Note, "id")),
      'Table "notes": t.watch cannot watch "id". It can watch stars, body.',
    ],
    [
      "if it watches an object without visible columns",
      build((builder) => {
        builder.tableObject("Note", Plain, { columns: { stars: false, body: false } as never });
        builder.subscriptionFields((t) => ({ note: t.watch(Plain) }));
      }),
      'Table "notes": t.watch shows no column outside its key. It can watch stars, body.',
    ],
    [
      "if its table has no object",
      build((builder) => {
        builder.queryFields((t) => ({ note: t.row(Note) }));
      }),
      'Table "notes" has no GraphQL object: call builder.tableObject with it.',
    ],
  ];
  test.each(cases)("%s", (_, made, message) => {
    expect(made).toThrow(new PothosSchemaError(message));
  });
});

describe("a field cannot be built without the builder's option that it needs", () => {
  const withOptions = (cassandra: object | undefined, define: (builder: Builder) => void) => () => {
    const builder = new SchemaBuilder<object>({
      plugins: [RelayPlugin, CassandraPlugin],
      ...(cassandra && { cassandra }),
    } as never) as unknown as Builder;
    builder.queryType({ fields: (t) => ({ one: t.int({ resolve: () => 1 }) }) });
    builder.tableObject("User", User);
    define(builder);
    return builder.toSchema();
  };
  const session = () => undefined;
  const mutation = (make: (t: Loose) => unknown) => (builder: Builder) =>
    builder.mutationType({ fields: (t) => ({ it: make(t as never) }) as never });

  test.each(["create", "remove"])("t.%s without lanes", (method) => {
    expect(
      withOptions(
        { session },
        mutation((t) => t[method]!(User)),
      ),
    ).toThrow(
      `t.${method} needs the builder's option cassandra: { lanes: (context) => … }, which returns the lanes of a request.`,
    );
  });
  test("t.watch without live", () => {
    const define = (builder: Builder) =>
      builder.subscriptionType({ fields: (t) => ({ user: t.watch(User) }) });
    expect(withOptions({ session }, define)).toThrow(
      "t.watch needs the builder's option cassandra: { live: (context) => … }, which returns the live values of a request.",
    );
  });
  test("t.row without any", () => {
    const define = (builder: Builder) => builder.queryFields((t) => ({ user: t.row(User) }));
    expect(withOptions(undefined, define)).toThrow(
      "The cassandra plugin needs the builder's option cassandra: { session: (context) => … }, which returns the session of a request.",
    );
  });
});

describe("a name with two meanings is an error that contains both", () => {
  const cases: readonly (readonly [string, () => unknown, string])[] = [
    [
      "of two columns of an object",
      build((builder) => {
        builder.tableObject("User", User, { names: { balance: "X", email: "X" } });
        builder.mutationFields((t) => ({ add: t.add(User, "balance") }));
        builder.subscriptionFields((t) => ({ email: t.watch(User, "email") }));
      }),
      'the GraphQL type "XChanged" would be both the column "balance" of "User" and the column "email" of "User": rename one of them',
    ],
    [
      "of a refusal and a generated outcome",
      build((builder) => {
        builder.tableObject("User", User);
        builder.mutationFields((t) => ({
          remove: t.remove(User),
          lock: t.change(User, {
            change: (row) => row.refuse("DELETED"),
            refusals: { DELETED: "The user is deleted." },
          }),
        }));
      }),
      'the GraphQL type "UserDeleted" would be both an answer about rows of "User" and the refusal DELETED of "User": The user is deleted.: rename one of them',
    ],
    [
      "of one refusal with two messages",
      build((builder) => {
        builder.tableObject("User", User);
        builder.mutationFields((t) => ({
          lock: t.change(User, {
            change: (row) => row.refuse("LOCKED"),
            refusals: { LOCKED: "It is locked." },
          }),
          open: t.change(User, {
            change: (row) => row.refuse("LOCKED"),
            refusals: { LOCKED: "It was locked." },
          }),
        }));
      }),
      'the GraphQL type "UserLocked" would be both the refusal LOCKED of "User": It is locked. and the refusal LOCKED of "User": It was locked.: rename one of them',
    ],
    [
      "of a custom object and a generated outcome",
      build((builder) => {
        builder.tableObject("User", User);
        builder.objectRef<object>("UserDeleted").implement({
          fields: (t) => ({ at: t.int({ resolve: () => 1 }) }),
        });
        builder.mutationFields((t) => ({ remove: t.remove(User) }));
      }),
      'the GraphQL type "UserDeleted" would be both another type of the schema and an answer about rows of "User": rename one of them',
    ],
    [
      "of two fields with the same name and different outcomes",
      build((builder) => {
        builder.tableObject("User", User);
        builder.tableObject("Seat", Seat);
        const Other = builder.objectRef<object>("Other").implement({
          fields: (t) => ({ remove: t.remove(Seat) }),
        });
        builder.mutationFields((t) => ({
          remove: t.remove(User),
          other: t.field({ type: Other, resolve: () => ({}) }),
        }));
      }),
      'the GraphQL type "RemoveResult" would be both the result of "Mutation.remove" and the result of "Other.remove": rename one of them',
    ],
    [
      "of a column and an additional field",
      build((builder) => {
        builder.tableObject("User", User, {
          fields: (t) => ({ email: t.string({ resolve: () => "" }) }),
        });
      }),
      'Object "User" would have two fields "email": the column "email" of table "users", and one of the option fields. Hide the column by columns: { "email": false }.',
    ],
  ];
  test.each(cases)("%s", (_, made, message) => {
    expect(made).toThrow(new PothosSchemaError(message));
  });

  test("of a key column and the field expected", () => {
    const of = keyed("expected");
    expect(field("mutation", of, (t) => t["change"]!(of, "stars"))).toThrow(
      'Type "NoteStarsStale" would have two fields "expected": the column "id" of table "notes", and one of its own.',
    );
  });

  test("of a key column and the row's field", () => {
    const of = keyed("note");
    expect(field("mutation", of, (t) => t["change"]!(of, change))).toThrow(
      new PothosSchemaError(
        'Type "NoteChanged" would have two fields "note": the column "id" of table "notes", and one of its own. Rename the column by .as("name"), or the row by the option rowField of tableObject.',
      ),
    );
  });
});

test("options of an object cannot contain an unknown column", () => {
  for (const options of [{ columns: { sky: false } }, { names: { sky: "Sky" } }]) {
    expect(build((builder) => void builder.tableObject("User", User, options as never))).toThrow(
      new PothosSchemaError('Table "users" has no column "sky".'),
    );
  }
});

describe("a writing field that can be reached", () => {
  const Show = (builder: Builder) => {
    builder.tableObject("Seat", Seat);
    return builder.objectRef<{ name: string }>("Show").implement({
      fields: (t) => ({ remove: t.remove(Seat, { from: { show: ({ name }) => name } }) }),
    });
  };
  const refused = (root: string) =>
    new PothosSchemaError(
      `Field "Show.remove" writes, but its type can be reached from "${root}". Reach it from mutations only.`,
    );

  test("from a query is an error", () => {
    expect(
      build((builder) => {
        const type = Show(builder);
        builder.queryFields((t) => ({ show: t.field({ type, resolve: () => ({ name: "A" }) }) }));
      }),
    ).toThrow(refused("Query"));
  });

  test("through a member of a union is an error", () => {
    expect(
      build((builder) => {
        const type = builder.unionType("Any", { types: [Show(builder)] });
        builder.queryFields((t) => ({
          any: t.field({ type: [type], resolve: () => [] }),
        }));
      }),
    ).toThrow(refused("Query"));
  });

  test("from a subscription is an error", () => {
    expect(
      build((builder) => {
        const type = Show(builder);
        builder.subscriptionFields((t) => ({
          show: t.field({
            type,
            subscribe: async function* () {},
            resolve: () => ({ name: "A" }),
          }),
        }));
      }),
    ).toThrow(refused("Subscription"));
  });

  test("from a mutation is allowed", () => {
    expect(
      build((builder) => {
        const type = Show(builder);
        builder.mutationFields((t) => ({
          show: t.field({ type, resolve: () => ({ name: "A" }) }),
        }));
      }),
    ).not.toThrow();
  });
});
