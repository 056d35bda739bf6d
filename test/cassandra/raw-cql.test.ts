import { randomUUID } from "node:crypto";
import { type ExecutionOptions, tracker } from "cassandra-driver";
import { afterAll, beforeAll, describe, expect, expectTypeOf, inject, test } from "vitest";
import {
  asc,
  connect,
  type ConnectByContactPoints,
  int,
  put,
  type RawRow,
  type Session,
  table,
  text,
} from "../../src/cassandra/index.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { EXECUTE, PREPARE, type Proxy, QUERY, startProxy } from "../fixtures/proxy.ts";

const Lamp = table(
  "lamp",
  { theatre: text(), number: int(), colour: text() },
  { partition: ["theatre"], clustering: [asc("number")] },
);

let keyspace: TestKeyspace;
let session: Session;
beforeAll(async () => {
  keyspace = await createKeyspace(Lamp);
  ({ session } = keyspace);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

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

/** Opens a further session, and records what it sends. */
async function record(more: Partial<ConnectByContactPoints> = {}) {
  const requestTracker = new Recorder();
  const driver = { requestTracker };
  const opened = await connect({ ...keyspace.cluster, keyspace: keyspace.name, driver, ...more });
  return { session: opened, sent: requestTracker.sent };
}

async function install(theatre: string, count: number): Promise<void> {
  const lamps = Array.from({ length: count }, (_, number) =>
    put(Lamp, { theatre, number, colour: "red" }),
  );
  // Fewer at once than the driver allows on one connection.
  for (let at = 0; at < count; at += 500) {
    await Promise.all(lamps.slice(at, at + 500).map((lamp) => session.run(lamp)));
  }
}

const read = "SELECT number, colour FROM lamp WHERE theatre = ?";

test("the rows have the type that the caller gives, and values as in models", async () => {
  await install("Globe", 2);
  const lamps = await session.cql<{ number: number; colour: string | null }>(read, ["Globe"]);
  expectTypeOf(lamps).toEqualTypeOf<readonly { number: number; colour: string | null }[]>();
  expect(lamps).toEqual([
    { number: 0, colour: "red" },
    { number: 1, colour: "red" },
  ]);
  expectTypeOf(await session.cql(read, ["Globe"])).toEqualTypeOf<readonly RawRow[]>();
});

describe("rows that are read one by one", () => {
  test("come page by page, each of which is requested when the previous one has been used", async () => {
    await install("Odeon", 10_000);
    const { session: own, sent } = await record();
    await using _ = own;
    let rows = 0;
    for await (const { number } of own.cqlRows<{ number: number }>(read, ["Odeon"])) {
      expect(number).toBe(rows);
      rows += 1;
      expect(sent.length).toBe(Math.ceil(rows / 1000));
    }
    expect(rows).toBe(10_000);
  });

  test("cause no further requests when the caller has enough", async () => {
    await install("Lyric", 20);
    const { session: own, sent } = await record({ fetchSize: 5 });
    await using _ = own;
    const first = await own.cqlRows(read, ["Lyric"])[Symbol.asyncIterator]().next();
    expect(first.value).toEqual({ number: 0, colour: "red" });
    for await (const { number } of own.cqlRows(read, ["Lyric"])) if (number === 6) break;
    expect(sent).toHaveLength(3);
  });

  test("fail with the error of their page", async () => {
    const rows = session.cqlRows("SELECT nothing FROM lamp");
    await expect(Array.fromAsync(rows)).rejects.toMatchObject({
      code: "NOT_SYNCED",
      cql: "SELECT nothing FROM lamp",
    });
  });
});

describe("what is sent", () => {
  test.each([
    [
      "a SELECT",
      "SELECT * FROM lamp WHERE theatre = 'Globe'",
      undefined,
      { isPrepared: true, isIdempotent: true },
    ],
    [
      "a SELECT in a comment",
      "/* SELECT */ UPDATE lamp SET colour = 'a' WHERE theatre = 'x' AND number = 1",
      undefined,
      { isPrepared: true, isIdempotent: false },
    ],
    [
      "a write",
      "UPDATE lamp SET colour = 'a' WHERE theatre = 'x' AND number = 1",
      undefined,
      { isPrepared: true, isIdempotent: false },
    ],
    [
      "a schema change",
      "CREATE TABLE IF NOT EXISTS made (a int PRIMARY KEY)",
      true,
      { isPrepared: false, isIdempotent: false },
    ],
    ["a description", "DESCRIBE TABLE lamp", false, { isPrepared: false, isIdempotent: true }],
  ] as const)("%s", async (_, cql, writes, expected) => {
    const { session: own, sent } = await record();
    await using _session = own;
    await own.cql(cql, [], { writes }).catch(() => {});
    expect(
      sent.map((options) => ({
        isPrepared: options.isPrepared(),
        isIdempotent: options.isIdempotent(),
      })),
    ).toEqual([expected]);
  });

  test("CQL with values is prepared, whatever the caller says", async () => {
    const { session: own, sent } = await record();
    await using _ = own;
    const write = "INSERT INTO lamp (theatre, number) VALUES (?, ?)";
    await own.cql(write, ["Old Vic", 1], { writes: true });
    expect(sent.map((options) => options.isPrepared())).toEqual([true]);
    const wrong = own.cql(write, ["Old Vic", 1.5], { writes: true });
    await expect(wrong).rejects.toMatchObject({ code: "REFUSED" });
  });
});

test("an undefined value is refused, and removes nothing", async () => {
  await session.run(put(Lamp, { theatre: "Lyceum", number: 1, colour: "red" }));
  const write = "UPDATE lamp SET colour = ? WHERE theatre = 'Lyceum' AND number = ?";
  await expect(session.cql(write, [undefined, 1])).rejects.toMatchObject({
    code: "REFUSED",
    message: "A value must be null or a value: it is undefined.",
  });
  const read = "SELECT colour FROM lamp WHERE theatre = 'Lyceum'";
  expect(await session.cql(read)).toEqual([{ colour: "red" }]);
});

test.each(["USE system", " use\n system", "-- a\n/* b * **/ // c\nUse system;"])(
  "the session stays in its keyspace: %j",
  async (cql) => {
    for (const writes of [undefined, true]) {
      await expect(session.cql(cql, [], { writes })).rejects.toMatchObject({
        code: "BAD_STATEMENT",
      });
    }
    await session.cql("SELECT number FROM lamp LIMIT 1");
  },
);

describe("if the node dies while it executes", () => {
  const where = "WHERE theatre = 'Dark' AND number = 1";

  async function codeAfter(
    dying: number,
    act: (session: Session) => Promise<unknown>,
  ): Promise<unknown> {
    const [contactPoint] = inject("cassandra").contactPoints;
    await using proxy: Proxy = await startProxy(contactPoint!);
    const options = { contactPoints: [proxy.contactPoint], keyspace: keyspace.name };
    await using own = await connect({ ...keyspace.cluster, ...options });
    proxy.dieOn(dying);
    // Awaited here, before both are closed.
    return await act(own).then(
      () => "no error",
      (error) => error.code,
    );
  }

  test.each([
    `SELECT * FROM lamp ${where}`,
    `/* UPDATE */ SELECT * FROM lamp ${where}`,
    `-- INSERT\n SELECT * FROM lamp ${where}`,
  ])("it is known that nothing has changed: %s", async (cql) => {
    expect(await codeAfter(EXECUTE, (own) => own.cql(cql))).toBe("UNAVAILABLE");
    expect(await codeAfter(EXECUTE, (own) => Array.fromAsync(own.cqlRows(cql)))).toBe(
      "UNAVAILABLE",
    );
  });

  test.each([
    `UPDATE lamp SET colour = 'a' ${where}`,
    `/* SELECT */ UPDATE lamp SET colour = 'a' ${where}`,
    `-- SELECT\n DELETE FROM lamp ${where}`,
    `UPDATE lamp SET colour = 'a' ${where} IF colour = 'b'`,
    `BEGIN BATCH UPDATE lamp SET colour = 'a' ${where}; APPLY BATCH`,
    `CREATE TABLE t${randomUUID().slice(0, 8)} (a int PRIMARY KEY)`,
  ])("it is not known whether it was applied: %s", async (cql) => {
    expect(await codeAfter(EXECUTE, (own) => own.cql(cql))).toBe("OUTCOME_UNKNOWN");
    expect(await codeAfter(QUERY, (own) => own.cql(cql, [], { writes: true }))).toBe(
      "OUTCOME_UNKNOWN",
    );
  });

  test("the caller may say that it only reads", async () => {
    const act = (own: Session) => own.cql("DESCRIBE TABLES", [], { writes: false });
    expect(await codeAfter(QUERY, act)).toBe("UNAVAILABLE");
  });

  test("nothing is applied if the node has only prepared it", async () => {
    const act = (own: Session) => own.cql(`UPDATE lamp SET colour = 'a' ${where}`);
    expect(await codeAfter(PREPARE, act)).toBe("UNAVAILABLE");
  });
});
