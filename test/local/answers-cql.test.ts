import { expect, inject, test } from "vitest";
import { answersCql } from "../../src/local/answers-cql.ts";
import { holdAnswers } from "../fixtures/held.ts";

const [contactPoint = ""] = inject("cassandra").contactPoints;

const answers = (at: string) => {
  const { hostname, port } = new URL(`cql://${at}`);
  return answersCql(hostname, Number(port));
};

test("a node that runs queries serves clients", async () => {
  expect(await answers(contactPoint)).toBe(true);
});

test.each([
  ["accepts connections", 0],
  ["accepts the protocol's startup", 1],
])("a node that only %s does not serve clients yet", async (_, passed) => {
  await using node = await holdAnswers(contactPoint, passed);
  expect(await answers(node.contactPoint)).toBe(false);
});
