import { afterAll, beforeAll, expect, test } from "vitest";
import { rightModels, types, wrongModels } from "../fixtures/wrong-models.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace();
  for (const type of types) await keyspace.session.cql(type);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

test.each(wrongModels)(
  "a table with $what is refused by Cassandra and by the model",
  async (model) => {
    expect(model.define).toThrow(model.why);
    await expect(keyspace.session.cql(`CREATE TABLE wrong ${model.cql}`)).rejects.toMatchObject({
      code: "REFUSED",
    });
  },
);

let tables = 0;
test.each(rightModels)(
  "a table with $what is accepted by Cassandra and by the model",
  async (model) => {
    expect(model.define).not.toThrow();
    tables += 1;
    await keyspace.session.cql(`CREATE TABLE right_${tables} ${model.cql}`);
  },
);
