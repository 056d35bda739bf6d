import { type ExecutionOptions, policies, tracker, types } from "cassandra-driver";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  asc,
  connect,
  type ConnectByContactPoints,
  insert,
  int,
  select,
  type Session,
  table,
  text,
} from "../../src/cassandra/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { startProxy } from "../fixtures/proxy.ts";

const Note = table(
  "note",
  { page: text(), number: int(), text: text() },
  { partition: ["page"], clustering: [asc("number")] },
);
const Count = table("count", { id: text(), people: int() }, { partition: ["id"], lwt: true });

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace(Note, Count);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

const open = (options: Partial<ConnectByContactPoints>): Promise<Session> =>
  connect({ ...keyspace.cluster, keyspace: keyspace.name, ...options });

/** Records how each answered request was sent. */
class Recorder extends tracker.RequestLogger {
  readonly sent: ExecutionOptions[] = [];

  constructor() {
    super({});
  }

  override onSuccess(...[, , , options]: Parameters<tracker.RequestLogger["onSuccess"]>): void {
    this.sent.push(options);
  }
}

test.each([
  ["LOCAL_QUORUM", "LOCAL_SERIAL", "localQuorum", "localSerial"],
  ["QUORUM", "SERIAL", "quorum", "serial"],
] as const)(
  "every statement is at %s or %s",
  async (consistency, serialConsistency, level, serialLevel) => {
    const requestTracker = new Recorder();
    // The driver's own options do not weaken these.
    const queryOptions = { consistency: types.consistencies.one, isIdempotent: true };
    const driver = { requestTracker, queryOptions };
    await using session = await open({ consistency, serialConsistency, driver });
    await session.run(insert(Note, { page: consistency, number: 1 }));
    await session.run(insert(Count, { id: consistency, people: 1 }, { if: "not exists" }));
    await session.run(select(Count, { id: consistency }));
    await session.run(select(Count, { id: consistency }, { serial: true }));
    await session.cql("SELECT * FROM note");

    const { [level]: most, [serialLevel]: ballots } = types.consistencies;
    const { sent } = requestTracker;
    expect(sent.map((options) => options.getConsistency())).toEqual([
      most,
      most,
      most,
      ballots,
      most,
    ]);
    expect(sent.map((options) => options.getSerialConsistency())).toEqual(Array(5).fill(ballots));
    expect(sent.map((options) => options.isIdempotent())).toEqual([false, false, true, true, true]);
  },
);

test("a page has as many rows as the fetch size", async () => {
  for (const number of [1, 2, 3, 4, 5]) {
    await keyspace.session.run(insert(Note, { page: "paged", number }));
  }
  const requestTracker = new Recorder();
  await using session = await open({ fetchSize: 2, driver: { requestTracker } });
  expect(await session.run(select(Note, { page: "paged" }))).toHaveLength(5);
  expect(requestTracker.sent).toHaveLength(3);
});

test("a write fails if a node does not answer in time", async () => {
  const [contactPoint] = keyspace.cluster.contactPoints;
  await using proxy = await startProxy(contactPoint!);
  await using session = await open({
    contactPoints: [proxy.contactPoint],
    requestTimeout: 2500,
  });
  proxy.loseAnswer(1);
  await expect(session.run(insert(Note, { page: "lost", number: 1 }))).rejects.toMatchObject({
    code: "OUTCOME_UNKNOWN",
    cause: { message: expect.stringMatching(/did not reply before timeout 2500 ms/) },
  });
});

test("the coordinators give the timestamps, whatever the driver's options say", async () => {
  class Ahead extends policies.timestampGeneration.MonotonicTimestampGenerator {
    override next() {
      return types.Long.fromNumber((Date.now() + 3_600_000) * 1000);
    }
  }
  await using session = await open({
    driver: { policies: { timestampGeneration: new Ahead(1000, 1000) } },
  });
  const written = { page: "clock", number: 1, text: "now" };
  await session.run(insert(Note, written));
  const [row] = await session.cql("SELECT writetime(text) AS at FROM note WHERE page = 'clock'");
  expect(Number(row?.["at"]) / 1000).toBeLessThan(Date.now() + 60_000);
});

test("a write with too few available replicas is not sent again, whatever the driver's options say", async () => {
  class Again extends policies.retry.RetryPolicy {
    asked = 0;

    override onUnavailable(): policies.retry.DecisionInfo {
      this.asked += 1;
      return this.rethrowResult();
    }
  }
  const retry = new Again();
  await using own = await createKeyspace(Note);
  await own.session.cql(
    `ALTER KEYSPACE ${own.name} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 99}`,
  );
  const driver = { policies: { retry } };
  await using session = await open({ keyspace: own.name, driver });
  await expect(session.run(insert(Note, { page: "a", number: 1 }))).rejects.toMatchObject({
    code: "UNAVAILABLE",
  });
  expect(retry.asked).toBe(0);
  await expect(session.run(select(Note, { page: "a" }))).rejects.toMatchObject({
    code: "UNAVAILABLE",
  });
  expect(retry.asked).toBe(1);
});
