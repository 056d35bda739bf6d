import { readFile, realpath } from "node:fs/promises";
import { parse, print, visit } from "graphql";
import { describe, expect, test } from "vitest";
import { applicationFile, createFolder } from "../fixtures/application-file.ts";
import { runCommand } from "../fixtures/command.ts";

/** Runs `partyfinder schema` with a file of a folder. */
async function schemaOfFile(file: string, files: Readonly<Record<string, string>>) {
  await using folder = await createFolder(files);
  const cwd = await realpath(folder.path);
  const { code, out, err } = await runCommand(["schema", file], { cwd });
  return { code, out, err: err.replaceAll(cwd, "<folder>") };
}

describe("a file that exports tables and a schema", () => {
  test.each<[string, string, Readonly<Record<string, string>>]>([
    ["in a folder without packages", "app.ts", { "app.ts": applicationFile }],
    ["by its whole path", "./app.ts", { "app.ts": applicationFile }],
    ["in a package without type", "app.ts", { "app.ts": applicationFile, "package.json": "{}" }],
    [
      "named .mts in a CommonJS package",
      "app.mts",
      { "app.mts": applicationFile, "package.json": '{ "type": "commonjs" }' },
    ],
    [
      "of several modules",
      "app.ts",
      { "app.ts": `export * from "./schema/all.ts";`, "schema/all.ts": applicationFile },
    ],
    [
      "with other copies of its packages beside it",
      "app.ts",
      {
        "app.ts": applicationFile,
        "package.json": '{ "type": "module" }',
        "node_modules/graphql/package.json": '{ "main": "./index.js" }',
        "node_modules/graphql/index.js": "throw new Error('a second copy')",
        "node_modules/@pothos/core/package.json": '{ "main": "./index.js" }',
        "node_modules/@pothos/core/index.js": "throw new Error('a second copy')",
        "node_modules/partyfinder/package.json": '{ "exports": { "./cassandra": "./index.js" } }',
        "node_modules/partyfinder/index.js": "throw new Error('a second copy')",
      },
    ],
  ])("%s is loaded with the command's own packages", async (_, file, files) => {
    const { code, out, err } = await schemaOfFile(file, files);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("type Seat {");
    expect(out).not.toContain("Party");
  });

  test("may list its tables, and has the other exports of an application", async () => {
    const listed = applicationFile.replace("export const Seat", "const Seat");
    const files = { "app.ts": `${listed}\nexport const tables = [Seat], title = "Seats";` };
    expect(await schemaOfFile("app.ts", files)).toMatchObject({ code: 0, err: "" });
    const without = { "app.ts": `${listed}\nexport const contex = () => ({});` };
    expect(await schemaOfFile("app.ts", without)).toMatchObject({
      code: 15,
      err: expect.stringMatching(
        /^partyfinder: app\.ts cannot be loaded\. It has the unknown property "contex", /,
      ),
    });
    expect(await schemaOfFile("app.ts", { "app.ts": listed })).toMatchObject({
      code: 15,
      err: expect.stringContaining('The schema shows table "seat", which is not among the given'),
    });
  });
});

const tableOnly = `
  import { table, text } from "partyfinder/cassandra";
  export const Seat = table("seat", { show: text() }, { partition: ["show"] });
`;

test("tables alone have a generated schema", async () => {
  const { code, out, err } = await schemaOfFile("app.ts", { "app.ts": tableOnly });
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(/^type Query \{[^}]*^ {2}seat\(/m);
  const misspelled = { "app.ts": `${tableOnly}\nexport const apis = {};` };
  expect((await schemaOfFile("app.ts", misspelled)).err).toContain(
    'app.ts cannot be loaded. It has the unknown property "apis"',
  );
});

test("the tables of docs/server.md have the schema that it shows", async () => {
  const page = await readFile(new URL("../../docs/server.md", import.meta.url), "utf8");
  const [, section = ""] = page.split("### Tables alone\n");
  const [, file = ""] = /^```ts\n(.*?)^```$/ms.exec(section)!;
  const [, shown] = /^```graphql\n(.*?)^```$/ms.exec(section)!;
  const { out } = await schemaOfFile("tables.ts", { "tables.ts": file });
  const bare = { enter: (node: object) => ({ ...node, description: undefined }) };
  expect(print(visit(parse(out), bare))).toContain(shown!.trim());
});

const commonJsPackage = {
  "node_modules/old/package.json": '{ "main": "./index.js" }',
  "node_modules/old/index.js": "module.exports = create(); function create() { return { q: 1 } }",
};

test.each<[string, Readonly<Record<string, string>>, string]>([
  [
    "a CommonJS package",
    { "app.ts": applicationFile, "package.json": '{ "type": "commonjs" }' },
    'app.ts cannot be loaded. It is in a CommonJS package, where Node.js does not know import and export: set "type": "module" in the package.json of its folder, or name it app.mts.',
  ],
  [
    "an enum",
    { "app.ts": 'export const a = 1;\nenum Kind { A = "a" }' },
    'app.ts:2 has TypeScript that Node.js cannot run by removing the types (enum): use an object: const Kind = { A: "a" } as const.',
  ],
  [
    "a parameter property",
    { "app.ts": "class Seat { constructor(readonly row: string) {} }" },
    "app.ts:1 has TypeScript that Node.js cannot run by removing the types (parameter property): declare the property, and assign it in the constructor.",
  ],
  [
    "a type of a module, imported without type",
    { "app.ts": 'import { Row } from "partyfinder/cassandra";' },
    'app.ts:1 imports "Row" from "partyfinder/cassandra", which exports no such value: if it is a type, write "type Row".',
  ],
  [
    "a type of a CommonJS package, imported without type",
    { "app.ts": 'import { DocumentNode } from "graphql";' },
    'app.ts:1 imports "DocumentNode" from "graphql", a CommonJS package that exports no such value: if it is a type, write "type DocumentNode"; if it is a value, import the default export of the package.',
  ],
  [
    "a value that a CommonJS package exports in its own way",
    { "app.ts": 'import { q } from "old";', ...commonJsPackage },
    'app.ts:1 imports "q" from "old", a CommonJS package that exports no such value: if it is a type, write "type q"; if it is a value, import the default export of the package.',
  ],
  [
    "a missing extension",
    { "app.ts": 'import { seat } from "./seat";', "seat.ts": "" },
    'app.ts imports "./seat", but Node.js needs the whole name of a file: write "./seat.ts".',
  ],
  [
    "the extension of compiled code",
    { "app.ts": 'import { seat } from "./tables/seat.js";', "tables/seat.ts": "" },
    'app.ts imports "./tables/seat.js", but Node.js needs the whole name of a file: write "./tables/seat.ts".',
  ],
  [
    "a folder",
    { "app.ts": 'import { seat } from "./tables";', "tables/index.ts": "" },
    'app.ts imports "./tables", but Node.js needs the whole name of a file: write "./tables/index.ts".',
  ],
  [
    "a module that does not exist",
    { "tables/app.ts": "", "app.ts": 'import "./none.ts";' },
    'app.ts imports "./none.ts", which does not exist.',
  ],
  [
    "a package that is not installed",
    { "app.ts": 'import "left-pad";' },
    'app.ts imports the package "left-pad", which is not installed: run "npm install left-pad" in <folder>.',
  ],
  [
    "TypeScript under node_modules",
    { "app.ts": 'import "seats/app.ts";', "node_modules/seats/app.ts": "" },
    "node_modules/seats/app.ts is TypeScript under node_modules, which Node.js does not run: move it out of node_modules, or compile it to JavaScript.",
  ],
  [
    "a module that partyfinder does not have",
    { "app.ts": 'import "partyfinder/seats";' },
    'There is no module "partyfinder/seats". Those of partyfinder are partyfinder/cassandra, partyfinder/pothos, partyfinder/order, partyfinder/lane, partyfinder/live, partyfinder/server, partyfinder/cli, partyfinder/client, partyfinder/party/client, partyfinder/testing, partyfinder/testing/vitest.',
  ],
  [
    "what is no TypeScript",
    { "app.ts": "export const a: = 1;" },
    expect.stringMatching(/^app\.ts:1 is not valid TypeScript: Unexpected token `=`\./) as never,
  ],
  [
    "neither tables nor a schema",
    { "app.ts": "export const title = 1;" },
    "app.ts cannot be loaded. It exports neither tables nor a schema.",
  ],
  [
    "a name of no table",
    {
      "app.ts": `${tableOnly}\nexport const api = { seats: { type: "Seat" } };`,
    },
    'app.ts cannot be served. api names the table "seats", but the tables are seat.',
  ],
])("%s is reported in one line with the remedy", async (_, files, message) => {
  const { code, out, err } = await schemaOfFile("app.ts", files);
  expect({ code, out }).toEqual({ code: 15, out: "" });
  const [line, ...others] = err.trimEnd().split("\n");
  expect(line!.replace(/^partyfinder: /, "")).toEqual(message);
  expect(others).toEqual([]);
});

test("an error of the file is shown with its place in the file", async () => {
  const text = 'export const a = 1;\nthrow new Error("no seats");';
  const { code, err } = await schemaOfFile("app.ts", { "app.ts": text });
  expect(code).toBe(15);
  expect(err).toBe(
    "partyfinder: app.ts cannot be loaded. no seats\n    at file://<folder>/app.ts:2:7\n",
  );
});

test.each([
  ["none.ts", "none.ts cannot be loaded: it does not exist."],
  ["tables", "tables cannot be loaded: it is not a file."],
])("the file %s is refused", async (file, message) => {
  const { code, err } = await schemaOfFile(file, { "tables/app.ts": "" });
  expect({ code, err }).toEqual({ code: 4, err: `partyfinder: ${message}\n` });
});

test("serve reports a broken file before it starts Cassandra", async () => {
  await using folder = await createFolder({ "app.ts": "enum Kind { A }" });
  const { code, err } = await runCommand(["serve", "app.ts"], {
    cwd: folder.path,
    env: { PORT: "0" },
  });
  expect(code).toBe(15);
  expect(err.trimEnd().split("\n")).toHaveLength(1);
});

test("there is one file", async () => {
  const { code, err } = await runCommand(["sync", "app.ts", "other.ts"]);
  expect({ code, err }).toEqual({
    code: 2,
    err: "partyfinder: sync takes one file, but got app.ts, other.ts.\n",
  });
});
