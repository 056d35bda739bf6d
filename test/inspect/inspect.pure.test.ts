import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { LiveKeyspace } from "../../src/cassandra/index.ts";
import { describeKeyspace, printKeyspace } from "../../src/inspect/index.ts";
import { createDirectory } from "../fixtures/command.ts";
import { liveKeyspace } from "./live.ts";

/** The definitions of a keyspace, without the header, the import and the names in GraphQL. */
function bodyOf(live: LiveKeyspace, only?: readonly string[]): string {
  const blocks = blocksOf(live, only).filter(
    (block) => !/^(import |export const (api|udts) )/.test(block),
  );
  return `${blocks.join("\n\n")}\n`;
}

/** The names in GraphQL that a file exports. */
function namesIn(live: LiveKeyspace): string {
  const blocks = blocksOf(live).filter((block) => /^export const (api|udts) /.test(block));
  return `${blocks.join("\n\n")}\n`;
}

function blocksOf(live: LiveKeyspace, only?: readonly string[]): readonly string[] {
  const [, ...blocks] = printKeyspace(describeKeyspace(live, only)).trimEnd().split("\n\n");
  return blocks;
}

/** The names of the constants, with the comments before them. */
function constantsOf(live: LiveKeyspace): readonly string[] {
  return bodyOf(live)
    .trimEnd()
    .split("\n\n")
    .map((block) => block.replace(/\n?(?:export )?const (\w+) = [^]*$/, " → $1").trim());
}

const row = ["id int pk"];
const rows = ["id int pk", "at int asc"];

test("a table has its key in order, then static columns and others by name", () => {
  const live = liveKeyspace({
    readings: ["z int", "b int static", "a int", "day date pk", "device text pk", "at time desc"],
  });
  expect(bodyOf(live)).toBe(`export const Reading = table(
  "readings",
  {
    day: date(),
    device: text(),
    at: time(),
    b: int().static(),
    a: int(),
    z: int(),
  },
  {
    partition: ["day", "device"],
    clustering: [desc("at")],
  },
);
`);
});

test("the order in which the database lists things makes no difference", () => {
  const types = ["a", "b"].map((name) => [name, { name, fields: [{ name: "x", type: "int" }] }]);
  const tables = { users: ["id int pk", "y frozen<a>", "x frozen<b>"], days: rows };
  const turned = Object.fromEntries(Object.entries(tables).toReversed());
  const one = liveKeyspace(tables, { types: new Map(types as never) });
  const other = liveKeyspace(turned, { types: new Map(types.toReversed() as never) });
  expect(bodyOf(one)).toBe(bodyOf(other));
});

test("a type is named by the thing that a row is", () => {
  const names = [
    ..."readings_by_device OrderLines ORDERS page_hits addresses categories statuses".split(" "),
    ..."boxes children movies indices sales_2024 quizzes heroes analyses_by_user".split(" "),
  ];
  const live = liveKeyspace(Object.fromEntries(names.map((name) => [name, rows])));
  expect(constantsOf(live).map((each) => each.slice("→ ".length))).toEqual(
    [
      "Order OrderLine Address AnalysisByUser Box Category Child Hero Index Movie PageHit Quiz",
      "ReadingByDevice Sale2024 Status",
    ].flatMap((line) => line.split(" ")),
  );
});

test("a clash of types is decided, with the reason", () => {
  const live = liveKeyspace(
    {
      news: rows,
      series: row,
      user: row,
      users: rows,
      dates: rows,
      reading: row,
      reading_inputs: row,
      addresses: row,
      "2024": row,
      ___: row,
    },
    { types: new Map([["address", { name: "address", fields: [{ name: "a", type: "int" }] }]]) },
  );
  expect(constantsOf(live)).toEqual([
    `// Its GraphQL type is called _2024: "2024" is no name in GraphQL. → _2024`,
    `// Its GraphQL type is called Table: "___" is no name in GraphQL. → Table`,
    "// Its GraphQL type is called AddressRow: Address is the name of another type. → AddressRow",
    "// Its GraphQL type is called DateRow: Date is a type of GraphQL or of this library. → DateRow",
    "→ News",
    "→ Reading",
    "// Its GraphQL type is called ReadingInputRow: ReadingInput and Reading would have a type of the\n// same name. → ReadingInputRow",
    "→ Series",
    "→ User",
    "// Its GraphQL type is called UserRow: User is the name of another type. → UserRow",
    `// No definition here has the type "address".`,
  ]);
});

test("the file has the names of types and fields that do not follow from others", () => {
  const live = liveKeyspace({
    ORDERS: rows,
    news: rows,
    order_lines: rows,
    OrderLines: rows,
    reading: rows,
    readings: rows,
    "3d_models": row,
  });
  expect(namesIn(live)).toBe(`export const api = {
  "3d_models": { type: "_3dModel" },
  ORDERS: { type: "Order", partition: "orders" },
  OrderLines: { type: "OrderLine" },
  news: { type: "News" },
  order_lines: { type: "OrderLineRow", partition: "orderLines2" },
  reading: { type: "Reading" },
  readings: { type: "ReadingRow", row: "readingRow2" },
};
`);
  expect(constantsOf(live)).toEqual([
    '// Its GraphQL type is called _3dModel: "3d_models" is no name in GraphQL. → _3dModel',
    "→ Order",
    "→ OrderLine",
    "→ News",
    "// Its GraphQL type is called OrderLineRow: OrderLine is the name of another type.\n// A partition is read by orderLines2: orderLines is another field. → OrderLineRow",
    "→ Reading",
    "// Its GraphQL type is called ReadingRow: Reading is the name of another type.\n// A row is read by readingRow2: readingRow is another field. → ReadingRow",
  ]);
});

test("columns have camelCase names in GraphQL, which are decided if they clash", () => {
  const live = liveKeyspace({
    users: [
      "user_id int pk",
      "after int asc",
      "userId int",
      "__typename text",
      "times int",
      "first int",
      '"Größe" int',
      '"a b" int',
      "URL text",
      '"1st" int',
      '"-" int',
    ],
  });
  expect(bodyOf(live)).toBe(`export const User = table(
  "users",
  {
    // Its GraphQL field is called userId2: another column is userId.
    user_id: int().as("userId2"),
    // Its GraphQL field is called afterColumn: after has another meaning there.
    after: int().as("afterColumn"),
    // Its GraphQL field is called column: "-" is no name in GraphQL.
    "-": int().as("column"),
    // Its GraphQL field is called _1st: "1st" is no name in GraphQL.
    "1st": int().as("_1st"),
    // Its GraphQL field is called grosse: "Größe" is no name in GraphQL.
    Größe: int().as("grosse"),
    URL: text().as("url"),
    // Its GraphQL field is called typename: "__typename" is no name in GraphQL.
    __typename: text().as("typename"),
    // Its GraphQL field is called aB: "a b" is no name in GraphQL.
    "a b": int().as("aB"),
    first: int(),
    // Its GraphQL field is called timesColumn: times has another meaning there.
    times: int().as("timesColumn"),
    userId: int(),
  },
  {
    partition: ["user_id"],
    clustering: [asc("after")],
  },
);
`);
});

test("types come before those that have them, and only those that tables have", () => {
  const field = (name: string, type: string) => ({ name, type });
  const live = liveKeyspace(
    { users: ["id int pk", "home a_place", 'friends list<frozen<"Größe">>'] },
    {
      types: new Map(
        [
          { name: "a_place", fields: [field("at", "z_point"), field("ZIP codes", "set<text>")] },
          { name: "z_point", fields: [field("x", "double")] },
          { name: "Größe", fields: [field("cm", "int")] },
          { name: "unused", fields: [field("x", "int")] },
        ].map((type) => [type.name, type]),
      ),
    },
  );
  expect(bodyOf(live)).toBe(`// Its GraphQL type is called Grosse: "Größe" is no name in GraphQL.
const Grosse = udt("Größe", {
  cm: int(),
});

const ZPoint = udt("z_point", {
  x: double(),
});

const APlace = udt("a_place", {
  at: frozen(ZPoint),
  // Its GraphQL field is called zipCodes: "ZIP codes" is no name in GraphQL.
  "ZIP codes": frozen(set(text())).as("zipCodes"),
});

export const User = table(
  "users",
  {
    id: int(),
    friends: list(frozen(Grosse)),
    home: APlace,
  },
  {
    partition: ["id"],
  },
);

// No definition here has the type "unused".
`);
  expect(namesIn(live)).toBe(`export const api = {
  users: { type: "User" },
};

export const udts = {
  Größe: "Grosse",
};
`);
});

test("what cannot be written is a comment that says why", () => {
  const live = liveKeyspace(
    {
      kept: [
        "id int pk",
        "custom 'org.apache.cassandra.db.marshal.DynamicCompositeType'",
        "numbers frozen<numbers>",
        "__columns int",
        '"a b" text',
        "gone int",
      ],
      left_out: ["id 'com.example.Key' pk"],
    },
    {
      types: new Map([
        [
          "numbers",
          {
            name: "numbers",
            fields: [
              { name: "b", type: "int" },
              { name: "1", type: "int" },
            ],
          },
        ],
      ]),
      dropped: [{ table: "kept", column: "lost", type: "int" }],
      indexes: [
        { name: "old", table: "kept", options: { target: "gone" } },
        { name: "odd", table: "kept", options: { class_name: "sai", target: '"a b"' } },
        {
          name: "analyzed",
          table: "kept",
          options: { class_name: "sai", target: "gone", index_analyzer: "standard" },
        },
        { name: "good", table: "kept", options: { class_name: "sai", target: "gone" } },
      ],
      options: new Map([
        [
          "kept",
          {
            caching: { keys: "NONE", rows_per_partition: "ALL" },
            cdc: true,
            compaction: { class: "com.example.Compaction" },
            speculative_retry: "99p",
            transactional_mode: "full",
          },
        ],
      ]),
      others: ["function twice(int)"],
    },
  );
  expect(bodyOf(live)).toBe(`export const Kept = table(
  "kept",
  {
    id: int(),
    // Its GraphQL field is called aB: "a b" is no name in GraphQL.
    "a b": text().as("aB"),
    gone: int(),
  },
  {
    partition: ["id"],
    indexes: [sai("gone", { name: "good" })],
    // Column "custom" is 'org.apache.cassandra.db.marshal.DynamicCompositeType', which is no type
    // of this library.
    // Column "numbers" is frozen<numbers>, but type "numbers" cannot be written: JavaScript would
    // sort its fields: those that are called by a number come first.
    // Column "__columns" is left out: no row can have a column "__columns" in JavaScript.
    // Column "lost" was dropped. Cassandra takes the name again only with the type int.
    // Index analyzed is a StorageAttachedIndex on kept (gone) with index_analyzer: standard, which
    // no definition can have.
    // Index odd is a StorageAttachedIndex on kept ("a b"), which no definition can have: its index
    // of "a b" is impossible: Cassandra indexes only columns named by letters, digits and
    // underscores.
    // Index old is a secondary index on kept (gone), which reads here do not use.
    // Option of the table that no definition has: compaction = {'class': 'com.example.Compaction'}.
    // Option of the table that no definition has: caching = {'keys': 'NONE', 'rows_per_partition':
    // 'ALL'}.
    // Option of the table that no definition has: cdc = true.
    // Option of the table that no definition has: transactional_mode = 'full'.
  },
);

// Table left_out is left out: Column "id" is 'com.example.Key', which is no type of this library.

// No definition here has the type "numbers".

// No definition has the function twice(int).
`);
});

test("views, masks and compact tables are written with a comment", () => {
  const live = liveKeyspace(
    { users: ["id uuid pk", "email text"], users_by_email: ["email text pk", "id uuid asc"] },
    {
      views: new Map([
        ["users_by_email", { base: "users", where: "email IS NOT NULL AND id IS NOT NULL" }],
      ]),
      masks: [{ table: "users", column: "email", function: "mask_inner(1, null)" }],
      options: new Map([
        ["users", { flags: [] }],
        ["users_by_email", { comment: "By e-mail.", gc_grace_seconds: 3600 }],
      ]),
    },
  );
  expect(bodyOf(live)).toBe(`// A table WITH COMPACT STORAGE, which no definition can create.
export const User = table(
  "users",
  {
    id: uuid(),
    // Roles without UNMASK read it masked, by mask_inner(1, null). No definition has masks.
    email: text(),
  },
  {
    partition: ["id"],
  },
);

// A materialized view of users, of the rows where email IS NOT NULL AND id IS NOT NULL. Cassandra
// writes it: read it only. Where it does not exist, sync would create a table instead.
export const UserByEmail = table(
  "users_by_email",
  {
    email: text(),
    id: uuid(),
  },
  {
    partition: ["email"],
    clustering: [asc("id")],
    gcGrace: 3600,
    comment: "By e-mail.",
  },
);
`);
});

test("options and indexes are written without their defaults", () => {
  const strategy = (name: string) => `org.apache.cassandra.db.compaction.${name}CompactionStrategy`;
  const index = (column: string, options: Readonly<Record<string, string>>) => ({
    name: `notes_${column}_idx`,
    table: "notes",
    options: { class_name: "StorageAttachedIndex", ...options },
  });
  const live = liveKeyspace(
    { notes: ["id int pk", "at int asc", "text text", "shape vector<float, 3>", "tags set<text>"] },
    {
      options: new Map([
        [
          "notes",
          {
            comment: 'A "note"',
            default_time_to_live: 60,
            gc_grace_seconds: 864_000,
            read_repair: "NONE",
            bloom_filter_fp_chance: 0.1,
            compaction: { class: strategy("Leveled"), sstable_size_in_mb: "200" },
            caching: { rows_per_partition: "NONE", keys: "ALL" },
            memtable: null,
            flags: ["compound"],
          },
        ],
      ]),
      indexes: [
        index("text", {
          target: "text",
          case_sensitive: "false",
          ascii: "TRUE",
          normalize: "false",
        }),
        index("shape", { target: "shape", similarity_function: "EUCLIDEAN" }),
        index("tags", { target: "values(tags)" }),
      ],
    },
  );
  const [, options] = bodyOf(live).split("  },\n  {\n");
  expect(options).toBe(`    partition: ["id"],
    clustering: [asc("at")],
    indexes: [
      sai("shape", { similarity: "euclidean" }),
      sai("tags"),
      sai("text", { caseSensitive: false, ascii: true }),
    ],
    compaction: { class: "leveled", sstable_size_in_mb: 200 },
    defaultTtl: 60,
    comment: 'A "note"',
    readRepair: "none",
  },
);
`);
});

test("with the names of tables, only they and their types are written, under the same names", () => {
  const live = liveKeyspace({ user: row, users: row, days: row }, { others: ["function f()"] });
  expect(bodyOf(live, ["users"]))
    .toBe(`// Its GraphQL type is called UserRow: User is the name of another type.
export const UserRow = table(
  "users",
  {
    id: int(),
  },
  {
    partition: ["id"],
  },
);
`);
});

test("a keyspace without tables is a module that exports nothing", () => {
  expect(bodyOf(liveKeyspace({}))).toBe("export {};\n");
});

test("the text is formatted as oxfmt formats it", async () => {
  const types = [
    "text",
    "list<text>",
    "frozen<list<text>>",
    "map<text, int>",
    "frozen<tuple<text, int>>",
    "frozen<tuple<text, frozen<list<text>>>>",
    "map<text, frozen<list<text>>>",
    "list<frozen<tuple<text, int>>>",
    "map<frozen<tuple<text, int>>, frozen<map<text, frozen<list<frozen<tuple<text, int>>>>>>>",
    "vector<frozen<list<float>>, 3>",
    "frozen<set<frozen<map<text, vector<double, 300>>>>>",
  ];
  const columns = types.flatMap((type, at) => [
    `a${at} ${type}`,
    `user_a${at} ${type}`,
    `s${at} ${type} static`,
    `user_s${at} ${type} static`,
    `a_name_that_needs_much_of_a_line_of_100_${at} ${type} static`,
    `a_name_that_needs_much_of_a_line_of_${"1".repeat(60)}_${at} ${type}`,
    `"user ' s${at}" ${type} static`,
    `"user "s" ${at}" ${type}`,
  ]);
  const odd = ['"Größe" int', '"1" int', '"a\u2028b" int', "default int", "日本 int"];
  const long = "a".repeat(40);
  const key = ["pk", "pk", "asc", "desc", "desc"].map((kind, at) => `${long}${at} int ${kind}`);
  const comments = {
    quoted: 'a "quoted" text',
    escaped: `a "quoted" it's 'x' \n\t\u0001 \\ \u2028 ü`,
    long: "x ".repeat(60),
  };
  const live = liveKeyspace(
    {
      orders: [...rows, ...columns, ...odd],
      [long]: key,
      ...Object.fromEntries(Object.keys(comments).map((name) => [name, row])),
      rolled: row,
    },
    {
      options: new Map<string, object>([
        ...Object.entries(comments).map(([name, comment]) => [name, { comment }] as const),
        [
          "rolled",
          {
            compaction: {
              class: "TimeWindowCompactionStrategy",
              compaction_window_size: "1",
              compaction_window_unit: "DAYS",
              expired_sstable_check_frequency_seconds: "x'y",
              "a-b": "0.5",
            },
          },
        ],
      ]) as LiveKeyspace["options"],
      indexes: [2, 3, 4].map((at) => ({
        name: `i${at}${"b".repeat(at * 10)}`,
        table: long,
        options: { class_name: "sai", target: `${long}${at}` },
      })),
    },
  );
  await using directory = await createDirectory();
  const file = join(directory.path, "tables.ts");
  const text = printKeyspace(describeKeyspace(live));
  await writeFile(file, text);
  const oxfmt = fileURLToPath(new URL("../../node_modules/.bin/oxfmt", import.meta.url));
  await promisify(execFile)(oxfmt, [file]);
  expect(await readFile(file, "utf8")).toBe(text);
});
