import { expect, test } from "vitest";
import {
  asc,
  CassandraError,
  createKeyspace,
  createTable,
  desc,
  dropKeyspace,
  frozen,
  int,
  list,
  table,
  text,
  timestamp,
  tuple,
  udt,
  uuid,
} from "../../src/cassandra/index.ts";
import { addField, createType } from "../../src/cassandra/ddl.ts";
import { userTypesOf } from "../../src/cassandra/user-types.ts";
import { PartyTable } from "../../src/party/index.ts";

test("the party table", () => {
  expect(createTable(PartyTable)).toBe(`CREATE TABLE IF NOT EXISTS party (
  city text,
  id uuid,
  name text,
  people int,
  date timestamp,
  rounds map<uuid, uuid> static,
  recent blob,
  earlier blob,
  PRIMARY KEY ((city), id)
) WITH CLUSTERING ORDER BY (id ASC) AND compaction = {'class': 'LeveledCompactionStrategy'}`);
});

test("a table with a compound partition key, descending order and names that need quotes", () => {
  const Reading = table(
    "Reading",
    { sensor: uuid(), "day of year": int(), at: timestamp(), token: text() },
    { partition: ["sensor", "day of year"], clustering: [desc("at"), asc("token")] },
  );
  expect(createTable(Reading)).toBe(`CREATE TABLE IF NOT EXISTS "Reading" (
  sensor uuid,
  "day of year" int,
  at timestamp,
  "token" text,
  PRIMARY KEY ((sensor, "day of year"), at, "token")
) WITH CLUSTERING ORDER BY (at DESC, "token" ASC)`);
});

test("a table without a clustering key", () => {
  const Setting = table("setting", { name: text(), value: text() }, { partition: ["name"] });
  expect(createTable(Setting)).toBe(`CREATE TABLE IF NOT EXISTS setting (
  name text,
  value text,
  PRIMARY KEY ((name))
)`);
});

test("a user-defined type, whose fields are frozen, so that it can be used frozen and not", () => {
  const size = udt("Size", { w: int(), "h (cm)": int() });
  const Hall = table(
    "hall",
    {
      id: int(),
      at: frozen(udt("place", { size, tags: list(text()), seats: tuple(int(), int()) })),
    },
    { partition: ["id"] },
  );
  const [inner, outer] = userTypesOf([Hall]);
  expect(createType(inner!)).toBe(`CREATE TYPE IF NOT EXISTS "Size" (w int, "h (cm)" int)`);
  expect(createType(outer!)).toBe(
    `CREATE TYPE IF NOT EXISTS place (size frozen<"Size">, tags frozen<list<text>>, seats frozen<tuple<int, int>>)`,
  );
  expect(addField(inner!, inner!.fields[1]!)).toBe(`ALTER TYPE "Size" ADD "h (cm)" int`);
});

test("a keyspace of copies in one data centre, or in several", () => {
  expect(createKeyspace("partyfinder", 3)).toBe(
    "CREATE KEYSPACE IF NOT EXISTS partyfinder WITH replication = {'class': 'SimpleStrategy', 'replication_factor': '3'}",
  );
  expect(createKeyspace("Odd", { dc1: 3, "d'c2": 2 })).toBe(
    `CREATE KEYSPACE IF NOT EXISTS "Odd" WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': '3', 'd''c2': '2'}`,
  );
  expect(dropKeyspace("partyfinder")).toBe("DROP KEYSPACE IF EXISTS partyfinder");
});

test("a table that cannot be is refused when it is defined", () => {
  const columns = { a: text(), b: text() };
  const define = (key: object) => () => table("t", columns, key as never);

  expect(define({ partition: ["c"] })).toThrow(
    new CassandraError(
      "BAD_TABLE",
      'Table "t" is invalid: its key names "c", but its columns are a, b.',
    ),
  );
  expect(define({ partition: [] })).toThrow("its partition key is empty");
  expect(define({ partition: ["a"], clustering: [asc("a")] })).toThrow('names "a" twice');
});
