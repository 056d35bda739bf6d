import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { file, generate } from "./generate.ts";

const folder = fileURLToPath(new URL("../../src/client", import.meta.url));

test("operations.ts is what operations.graphql and schema.graphql say", async () => {
  const message = 'run "npm run schema" and read what changed';
  expect(await readFile(file, "utf8"), message).toBe(await generate());
});

test("every operation of the schema has one in operations.graphql", async () => {
  const [schema, operations] = await Promise.all(
    ["schema.graphql", "src/client/party/operations.graphql"].map((path) =>
      readFile(new URL(`../../${path}`, import.meta.url), "utf8"),
    ),
  );
  const names = [...schema!.matchAll(/^type (?:Query|Mutation|Subscription) \{.*?^\}/gms)]
    .flatMap(([type]) => [...type.matchAll(/^ {2}(\w+)\(/gm)])
    .map(([, name]) => name);
  expect(names).toHaveLength(10);
  for (const name of names) expect(operations).toMatch(new RegExp(`^  ${name}\\(`, "m"));
});

test("a browser finds all that is imported: files of the folder, and graphql-ws/client", async () => {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".ts"));
  const imported = new Set<string>();
  for (const name of names) {
    const source = await readFile(`${folder}/${name}`, "utf8");
    for (const [, from] of source.matchAll(/\bfrom\s+"([^"]+)"|\bimport\s*\(?\s*"([^"]+)"/g)) {
      imported.add(from!);
    }
  }
  const bare = [...imported].filter((from) => !from.startsWith("./"));
  expect(bare).toEqual(["graphql-ws/client"]);
  const relative = [...imported].filter((from) => from.startsWith("./"));
  expect(names.map((name) => `./${name}`)).toEqual(expect.arrayContaining(relative));
});

test("nothing of Node.js is used: neither its modules nor its globals", async () => {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".ts"));
  for (const name of names) {
    const source = await readFile(`${folder}/${name}`, "utf8");
    expect(source, name).not.toMatch(/\b(process|Buffer|setImmediate|require|global|NodeJS)\b[.(]/);
  }
});
