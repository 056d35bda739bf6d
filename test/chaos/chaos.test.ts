import { expect, test } from "vitest";
import { tableNames } from "./history.ts";
import { report } from "./report.ts";
import { run } from "./run.ts";

// The short form of `npm run chaos`.

test.each(tableNames)(
  "every amount in the %s stays right while nodes and servers die and restart",
  async (table) => {
    const history = await run({ table, seconds: 60, clients: 16, seed: 1, progress: () => {} });
    const { text, passed } = await report(history);
    console.log(text);
    expect(passed, text).toBe(true);
  },
  300_000,
);
