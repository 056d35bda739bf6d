import { Agent } from "node:http";
import { expect, test } from "vitest";
import { chunks } from "../../src/chunks.ts";
import { codesIn, send } from "../fixtures/send.ts";
import { startServerProcess } from "../fixtures/server-process.ts";
import { json } from "./corpus.ts";

const MIB = 2 ** 20;
const at = (count: number) => Array.from({ length: count }, (_, number) => number);

test("11,000 different documents leave no more in memory than what is kept of documents", async () => {
  await using server = await startServerProcess();
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const codes = async (query: string) => {
    const body = JSON.stringify({ query });
    return codesIn(await send(server.url, { headers: json, body }, agent));
  };
  const run = async (documents: readonly string[], expected: readonly string[]) => {
    for (const some of chunks(documents, 50)) {
      for (const found of await Promise.all(some.map(codes))) expect(found).toEqual(expected);
    }
  };

  await run(["{ __typename }"], []);
  const before = await server.ask("memory");
  await run(
    at(10_000).map((number) => `{ a${number}: __typename b: __typename }`),
    [],
  );
  // A comment is no token, and the parser keeps it.
  await run(
    at(500).map((number) => `{ __typename } #${number}\n${"#\n".repeat(30_000)}`),
    [],
  );
  await run(
    at(500).map((number) => `{x${number} ${"b ".repeat(50_000)}}`),
    ["TOO_MANY_TOKENS"],
  );
  expect((await server.ask("memory")) - before).toBeLessThan(64 * MIB);
  agent.destroy();
}, 120_000);
