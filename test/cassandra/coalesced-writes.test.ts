import { Socket } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { connect, insert, int, select, table } from "../../src/cassandra/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { EXECUTE } from "../fixtures/proxy.ts";

const Lamp = table("lamp", { number: int() }, { partition: ["number"] });

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace(Lamp);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

test("the requests of one turn of the event loop are written together", async () => {
  const { session } = keyspace;
  const read = (number: number) => session.run(select(Lamp, { number }));
  await read(0);
  const write = vi.spyOn(Socket.prototype, "write");
  try {
    const requests = Array.from({ length: 20 }, (_, number) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      setTimeout(resolve, 1);
      return promise.then(() => read(number));
    });
    await Promise.all(requests);
    const frames = write.mock.calls.map(([bytes]) => bytes as unknown).filter(isExecute);
    // A timer may fire one turn later.
    expect(frames.length).toBeLessThanOrEqual(3);
  } finally {
    write.mockRestore();
  }
});

test("a write on a connection that ends in the same turn was not sent, and its caller learns so", async () => {
  const { cluster, name } = keyspace;
  await using session = await connect({ ...cluster, keyspace: name });
  const write = vi.spyOn(Socket.prototype, "write");
  await session.run(insert(Lamp, { number: 0 }));
  const sockets = write.mock.contexts.filter((_, at) => isExecute(write.mock.calls[at]![0]));
  write.mockRestore();
  expect(sockets).toHaveLength(1);
  (sockets[0] as Socket).destroy();
  await expect(session.run(insert(Lamp, { number: 1 }))).rejects.toMatchObject({
    code: "UNAVAILABLE",
  });
});

/** Whether bytes begin with a request that executes a prepared statement. */
function isExecute(bytes: unknown): boolean {
  return Buffer.isBuffer(bytes) && bytes[4] === EXECUTE;
}
