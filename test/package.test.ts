import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, print, visit } from "graphql";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { startApp } from "./fixtures/app.ts";
import { exampleFiles } from "./fixtures/examples.ts";
import { createKeyspace } from "./fixtures/keyspace.ts";

// What one gets who installs the package into a TypeScript project, with npm and the compiler as they are.

const root = fileURLToPath(new URL("..", import.meta.url));

/** What `npm pack --json` tells of a tarball. */
interface Tarball {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** What a program wrote until it ended. */
interface Output {
  readonly failed: boolean;
  readonly out: string;
  readonly err: string;
}

/** What vitest's JSON reporter tells of a file with one test. */
interface Suite {
  readonly assertionResults: readonly [{ readonly title: string; readonly status: string }];
}

/** The project's source files. */
const sources = {
  "table.ts": `
    import { asc, table, text, uuid } from "partyfinder/cassandra";

    export const PartyTable = table(
      "party",
      { city: text(), id: uuid(), name: text().required(), note: text() },
      { partition: ["city"], clustering: [asc("id")], lwt: true },
    );
  `,
  "statement.ts": `
    import { connect, createTable, select } from "partyfinder/cassandra";
    import { PartyTable } from "./table.js";

    const { cql, params } = select(PartyTable, { city: "Rome" });
    console.log(JSON.stringify({ cql, params, table: createTable(PartyTable), connect: typeof connect }));
  `,
  "types.ts": `
    import type * as cassandra from "partyfinder/cassandra";
    import type * as client from "partyfinder/client";
    import type * as partyClient from "partyfinder/party/client";
    import { insert, type PrimaryKey, type Row, select, type Session, type Statement } from "partyfinder/cassandra";
    import type * as pothos from "partyfinder/pothos";
    import type * as testing from "partyfinder/testing";
    import { builder } from "./schema.js";
    import { PartyTable } from "./table.js";

    type Party = {
      readonly city: string;
      readonly id: string;
      readonly name: string;
      readonly note: string | null;
    };
    type Equal<A, B> =
      (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
    type IsAny<T> = 0 extends 1 & T ? true : false;
    type Result<T> = T extends (...args: never) => infer R ? R : unknown;
    type Untyped<Module> = {
      [Name in keyof Module]: true extends IsAny<Module[Name]> | IsAny<Result<Module[Name]>> ? Name : never;
    }[keyof Module];
    type Shown<T> = { [Name in keyof T]: T[Name] };
    type Answer<S> = S extends Statement<infer R> ? R : "not a statement";
    type Shape<Ref> = Ref extends { readonly $inferType: infer S } ? S : "not a ref";
    const same = <A, B>(..._: Equal<A, B> extends true ? [] : ["not the same"]) => {};

    same<Untyped<typeof cassandra>, never>();
    same<Untyped<typeof client>, never>();
    same<Untyped<typeof partyClient>, never>();
    same<Untyped<typeof pothos>, never>();
    same<Untyped<typeof testing>, never>();
    same<Row<typeof PartyTable>, Party>();
    same<PrimaryKey<typeof PartyTable>, { readonly city: string; readonly id: string }>();
    same<Awaited<ReturnType<typeof cassandra.connect>>, Session>();
    same<Session["version"], string>();

    const rows = select(PartyTable, { city: "Rome" });
    same<Shown<Answer<typeof rows>[number]>, Party>();
    const created = insert(PartyTable, { city: "Rome", id: "", name: "" }, { if: "not exists" });
    same<IsAny<Answer<typeof created>>, false>();
    const answered = {} as Answer<typeof created>;
    same<typeof answered["applied"], boolean>();

    const object = builder.tableObject("Other", PartyTable);
    same<Shape<typeof object>, Party>();
    // @ts-expect-error there is no column "town"
    builder.tableObject("Wrong", PartyTable, { columns: { town: false } });
    // @ts-expect-error a table is needed
    builder.queryFields((t) => ({ wrong: t.row("party") }));
  `,
  "schema.ts": `
    import SchemaBuilder from "@pothos/core";
    import RelayPlugin from "@pothos/plugin-relay";
    import type { Session } from "partyfinder/cassandra";
    import CassandraPlugin, { type CassandraScalars } from "partyfinder/pothos";
    import { PartyTable } from "./table.js";

    export const builder = new SchemaBuilder<{
      Context: { readonly session: Session };
      Scalars: CassandraScalars;
    }>({
      plugins: [RelayPlugin, CassandraPlugin],
      relay: { cursorType: "String" },
      cassandra: { session: (context) => context.session },
    });
    builder.tableObject("Party", PartyTable);
    builder.queryType();
    builder.queryFields((t) => ({
      party: t.row(PartyTable),
      partiesInCity: t.partition(PartyTable),
    }));
  `,
  "print.ts": `
    import { printSchema } from "graphql";
    import { builder } from "./schema.js";

    console.log(printSchema(builder.toSchema({ sortSchema: false })));
  `,
  "database.ts": `
    import { graphql } from "graphql";
    import { connect, insert, select, sync } from "partyfinder/cassandra";
    import { builder } from "./schema.js";
    import { PartyTable } from "./table.js";

    const [contactPoints = "", localDataCenter = "", keyspace = ""] = process.argv.slice(2);
    await using session = await connect({
      contactPoints: contactPoints.split(","),
      localDataCenter,
      keyspace,
    });
    const added = await sync(session, { keyspace, tables: [PartyTable] });
    const key = { city: "Rome", id: "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51" };
    const { applied } = await session.run(
      insert(PartyTable, { ...key, name: "Ferragosto" }, { if: "not exists" }),
    );
    const rows = await session.run(select(PartyTable, { city: key.city }));
    const { data } = await graphql({
      schema: builder.toSchema(),
      source: "query ($city: String!, $id: UUID!) { party(city: $city, id: $id) { name } }",
      variableValues: key,
      contextValue: { session },
    });
    console.log(JSON.stringify({ added: added.length, applied, rows, data }));
  `,
  "client.ts": `
    import { ClientError } from "partyfinder/client";
    import { createPartyClient, type PartyClient } from "partyfinder/party/client";

    const [url = ""] = process.argv.slice(2);
    await using client: PartyClient = createPartyClient({ url });
    const city = "Rome";
    const created = await client.createParty({ input: { city, name: "Ferragosto" } });
    if (created.__typename !== "PartyCreated") throw new Error(created.message);
    const { id } = created.party;
    const counts: number[] = [];
    for await (const { people } of client.peopleChanged({ city, id })) {
      counts.push(people);
      if (people === 2) break;
      await client.addPeople({ city, id, delta: 1 });
    }
    const failure = await client.party({ city: "", id }).catch((error: unknown) => error);
    const code = failure instanceof ClientError ? failure.code : failure;
    console.log(JSON.stringify({ name: created.party.name, counts, code }));
  `,
  "keyspace.ts": `
    import { createTestKeyspace, startTestCassandra } from "partyfinder/testing";
    import { PartyTable } from "./table.js";

    await using cassandra = await startTestCassandra();
    await using keyspace = await createTestKeyspace({ cassandra, tables: [PartyTable] });
    console.log(JSON.stringify(await keyspace.session.cql("SELECT * FROM party")));
  `,
  "broken.test.ts": `
    import { createTestKeyspace } from "partyfinder/testing";
    import { expect, inject, test } from "vitest";

    test("a test that fails", async () => {
      const cassandra = inject("cassandra");
      await using keyspace = await createTestKeyspace({ cassandra, prefix: "broken" });
      expect(keyspace.name).toBe("");
    });
  `,
  // The error is on its first line.
  "wrong.ts": `select(PartyTable, { id });
    import { select } from "partyfinder/cassandra";
    import { PartyTable } from "./table.js";
    declare const id: string;
  `,
};

const directory = await mkdtemp(join(tmpdir(), "partyfinder-package-"));
const clone = join(directory, "clone");
const project = join(directory, "project");
let tarball: Tarball;

// With nothing in npm's cache every package is fetched: on a slow line that takes minutes.
beforeAll(async () => {
  await copyClone();
  tarball = await pack();
  await writeSources({ "package.json": '{ "private": true, "type": "module" }', ...sources });
  await install();
}, 240_000);

afterAll(() => rm(directory, { recursive: true, force: true }));

test("the package has its code, page, README, docs, settings and schema, and nothing else", async () => {
  const source = await readdir(inRoot("src"), { recursive: true });
  const built = source.flatMap((path) => {
    const [, module] = /^(.*)\.[jt]s$/.exec(path) ?? [];
    return module === undefined ? [] : [`dist/${module}.d.ts`, `dist/${module}.js`];
  });
  const docs = await readdir(inRoot("docs"));
  const copied = source.filter((path) => /\.(html|css|svg)$/.test(path));
  const packed = tarball.files.map(({ path }) => path);
  expect(packed.toSorted()).toEqual(
    [
      ...built,
      ...copied.map((path) => `dist/${path}`),
      ...docs.map((name) => `docs/${name}`),
      ".env.template",
      "README.md",
      "package.json",
      "schema.graphql",
    ].toSorted(),
  );
});

test("a program that builds a statement compiles and runs", async () => {
  expect(await compile("statement.ts")).toBe("");
  expect(JSON.parse(await runProgram("statement.js"))).toEqual({
    cql: "SELECT city, id, name, note FROM party WHERE city = ?",
    params: ["Rome"],
    table: expect.stringContaining("PRIMARY KEY ((city), id)"),
    connect: "function",
  });
});

test("nothing that the declarations export is any where the source has a type", async () => {
  expect(await compile("types.ts")).toBe("");
});

test("a read without the partition key does not compile", async () => {
  const errors = await compile("wrong.ts");
  expect(errors).toMatch(/^wrong\.ts\(1,20\): error/);
  expect(errors).toContain(
    "Property 'city' is missing in type '{ id: string; }' but required in type '{ readonly city: string; }'.",
  );
  expect(errors.match(/error TS/g)).toHaveLength(1);
});

test("a Pothos builder of the project has the fields of a table", async () => {
  expect(await compile("print.ts")).toBe("");
  const schema = withoutDescriptions(await runProgram("print.js"));
  expect(schema).toContain("party(city: String!, id: UUID!): Party\n");
  expect(schema).toMatch(/ partiesInCity\(city: String!, .*\): PartyConnection!\n/);
  expect(schema).toContain(
    "type Party {\n  city: String!\n  id: UUID!\n  name: String!\n  note: String\n}",
  );
});

test("a table of the project's own is synced, written and read, also by GraphQL", async () => {
  await using keyspace = await createKeyspace();
  const { contactPoints, localDataCenter } = inject("cassandra");
  expect(await compile("database.ts")).toBe("");
  const output = await runProgram(
    "database.js",
    contactPoints.join(","),
    localDataCenter,
    keyspace.name,
  );
  const id = "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51";
  expect(JSON.parse(output)).toEqual({
    added: 1,
    applied: true,
    rows: [{ city: "Rome", id, name: "Ferragosto", note: null }],
    data: { party: { name: "Ferragosto" } },
  });
});

test("a client counts people in, watches them, and ends", async () => {
  await using app = await startApp();
  expect(await compile("client.ts")).toBe("");
  expect(JSON.parse(await runProgram("client.js", app.url))).toEqual({
    name: "Ferragosto",
    counts: [0, 1, 2],
    code: "BAD_USER_INPUT",
  });
});

test("a keyspace for tests is had without vitest", async () => {
  expect(await compile("keyspace.ts")).toBe("");
  expect(await runProgram("keyspace.js")).toBe("[]\n");
  const testing = join(project, "node_modules/partyfinder/dist/testing");
  for (const name of await readdir(testing)) {
    if (name.endsWith(".js")) {
      expect(await readFile(join(testing, name), "utf8")).not.toMatch(/from "vitest/);
    }
  }
});

test("the test in docs/testing.md passes, and a test that fails leaves no keyspace", async () => {
  const files = await exampleFiles("docs/testing.md");
  for (const [name, text] of files) await writeFile(join(project, name), text);
  expect(await compile("seat.test.ts")).toBe("");
  const vitest = join(project, "node_modules/.bin/vitest");
  const args = ["run", "--exclude=out/**", "--reporter=json", "--outputFile=report.json"];
  expect((await execute(vitest, args, project)).failed).toBe(true);
  const { testResults } = JSON.parse(await readFile(join(project, "report.json"), "utf8"));
  expect(
    testResults.map(({ assertionResults: [only] }: Suite) => [only.title, only.status]).toSorted(),
  ).toEqual([
    ["a test that fails", "failed"],
    ["a theatre has its seats", "passed"],
  ]);
  await using keyspace = await createKeyspace();
  const rows = await keyspace.session.cql("SELECT keyspace_name FROM system_schema.keyspaces");
  expect(rows.filter((row) => String(row["keyspace_name"]).startsWith("broken_"))).toEqual([]);
});

test("the command shows its help and prints the schema", async () => {
  const command = (...args: readonly string[]) =>
    run("npx", ["--no", "--", "partyfinder", ...args], project);
  const [help, schema, file] = await Promise.all([
    command("--help"),
    command("schema"),
    readFile(inRoot("schema.graphql"), "utf8"),
  ]);
  expect(help).toMatch(/^partyfinder: .*\n\nCommands:\n {2}serve /);
  expect(schema).toBe(file);
});

test("the command serves the page as it was built", async () => {
  await using keyspace = await createKeyspace();
  await using served = await serve(
    join(project, "node_modules/partyfinder/dist/party/partyfinder.js"),
    { keyspace: keyspace.name, until: "Page" },
  );
  const paths = await assetsOf(served.url);
  expect(paths).toContain("/assets/page/main.js");
  expect(paths).toContain("/assets/client/index.js");
});

test("the theatre of docs/server.md compiles, and is synced, seeded and served with its page", async () => {
  const files = await exampleFiles("docs/server.md");
  expect([...files.keys()]).toEqual([
    "application.ts",
    "theatre.ts",
    "server.ts",
    "host.ts",
    "page/index.html",
    "page/main.ts",
  ]);
  await mkdir(join(project, "page"));
  for (const [name, text] of files) await writeFile(join(project, name), text);
  for (const name of files.keys()) if (name.endsWith(".ts")) expect(await compile(name)).toBe("");
  await appendFile(
    join(project, "application.ts"),
    '\nexport const page = new URL("./page/", import.meta.url);\n',
  );
  await using keyspace = await createKeyspace();
  const theatre = join(project, "theatre.ts");
  for (const command of ["sync", "seed"]) {
    expect(await runCommand([theatre, command], settingsFor(keyspace.name))).toBe(0);
  }
  await using served = await serve(theatre, { keyspace: keyspace.name, until: "GraphiQL" });
  const response = await fetch(served.url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"query":"{ seatsInTheatre(theatre: \\"Globe\\") { nodes { name taken } } }"}',
  });
  const nodes = [{ name: "A 1", taken: 0 }];
  expect(await response.json()).toEqual({ data: { seatsInTheatre: { nodes } } });
  const paths = await assetsOf(new URL("/", served.url).href);
  expect(paths).toContain("/assets/page/main.ts");
  expect(paths).toContain("/assets/node_modules/partyfinder/dist/client/index.js");
});

/** The settings of a command for the tests' Cassandra. */
function settingsFor(keyspace: string): NodeJS.ProcessEnv {
  const { contactPoints, localDataCenter } = inject("cassandra");
  return {
    PATH: process.env["PATH"],
    CASSANDRA_CONTACT_POINTS: contactPoints.join(","),
    CASSANDRA_LOCAL_DATA_CENTER: localDataCenter,
    CASSANDRA_KEYSPACE: keyspace,
    PORT: "0",
  };
}

/** Runs a program of Node.js to its end, and returns its exit status. */
async function runCommand(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(process.execPath, args, { cwd: project, env, stdio: "ignore" });
  const [code] = await once(child, "exit");
  return code;
}

/** Runs `serve` of a command, and returns the address that its banner shows in the row `until`. */
async function serve(
  program: string,
  { keyspace, until }: { readonly keyspace: string; readonly until: string },
): Promise<AsyncDisposable & { readonly url: string }> {
  const server = spawn(process.execPath, [program, "serve"], {
    cwd: project,
    env: settingsFor(keyspace),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(server, "exit");
  const end = async () => {
    server.kill();
    await ended;
  };
  for await (const chunk of server.stdout) {
    const url = new RegExp(`${until} +(\\S+)`).exec(String(chunk))?.[1];
    if (url) return { url, [Symbol.asyncDispose]: end };
  }
  await end();
  throw new Error(`${program} has printed no ${until}.`);
}

/** Returns the paths of the files that a page names, after fetching each. */
async function assetsOf(page: string): Promise<readonly string[]> {
  const html = await (await fetch(page)).text();
  const paths = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path!);
  for (const path of paths) expect((await fetch(new URL(path, page))).status).toBe(200);
  return paths;
}

/** Copies what a clone has, so that packing leaves this one and its `dist` alone. */
async function copyClone(): Promise<void> {
  const left = [".git", "node_modules", ".cassandra", ".env", "dist"].map(inRoot);
  await cp(root, clone, { recursive: true, filter: (path) => !left.includes(path) });
  await symlink(inRoot("node_modules"), join(clone, "node_modules"));
}

async function pack(): Promise<Tarball> {
  const output = await run("npm", ["pack", "--json", "--pack-destination", directory], clone);
  return JSON.parse(output)[0];
}

/** Installs the package beside its peers and a compiler. */
async function install(): Promise<void> {
  const beside = await pinned(["typescript", "@types/node", ...(await peers())]);
  const quick = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"];
  await run("npm", ["install", ...quick, join(directory, tarball.filename), ...beside], project);
}

function inRoot(name: string): string {
  return join(root, name);
}

async function peers(): Promise<readonly string[]> {
  const { peerDependencies } = JSON.parse(await readFile(inRoot("package.json"), "utf8"));
  return Object.keys(peerDependencies);
}

/** Packages at the versions that this project is locked to. */
async function pinned(names: readonly string[]): Promise<readonly string[]> {
  const { packages } = JSON.parse(await readFile(inRoot("package-lock.json"), "utf8"));
  return names.map((name) => `${name}@${packages[`node_modules/${name}`].version}`);
}

async function writeSources(files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(project);
  for (const [name, text] of Object.entries(files)) await writeFile(join(project, name), text);
}

/** Compiles a source file of the project, with what it imports, and gives the compiler's errors. */
async function compile(file: string): Promise<string> {
  const options = ["--strict", "--skipLibCheck", "--target", "esnext", "--module", "nodenext"];
  const places = ["--types", "node", "--rootDir", ".", "--outDir", "out"];
  const extensions = ["--rewriteRelativeImportExtensions"];
  const tsc = join(project, "node_modules/.bin/tsc");
  const { failed, out, err } = await execute(
    tsc,
    [...options, ...places, ...extensions, file],
    project,
  );
  if (failed && out === "") throw new Error(`tsc did not run:\n${err}`);
  return out;
}

/** Runs a compiled file of the project and gives what it prints. */
function runProgram(file: string, ...args: readonly string[]): Promise<string> {
  return run(process.execPath, [join("out", file), ...args], project);
}

/** Runs what has to succeed, and gives its standard output. */
async function run(file: string, args: readonly string[], cwd: string): Promise<string> {
  const { failed, out, err } = await execute(file, args, cwd);
  if (failed) throw new Error(`${[file, ...args].join(" ")} failed:\n${out}${err}`);
  return out;
}

/** Runs a program to its end with the Node.js and the Cassandra of the tests. */
function execute(file: string, args: readonly string[], cwd: string): Promise<Output> {
  const path = [dirname(process.execPath), process.env["PATH"]].join(delimiter);
  const { contactPoints, localDataCenter } = inject("cassandra");
  const cassandra = {
    CASSANDRA_TEST_CONTACT_POINTS: contactPoints.join(","),
    CASSANDRA_TEST_LOCAL_DATA_CENTER: localDataCenter,
  };
  const options = { cwd, env: { ...process.env, ...cassandra, PATH: path } };
  return new Promise((resolve) => {
    execFile(file, args, options, (error, out, err) => {
      resolve({ failed: error !== null, out, err });
    });
  });
}

function withoutDescriptions(schema: string): string {
  const remove = (_: unknown, key: string | number | undefined) =>
    key === "description" ? null : undefined;
  return print(visit(parse(schema), { StringValue: remove }));
}
