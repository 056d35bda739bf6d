import { graphql } from "graphql";
import { expect, test } from "vitest";
import {
  asc,
  bigint,
  float,
  frozen,
  int,
  list,
  map,
  table,
  text,
  uuid,
} from "../../src/cassandra/index.ts";
import { schemaOf } from "./build.ts";

const Keyed = table(
  "keyed",
  {
    id: uuid(),
    whole: bigint(),
    wholes: frozen(list(bigint())),
    ranks: frozen(map(text(), int({ min: 1, max: 9 }))),
    rate: float(),
  },
  {
    partition: ["id"],
    clustering: [asc("whole"), asc("wholes"), asc("ranks"), asc("rate")],
  },
);
const schema = schemaOf(Keyed);
const given = {
  id: "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51",
  whole: "1",
  wholes: ["1"],
  ranks: [{ key: "a", value: 1 }],
  rate: 0.5,
};

const INT64 = "a whole number from -9223372036854775808 to 9223372036854775807";
const TOO_LARGE = String(2n ** 64n);

test.each([
  [{ whole: TOO_LARGE }, `Argument "whole" must be ${INT64}.`],
  [{ wholes: ["1", TOO_LARGE] }, `Argument "wholes" has an invalid item 1: it must be ${INT64}.`],
  [
    { ranks: [{ key: "a", value: 10 }] },
    'Argument "ranks" has an invalid value of key 0: it must be a whole number from 1 to 9.',
  ],
  [{ rate: 1e300 }, 'Argument "rate" must be a number of 32 bits.'],
])(
  "an argument out of range is an error with its path and reason, without its value: %o",
  async (wrong, message) => {
    const source = `query (
      $id: UUID!, $whole: BigInt!, $wholes: [BigInt!]!, $ranks: [StringIntEntryInput!]!, $rate: Float!
    ) { row(id: $id, whole: $whole, wholes: $wholes, ranks: $ranks, rate: $rate) { id } }`;
    const variableValues = { ...given, ...wrong };
    // There is no session, so nothing can be read.
    const contextValue = { session: undefined };
    const { errors } = await graphql({ schema, source, variableValues, contextValue });
    expect(errors?.map((error) => error.message)).toEqual([message]);
  },
);
