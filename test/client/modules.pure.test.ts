import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
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
    ["schema.graphql", "src/party/client/operations.graphql"].map((path) =>
      readFile(new URL(`../../${path}`, import.meta.url), "utf8"),
    ),
  );
  const names = [...schema!.matchAll(/^type (?:Query|Mutation|Subscription) \{.*?^\}/gms)]
    .flatMap(([type]) => [...type.matchAll(/^ {2}(\w+)\(/gm)])
    .map(([, name]) => name);
  expect(names).toHaveLength(10);
  for (const name of names) expect(operations).toMatch(new RegExp(`^  ${name}\\(`, "m"));
});

const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".ts"));

test("a browser finds all that is imported: files of the folder, and graphql-ws/client", async () => {
  const bare = new Set<string>();
  for (const name of names) {
    const source = await readFile(join(folder, name), "utf8");
    for (const [, named, whole] of source.matchAll(
      /\bfrom\s+"([^"]+)"|\bimport\s*\(?\s*"([^"]+)"/g,
    )) {
      const from = named ?? whole!;
      if (!from.startsWith(".")) bare.add(from);
      else expect(names, name).toContain(join(dirname(name), from));
    }
  }
  expect([...bare]).toEqual(["graphql-ws/client"]);
});

test("nothing of Node.js is used: neither its modules nor its globals", async () => {
  for (const name of names) {
    const source = await readFile(join(folder, name), "utf8");
    expect(source, name).not.toMatch(/\b(process|Buffer|setImmediate|require|global|NodeJS)\b[.(]/);
  }
});
