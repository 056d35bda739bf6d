import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findState, sync } from "../../src/cassandra/index.ts";
import { createDirectory, runCommand } from "../fixtures/command.ts";
import { createKeyspace } from "../fixtures/keyspace.ts";
import { createKeyspaceBy, inspect, tablesIn, withoutComments } from "./inspected.ts";

const textOf = (file: string) => readFile(new URL(file, import.meta.url), "utf8");

test("inspect writes a keyspace as definitions, and finds them again after sync", async () => {
  await using keyspace = await createKeyspaceBy(await textOf("awkward.cql"));
  await using directory = await createDirectory();
  const { session, name } = keyspace;
  const file = join(directory.path, "tables.ts");
  const done = await inspect(name, "--out", file);
  expect(done).toEqual({
    code: 0,
    out: "",
    err: `Defined 8 tables of keyspace ${name} in ${file}.\n`,
  });
  const text = await readFile(file, "utf8");
  // `npm run check` compiles and formats this file.
  const expected = await textOf("../examples/inspected.ts");
  expect(text.replaceAll(name, "awkward")).toBe(expected);

  const again = await inspect(name, "--out", file);
  expect(again).toEqual(done);

  const tables = await tablesIn(text);
  expect(tables).toHaveLength(8);
  expect(await findState(session, { keyspace: name, tables })).toEqual({
    mismatch: undefined,
    building: [],
    differences: [],
  });
  expect(await sync(session, { keyspace: name, tables })).toEqual([]);
  const schema = await runCommand(["schema", file]);
  expect(schema).toMatchObject({ code: 0, err: "" });
  const reads = /^type Query \{.*?^\}/ms.exec(schema.out)![0].match(/(?<=^  )\w+(?=\()/gm);
  expect(reads).toEqual(
    expect.arrayContaining(
      [
        "document documents documentsWhere eventByUser eventsByUser gone orderLine orderLines pageHit",
        "pageHits reading readings readingsWhere route routes routesWhere user",
      ].flatMap((line) => line.split(" ")),
    ),
  );

  await using copy = await createKeyspace();
  await sync(copy.session, { keyspace: copy.name, tables });
  const copied = await inspect(copy.name);
  expect(withoutComments(copied.out)).toBe(withoutComments(text));
});

test("inspect prints the named tables, and names what there is instead of an unknown one", async () => {
  await using keyspace = await createKeyspace();
  const { session, name } = keyspace;
  await session.cql("CREATE TYPE place (name text)");
  await session.cql("CREATE TABLE users (id int PRIMARY KEY, home frozen<place>)");
  await session.cql("CREATE TABLE days (id int PRIMARY KEY)");
  await session.cql("CREATE TABLE nights (id int PRIMARY KEY)");

  const some = await inspect("--keyspace", name, "--table", "nights", "--table", "days");
  expect(some).toMatchObject({ code: 0, err: `Defined 2 tables of keyspace ${name}.\n` });
  expect(some.out.match(/^(?:export )?const \w+/gm)).toEqual([
    "export const Day",
    "export const Night",
    "export const api",
  ]);
  const unknown = await inspect(name, "--table", "user");
  expect(unknown).toEqual({
    code: 2,
    out: "",
    err: `partyfinder: Keyspace ${name} has no table user, but days, nights, users.\n`,
  });
  expect(await inspect(name, "--keyspace", name)).toMatchObject({ code: 2 });
  expect(await inspect(name, "other")).toMatchObject({
    code: 2,
    err: `partyfinder: inspect takes one argument, [keyspace], but got ${name} other.\n`,
  });
  const missing = await inspect("nowhere");
  expect(missing.err).toContain("The database has no keyspace nowhere. It has ");
  expect(missing.code).toBe(12);
});

test("inspect does not overwrite a file that a person has changed", async () => {
  await using keyspace = await createKeyspace();
  await using directory = await createDirectory();
  await keyspace.session.cql("CREATE TABLE users (id int PRIMARY KEY)");
  const file = join(directory.path, "tables.ts");
  await writeFile(file, "// changed");
  expect(await inspect(keyspace.name, "--out", file)).toEqual({
    code: 2,
    out: "",
    err: `partyfinder: --out ${file} exists, with another text. Write to a new file, and compare the two.\n`,
  });
  expect(await readFile(file, "utf8")).toBe("// changed");
});

test("inspect writes what its page shows", async () => {
  const page = await textOf("../../docs/inspect.md");
  const [, cql = "", shown = ""] = /```sql\n(.*?)```.*?```ts\n(.*?)```/s.exec(page)!;
  await using keyspace = await createKeyspaceBy(cql);
  expect((await inspect(keyspace.name)).out).toContain(`\n\n${shown}`);
});
