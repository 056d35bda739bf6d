import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { getIntrospectionQuery } from "graphql";
import { expect, test } from "vitest";
import { chunks } from "../../src/support/chunks.ts";
import { openGreetedSocket } from "../fixtures/raw-socket.ts";
import { codesIn, send } from "../fixtures/send.ts";
import { startServerProcess } from "../fixtures/server-process.ts";
import { json } from "./corpus.ts";

// What many requests leave behind, in a process of its own.

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
    at(500).map((number) => `{ __typename } #${number}\n${`#${"x".repeat(40)}\n`.repeat(1500)}`),
    [],
  );
  await run(
    at(500).map((number) => `{x${number} ${"b ".repeat(50_000)}}`),
    ["TOO_MANY_TOKENS"],
  );
  expect((await server.ask("memory")) - before).toBeLessThan(64 * MIB);
  agent.destroy();
}, 120_000);

test("20,000 operations that were completed at once leave nothing behind", async () => {
  await using server = await startServerProcess();
  const url = server.url.replace("http", "ws");
  const flood = async (operations: number) => {
    using socket = await openGreetedSocket(url);
    for (const number of at(operations)) {
      const id = String(number);
      socket.send({ type: "subscribe", id, payload: { query: "{ __typename }" } });
      socket.send({ type: "complete", id });
    }
    socket.send({ type: "subscribe", id: "last", payload: { query: "{ __typename }" } });
    while ((await socket.next()).id !== "last");
  };
  await flood(2000);
  const before = await server.ask("memory");
  await flood(20_000);
  expect((await server.ask("memory")) - before).toBeLessThan(16 * MIB);
}, 120_000);

test("of a socket that does not read, no more is read when its answers wait", async () => {
  await using server = await startServerProcess();
  const url = server.url.replace("http", "ws");
  using socket = await openGreetedSocket(url);
  const before = await server.ask("memory");
  socket.pause();
  const payload = { query: getIntrospectionQuery() };
  for (const number of at(2000)) {
    socket.send({ type: "subscribe", id: String(number), payload });
  }
  await sleep(2000);
  expect((await server.ask("memory")) - before).toBeLessThan(64 * MIB);
  socket.resume();
  for (let answered = 0; answered < 2000;) {
    if ((await socket.next()).type === "complete") answered += 1;
  }
}, 120_000);

test("an open socket keeps nothing of the request that opened it", async () => {
  await using server = await startServerProcess();
  const url = server.url.replace("http", "ws");
  await using opened = new AsyncDisposableStack();
  const open = async (count: number) => {
    for (const number of at(count)) {
      // Each has headers of its own, of the maximum size that Node.js accepts.
      const headers = { "x-long": `${number}${"x".repeat(14_000)}` };
      const socket = await openGreetedSocket(url, { headers });
      opened.defer(() => socket[Symbol.dispose]());
    }
  };
  await open(100);
  const before = await server.ask("memory");
  await open(1500);
  expect((await server.ask("memory")) - before).toBeLessThan(14 * MIB);
}, 120_000);
