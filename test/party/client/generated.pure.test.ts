import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { file, generate } from "./generate.ts";

test("operations.ts is generated from the present operations.graphql and schema.graphql", async () => {
  const message = 'run "npm run schema" and read what changed';
  expect(await readFile(file, "utf8"), message).toBe(await generate());
});

test("every operation of the schema has one in operations.graphql", async () => {
  const [schema, operations] = await Promise.all(
    ["schema.graphql", "src/party/client/operations.graphql"].map((path) =>
      readFile(new URL(`../../../${path}`, import.meta.url), "utf8"),
    ),
  );
  const names = [...schema!.matchAll(/^type (?:Query|Mutation|Subscription) \{.*?^\}/gms)]
    .flatMap(([type]) => [...type.matchAll(/^ {2}(\w+)\(/gm)])
    .map(([, name]) => name);
  expect(names).toHaveLength(10);
  for (const name of names) expect(operations).toMatch(new RegExp(`^  ${name}\\(`, "m"));
});
