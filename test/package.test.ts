import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, print, visit } from "graphql";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { startApp } from "./fixtures/app.ts";
import { applicationFile, createFolder } from "./fixtures/application-file.ts";
import { exampleFiles } from "./fixtures/examples.ts";
import { createKeyspace } from "./fixtures/keyspace.ts";
import { createPackedProject, type PackedProject, pinned, root } from "./fixtures/package.ts";

// What one gets who installs the package into a TypeScript project, with npm and the compiler as they are.

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

let project: PackedProject;

// With nothing in npm's cache every package is fetched: on a slow line that takes minutes.
beforeAll(async () => {
  const { tarball, ...created } = await createPackedProject();
  project = created;
  for (const [name, text] of Object.entries(sources)) await project.write(name, text);
  const peers = Object.keys((await manifestOf(root)).peerDependencies);
  const { failed, err } = await project.install(
    tarball,
    ...(await pinned("typescript", "@types/node", ...peers)),
  );
  if (failed) throw new Error(err);
}, 240_000);

afterAll(() => project[Symbol.asyncDispose]());

test("the package has its code, page, README, docs, settings and schema, and nothing else", async () => {
  const source = await readdir(join(root, "src"), { recursive: true });
  const built = source.flatMap((path) => {
    const [, module] = /^(.*)\.[jt]s$/.exec(path) ?? [];
    return module === undefined ? [] : [`dist/${module}.d.ts`, `dist/${module}.js`];
  });
  const docs = await readdir(join(root, "docs"));
  const copied = source.filter((path) => /\.(html|css|svg)$/.test(path));
  expect(project.packed.toSorted()).toEqual(
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

test.each(["nodenext", "bundler"] as const)(
  "every subpath can be imported and has types that compile, by %s",
  async (resolution) => {
    const paths = subpathsOf(await manifestOf(root));
    const imports = paths.map((path, at) => `import * as module${at} from "partyfinder${path}";`);
    const shown = paths.map((path, at) => `"${path}": Object.keys(module${at}).length`);
    await project.write("all.ts", `${imports.join("\n")}\nconsole.log({ ${shown.join(", ")} });`);
    expect(await project.compile("all.ts", { resolution, checkLibraries: true })).toBe("");
    const output = await project.runProgram("all.js");
    for (const path of paths) expect(output).toMatch(new RegExp(`'${path}': [1-9]`));
  },
);

test("its files import only dependencies and peers, and optional peers only when they are used", async () => {
  const { dependencies, peerDependencies, peerDependenciesMeta } = await manifestOf(root);
  const allowed = new Set(Object.keys({ ...dependencies, ...peerDependencies }));
  const optional = new Set(Object.keys(peerDependenciesMeta));
  const dist = join(project.directory, "node_modules/partyfinder/dist");
  const named = new Set<string>();
  const wrong: string[] = [];
  for (const file of await readdir(dist, { recursive: true })) {
    if (!/\.[jt]s$/.test(file)) continue;
    for (const { name, isDynamic } of packagesIn(await readFile(join(dist, file), "utf8"))) {
      named.add(name);
      const isFit = optional.has(name)
        ? (isDynamic && file.endsWith(".js")) || `${file} ${name}` === "testing/vitest.d.ts vitest"
        : allowed.has(name);
      if (!isFit) wrong.push(`${file}: ${name}`);
    }
  }
  expect(wrong).toEqual([]);
  expect([...allowed].filter((name) => !named.has(name))).toEqual([]);
});

test("a program that builds a statement compiles and runs", async () => {
  expect(await project.compile("statement.ts")).toBe("");
  expect(JSON.parse(await project.runProgram("statement.js"))).toEqual({
    cql: "SELECT city, id, name, note FROM party WHERE city = ?",
    params: ["Rome"],
    table: expect.stringContaining("PRIMARY KEY ((city), id)"),
    connect: "function",
  });
});

test("nothing that the declarations export is any where the source has a type", async () => {
  expect(await project.compile("types.ts")).toBe("");
});

test("a read without the partition key does not compile", async () => {
  const errors = await project.compile("wrong.ts");
  expect(errors).toMatch(/^wrong\.ts\(1,20\): error/);
  expect(errors).toContain(
    "Property 'city' is missing in type '{ id: string; }' but required in type '{ readonly city: string; }'.",
  );
  expect(errors.match(/error TS/g)).toHaveLength(1);
});

test("a Pothos builder of the project has the fields of a table", async () => {
  expect(await project.compile("print.ts")).toBe("");
  const schema = withoutDescriptions(await project.runProgram("print.js"));
  expect(schema).toContain("party(city: String!, id: UUID!): Party\n");
  expect(schema).toMatch(/ partiesInCity\(city: String!, .*\): PartyConnection!\n/);
  expect(schema).toContain(
    "type Party {\n  city: String!\n  id: UUID!\n  name: String!\n  note: String\n}",
  );
});

test("a table of the project's own is synced, written and read, also by GraphQL", async () => {
  await using keyspace = await createKeyspace();
  const { contactPoints, localDataCenter } = inject("cassandra");
  expect(await project.compile("database.ts")).toBe("");
  const output = await project.runProgram(
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
  expect(await project.compile("client.ts")).toBe("");
  expect(JSON.parse(await project.runProgram("client.js", app.url))).toEqual({
    name: "Ferragosto",
    counts: [0, 1, 2],
    code: "BAD_USER_INPUT",
  });
});

test("a keyspace for tests is had without vitest", async () => {
  expect(await project.compile("keyspace.ts")).toBe("");
  expect(await project.runProgram("keyspace.js")).toBe("[]\n");
  const testing = join(project.directory, "node_modules/partyfinder/dist/testing");
  for (const name of await readdir(testing)) {
    if (name.endsWith(".js")) {
      expect(await readFile(join(testing, name), "utf8")).not.toMatch(/from "vitest/);
    }
  }
});

test("the test in docs/testing.md passes, and a test that fails leaves no keyspace", async () => {
  const files = await exampleFiles("docs/testing.md");
  for (const [name, text] of files) await project.write(name, text);
  expect(await project.compile("seat.test.ts")).toBe("");
  const vitest = join(project.directory, "node_modules/.bin/vitest");
  const args = ["run", "--exclude=out/**", "--reporter=json", "--outputFile=report.json"];
  expect((await project.execute(vitest, args)).failed).toBe(true);
  const { testResults } = JSON.parse(
    await readFile(join(project.directory, "report.json"), "utf8"),
  );
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
  const command = async (...args: readonly string[]) => {
    const { failed, out, err } = await project.execute("npx", [
      "--no",
      "--",
      "partyfinder",
      ...args,
    ]);
    expect([failed, err]).toEqual([false, ""]);
    return out;
  };
  const [help, schema, file] = await Promise.all([
    command("--help"),
    command("schema"),
    readFile(join(root, "schema.graphql"), "utf8"),
  ]);
  expect(help).toMatch(/^partyfinder: .*\n\nCommands:\n {2}serve /);
  expect(schema).toBe(file);
});

test("the command runs with a file in a folder without packages", async () => {
  await using folder = await createFolder({ "application.ts": applicationFile });
  const file = join(folder.path, "application.ts");
  const { out, err } = await project.execute("npx", ["--no", "--", "partyfinder", "schema", file]);
  expect(err).toBe("");
  expect(out).toContain("type Seat {");
});

test("the command serves the page as it was built", async () => {
  await using keyspace = await createKeyspace();
  await using served = await serve(
    join(project.directory, "node_modules/partyfinder/dist/party/partyfinder.js"),
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
  await mkdir(join(project.directory, "page"));
  for (const [name, text] of files) await project.write(name, text);
  const page = await readFile(join(root, "docs/server.md"), "utf8");
  const [, config = ""] = /^```jsonc\n\/\/ tsconfig.json\n(.*?)^```$/ms.exec(page)!;
  const programs = [...files.keys()].filter((name) => name.endsWith(".ts"));
  await project.write(
    "tsconfig.theatre.json",
    JSON.stringify({ ...JSON.parse(config), files: programs }),
  );
  const tsc = join(project.directory, "node_modules/.bin/tsc");
  expect(await project.execute(tsc, ["-p", "tsconfig.theatre.json"])).toMatchObject({
    failed: false,
    out: "",
  });
  await appendFile(
    join(project.directory, "application.ts"),
    '\nexport const page = new URL("./page/", import.meta.url);\n',
  );
  await using keyspace = await createKeyspace();
  const theatre = join(project.directory, "theatre.ts");
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
  const child = spawn(process.execPath, args, { cwd: project.directory, env, stdio: "ignore" });
  const [code] = await once(child, "exit");
  return code;
}

/** Runs `serve` of a command, and returns the address that its banner shows in the row `until`. */
async function serve(
  program: string,
  { keyspace, until }: { readonly keyspace: string; readonly until: string },
): Promise<AsyncDisposable & { readonly url: string }> {
  const server = spawn(process.execPath, [program, "serve"], {
    cwd: project.directory,
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

/** What is read of a package.json. */
interface Manifest {
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
}

async function manifestOf(directory: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(directory, "package.json"), "utf8"));
}

/** Returns the subpaths of the modules, e.g. `/cassandra`. */
function subpathsOf({ exports }: Manifest): readonly string[] {
  return Object.entries(exports).flatMap(([path, target]) =>
    typeof target === "string" ? [] : [path.slice(1)],
  );
}

/** Returns the packages that a file imports, and whether it does so only when that code runs. */
function packagesIn(text: string) {
  const code = text.replace(/\/\*[^]*?\*\//g, "");
  const statements = code.matchAll(
    /^(?:import|export)\b(?:[^"'`;]*?\bfrom)?\s*["'](@?\w[\w./:-]*)["']/gm,
  );
  const calls = code.matchAll(
    /\b(?:import|createRequire\(import\.meta\.url\))\(["'](@?\w[\w./:-]*)["']\)/g,
  );
  return [
    ...Array.from(statements, ([, specifier = ""]) => ({ specifier, isDynamic: false })),
    ...Array.from(calls, ([, specifier = ""]) => ({ specifier, isDynamic: true })),
  ].flatMap(({ specifier, isDynamic }) => {
    const [first = "", second = ""] = specifier.split("/");
    const name = first.startsWith("@") ? `${first}/${second}` : first;
    return name.startsWith("node:") ? [] : [{ name, isDynamic }];
  });
}

function withoutDescriptions(schema: string): string {
  const remove = (_: unknown, key: string | number | undefined) =>
    key === "description" ? null : undefined;
  return print(visit(parse(schema), { StringValue: remove }));
}
