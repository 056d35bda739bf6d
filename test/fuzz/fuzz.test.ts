import { tables } from "../../src/party/index.ts";
import { expect, inject, test } from "vitest";
import { createKeyspace } from "../fixtures/keyspace.ts";
import { report } from "./report.ts";
import { fuzz } from "./run.ts";

// The short form of `npm run fuzz`.

test("random and mutated inputs neither crash, stall, fill nor open up the service", async () => {
  await using keyspace = await createKeyspace(...tables);
  const result = await fuzz({
    cluster: inject("cassandra"),
    keyspace: keyspace.name,
    seed: 1,
    seconds: 15,
    only: "",
    progress: () => {},
  });
  expect(result.findings, report(result)).toEqual([]);
}, 300_000);
