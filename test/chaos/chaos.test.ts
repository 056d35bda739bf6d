import { expect, test } from "vitest";
import { report } from "./report.ts";
import { run } from "./run.ts";

// The short form of `npm run chaos`.

test("while nodes and servers die and come back, every count stays right", async () => {
  const history = await run({ seconds: 60, clients: 16, seed: 1, progress: () => {} });
  const { text, passed } = await report(history);
  console.log(text);
  expect(passed, text).toBe(true);
}, 300_000);
