import { hash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, print } from "graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDirectory, runCommand, startProgram } from "../fixtures/command.ts";

// The command `documents`, which needs no database.

const root = fileURLToPath(new URL("../..", import.meta.url));
const BROWSE = 'query Browse {\n  partiesInCity(city: "Rome") { nodes { id } }\n}\n';
const COUNT =
  "subscription ($city: String!, $id: UUID!) { peopleChanged(city: $city, id: $id) { people } }";

let directory: Awaited<ReturnType<typeof createDirectory>>;
beforeAll(async () => {
  directory = await createDirectory();
});
afterAll(() => directory[Symbol.asyncDispose]());

/** Writes a file, and returns its path. */
async function file(name: string, text: string): Promise<string> {
  const path = join(directory.path, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}

const list = (...texts: readonly string[]) =>
  Object.fromEntries(texts.map((text) => [hash("sha256", text), text]));
const documents = (...paths: readonly string[]) => runCommand(["documents", ...paths]);

test("the documents of a generated client are listed as it sends them", async () => {
  const path = join(root, "src/party/client/operations.ts");
  const { code, out, err } = await documents(path);
  const { partyOperations: _, ...exported } = await import("../../src/party/client/operations.ts");
  const texts = Object.values(exported) as readonly string[];
  expect(texts.length).toBeGreaterThan(9);
  expect([code, err]).toEqual([0, `Listed ${texts.length} documents.\n`]);
  expect(JSON.parse(out)).toEqual(list(...texts));
});

test("a module may export texts, String objects and nodes; what else it exports is left out", async () => {
  const node = JSON.stringify({ ...parse(BROWSE), loc: undefined });
  const path = await file(
    "module.mjs",
    `class TypedDocumentString extends String {}
     export const text = ${JSON.stringify(`\n# A comment\n${BROWSE}`)};
     export const string = new TypedDocumentString(${JSON.stringify(COUNT)});
     export const node = ${node};
     export const Fragment = "fragment Name on Party { name }";
     export const url = "/graphql";
     export const queryNames = ["query"];
     export const enumeration = { Query: "query" };
     export const nothing = null;
     export default function send() {}`,
  );
  const { code, out, err } = await documents(path);
  expect(err).toBe("Listed 3 documents, left out 1 without an operation.\n");
  expect(JSON.parse(out)).toEqual(list(`\n# A comment\n${BROWSE}`, COUNT, print(parse(BROWSE))));
  expect(code).toBe(0);
});

test("a folder has files of GraphQL and generated lists; its modules are not run", async () => {
  await file("folder/a.graphql", BROWSE);
  await file("folder/inner/b.gql", COUNT);
  await file("folder/inner/persisted-documents.json", JSON.stringify(list("{ __typename }")));
  await file("folder/schema.graphql", "type Query { city: String }");
  await file("folder/package.json", "{}");
  await file("folder/module.ts", "throw new Error('It was run.');");
  await file("folder/node_modules/c.graphql", "{ nope }");
  await file("folder/.cache/d.graphql", "{ nope }");
  const { code, out, err } = await documents(join(directory.path, "folder"));
  expect(err).toBe("Listed 3 documents, left out 1 without an operation.\n");
  expect(JSON.parse(out)).toEqual(list(BROWSE, COUNT, "{ __typename }"));
  expect(code).toBe(0);
});

test("a file of several operations is one document, and the command says so", async () => {
  const path = await file("two.graphql", `${BROWSE}\nquery Other { __typename }`);
  const { out, err } = await documents(path);
  expect(Object.keys(JSON.parse(out))).toHaveLength(1);
  expect(err).toContain(`${path} has several operations, and is listed as one document.`);
});

test("--out writes a list, which can be given again, with others and without repetitions", async () => {
  const one = await file("one.graphql", BROWSE);
  const out = join(directory.path, "list.json");
  expect(await documents(one, "--out", out)).toMatchObject({
    code: 0,
    out: "",
    err: `Listed 1 document in ${out}.\n`,
  });
  const text = await readFile(out, "utf8");
  expect(text.endsWith("}\n")).toBe(true);
  const other = await file("other.graphql", COUNT);
  const again = await documents(out, other, one, "--out", out);
  expect(again).toMatchObject({ code: 0 });
  expect(JSON.parse(await readFile(out, "utf8"))).toEqual(list(BROWSE, COUNT));
});

test("any application has the command, for its own schema", async () => {
  const program = fileURLToPath(new URL("theatre.ts", import.meta.url));
  const path = await file("seats.graphql", 'query { seats(theatre: "Globe") { nodes { taken } } }');
  const { code, out } = await startProgram(program, { args: ["documents", path] }).ended;
  expect(code).toBe(0);
  expect(Object.values(JSON.parse(out))).toEqual([await readFile(path, "utf8")]);
});

describe("nothing is written, and the reason is one line", () => {
  test.each([
    ["wrong.graphql", "{ nope }", ': Cannot query field "nope" on type "Query".'],
    ["half.graphql", "{ city", ": Syntax Error: Expected Name, found <EOF>."],
    ["part.graphql", "{ party { ...Name } }", ': Unknown fragment "Name".'],
    ["half.ts", "export const a = `query {`;", ", a: Syntax Error: Expected Name, found <EOF>."],
    ["throws.ts", "throw new Error('It is broken.');", " cannot be imported: It is broken."],
    ["half.json", "{", " is no list of documents. half.json is not JSON."],
    ["array.json", "[]", " is no list of documents. A list of documents must be an object"],
    [
      "__proto__.json",
      '{ "__proto__": "{ a }" }',
      ' is no list of documents. The document "__proto__"',
    ],
    ["text.txt", "{ __typename }", " is of no kind that has documents: .graphql, .gql, .json"],
    ["empty.ts", "export const a = 1;", ""],
    ["large.graphql", " ".repeat(11 * 2 ** 20), " cannot be read: it is larger than 10 MiB."],
  ])("for %s", async (name, text, message) => {
    const path = await file(name, text);
    const out = join(directory.path, "never.json");
    const ended = await documents(path, "--out", out);
    const expected = message === "" ? `There are no documents in ${path}.` : `${path}${message}`;
    expect(ended.err).toContain(`partyfinder: ${expected}`);
    expect(ended.err.trimEnd().split("\n")).toHaveLength(1);
    expect(ended.code).toBe(message.includes("no kind") ? 2 : 4);
    await expect(readFile(out)).rejects.toThrow("ENOENT");
  });

  test("for what does not exist, or may not be written", async () => {
    expect(await documents("/nowhere")).toMatchObject({
      code: 4,
      err: "partyfinder: /nowhere cannot be read: it does not exist.\n",
    });
    const path = await file("one.graphql", BROWSE);
    expect(await documents(path, "--out", directory.path)).toMatchObject({
      code: 2,
      err: `partyfinder: --out ${directory.path} cannot be written: it is a directory.\n`,
    });
  });
});
