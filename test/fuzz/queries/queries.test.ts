import { expect, inject, test } from "vitest";
import { problemsOfQueries, reportQueries } from "./report.ts";
import { fuzzQueries } from "./run.ts";

// The short form of `npm run fuzz -- queries`.

test("random queries have the same answers by plans as by graphql-js", async () => {
  const result = await fuzzQueries({
    cluster: inject("cassandra"),
    seed: 1,
    seconds: 120,
    cases: 300,
    progress: () => {},
  });
  expect(problemsOfQueries(result), reportQueries(result)).toEqual([]);
}, 300_000);
