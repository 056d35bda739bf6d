import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { insert, type Session } from "../../src/cassandra/index.ts";
import { createLive } from "../../src/live/index.ts";
import { eventually } from "../fixtures/eventually.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { Reading, Seat } from "./models.ts";
import { next, existing } from "./next.ts";

// Tables whose replicas Cassandra does not repair when it reads.

let keyspace: TestKeyspace;
let session: Session;
beforeAll(async () => {
  keyspace = await createKeyspace(Reading, Seat);
  ({ session } = keyspace);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

const repair = async (table: string, how: string) =>
  session.cql(`ALTER TABLE ${table} WITH read_repair = '${how}'`);

const refusal = (table: string) => ({
  code: "NOT_SYNCED",
  message: `Table "${table}" has read_repair = 'NONE', so a read can return an older value than an earlier one: live values need read_repair = 'BLOCKING'.`,
});

describe("a table of plain writes", () => {
  const key = { device: randomUUID(), at: new Date(0) };
  const watch = async (live: ReturnType<typeof createLive>) =>
    existing(await live.watch(Reading, key, { columns: ["value"] }));
  beforeEach(async () => {
    await session.run(insert(Reading, { ...key, value: 1 }));
  });

  test("a table without read repair is refused, and served as soon as it is altered", async () => {
    const live = createLive({ session });
    await repair("reading", "NONE");
    await expect(watch(live)).rejects.toMatchObject(refusal("reading"));
    await expect(live.follow(Reading, { device: key.device })).rejects.toMatchObject(
      refusal("reading"),
    );
    expect(live.size).toBe(0);
    await repair("reading", "BLOCKING");
    expect((await next(await watch(live))).row.value).toBe(1);
    await live.follow(Reading, { device: key.device });
    await live.close();
  });

  test("a table that was served is refused after it was altered", async () => {
    const live = createLive({ session });
    await watch(live);
    await repair("reading", "NONE");
    await eventually(() => expect(watch(live)).rejects.toMatchObject(refusal("reading")));
    await repair("reading", "BLOCKING");
    await watch(live);
    await live.close();
  });

  test("many subscribers at once share one look-up of read_repair", async () => {
    let lookups = 0;
    const run: Session["run"] = (statement) => {
      if (statement.kind === "system") lookups += 1;
      return session.run(statement);
    };
    const live = createLive({ session: { ...session, run } });
    await Promise.all(Array.from({ length: 100 }, () => watch(live)));
    expect(lookups).toBeLessThan(20);
    await live.close();
  });
});

test("a table of lightweight transactions is refused only if a column may have no ballot", async () => {
  const live = createLive({ session });
  const key = { hall: randomUUID(), number: 1 };
  await session.run(insert(Seat, key, { if: "not exists" }));
  await repair("seat", "NONE");
  const watched = existing(await live.watch(Seat, key, { columns: ["taken"] }));
  expect((await next(watched)).row.taken).toBe(0);
  await live.follow(Seat, { hall: key.hall }, { columns: ["taken"] });
  for (const columns of [["holder"], ["wishes"], ["taken", "holder"]] as const) {
    await expect(live.watch(Seat, key, { columns })).rejects.toMatchObject(refusal("seat"));
  }
  await expect(live.follow(Seat, { hall: key.hall })).rejects.toMatchObject(refusal("seat"));
  await live.close();
});
