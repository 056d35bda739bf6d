import { OperationTypeNode, parse, validate } from "graphql";
import { expect, test } from "vitest";
import { schema } from "../../src/party/schema.ts";
import { createRandom } from "../chaos/random.ts";
import type { World } from "./case.ts";
import { writeBody, writeOperation } from "./document.ts";

const world: World = {
  port: 0,
  keys: [{ city: "Rome", id: "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a11" }],
  cursors: ["cursor"],
};
const write = (seed: number, kind?: OperationTypeNode) =>
  writeOperation({ random: createRandom(seed), world }, kind);

test("the same seed writes the same operation", () => {
  expect(Array.from({ length: 100 }, (_, seed) => write(seed))).toEqual(
    Array.from({ length: 100 }, (_, seed) => write(seed)),
  );
});

test("a body is JSON whatever its variables are", () => {
  for (let seed = 0; seed < 500; seed++) JSON.parse(writeBody(write(seed)));
});

test.each(Object.values(OperationTypeNode))("about half of each kind are valid: %s", (kind) => {
  const valid = Array.from({ length: 400 }, (_, seed) => write(seed, kind).query).filter(isValid);
  expect(valid.length).toBeGreaterThan(150);
  expect(valid.length).toBeLessThan(300);
});

function isValid(query: string): boolean {
  try {
    return validate(schema, parse(query)).length === 0;
  } catch {
    return false;
  }
}
