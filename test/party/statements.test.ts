import { randomUUID } from "node:crypto";
import { tracker } from "cassandra-driver";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "../../src/cassandra/index.ts";
import { tables } from "../../src/party/index.ts";
import { startAppOn, type TestApp } from "../fixtures/app.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import {
  ADD,
  BROWSE,
  change,
  CREATE,
  createParty,
  DELETE,
  UPCOMING,
  UPDATE,
  WATCH,
} from "../fixtures/parties.ts";

/** Records the CQL of each request; a batch as the list of its statements. */
class Recorder extends tracker.RequestLogger {
  readonly sent = new Set<string>();

  constructor() {
    super({});
  }

  override onSuccess(...[, query]: Parameters<tracker.RequestLogger["onSuccess"]>): void {
    const texts = typeof query === "string" ? [query] : query.map((each) => each.query);
    this.sent.add(texts.join("; "));
  }
}

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace(...tables);
});
afterAll(() => keyspace[Symbol.asyncDispose]());

/** Returns the CQL that a service sends while a function uses it. */
async function sentBy(use: (app: TestApp) => Promise<void>): Promise<readonly string[]> {
  const requestTracker = new Recorder();
  const { cluster, name } = keyspace;
  const options = { ...cluster, keyspace: name, driver: { requestTracker } };
  await using session = await connect(options);
  await using app = await startAppOn({ ...keyspace, session });
  await use(app);
  return [...requestTracker.sent].filter((text) => !text.includes("system")).toSorted();
}

const city = "Rome";
const date = "2040-01-01T00:00:00.000Z";
const row = "SELECT city, id, name, people, date FROM party WHERE city = ?";
const shown = "SELECT city, id, name, people FROM party WHERE city = ?";
const counts = "SELECT city, id, people FROM party WHERE city = ?";
const timed = "SELECT city, id, name, people, date, WRITETIME(people) FROM party WHERE city = ?";
const entries = "SELECT city, date, id, entered, WRITETIME(entered) FROM party_by_date";
const round = "UPDATE party USING TTL ? SET rounds[?] = ? WHERE city = ? IF rounds[?] = ?";

test("queries read neither hidden columns nor columns that are not selected", async () => {
  const texts = await sentBy(async (app) => {
    const keys = [await createParty(app, { city }), await createParty(app, { city })];
    const { data } = await app.run(BROWSE, { city, first: 1 });
    await app.run(BROWSE, { city, after: data.partiesInCity.pageInfo.endCursor });
    const party = ({ id }: { id: string }, at: number) =>
      `p${at}: party(city: "${city}", id: "${id}") { people }`;
    await app.run(`{ ${party(keys[0]!, 0)} }`);
    await app.run(`{ ${keys.map(party).join(" ")} }`);
    await app.run(UPCOMING, { city });
    await app.subscribe(WATCH, { ...keys[0] }).next();
  });
  expect(texts.filter((text) => text.startsWith("SELECT"))).toEqual(
    [
      `${entries} WHERE city = ? AND date >= ? LIMIT ?`,
      `${counts} AND id = ?`,
      `${counts} AND id IN ?`,
      `${shown} AND id > ? LIMIT ?`,
      `${shown} LIMIT ?`,
      `${timed} AND id = ?`,
    ].toSorted(),
  );
});

test("a change reads hidden columns only if it has an operation id, and reads nothing if the row is known", async () => {
  const texts = await sentBy(async (app) => {
    const key = { city, id: randomUUID() };
    await app.run(CREATE, { input: { ...key, name: "A", date } });
    expect(await change(app, key, 0, 1)).toMatchObject({ people: 1 });
    await app.run(ADD, { ...key, delta: 1 });
    await app.run(ADD, { ...key, delta: 1, operationId: randomUUID() });
    await app.run(ADD, { ...key, delta: 1, operationId: randomUUID() });
    await app.run(UPDATE, { ...key, input: { name: "B" } });
    await app.run(DELETE, { ...key });
  });
  const party = texts.filter((text) => / party /.test(text) && !text.startsWith(row));
  expect(party).toEqual(
    [
      "UPDATE party USING TTL ? SET rounds[?] = ?, recent = null WHERE city = ? AND id = ? IF rounds[?] = null AND recent = null",
      `INSERT INTO party (city, id, name, people, date) VALUES (?, ?, ?, ?, ?) IF NOT EXISTS; ${round}`,
      `UPDATE party SET people = ? WHERE city = ? AND id = ? IF people = ?; ${round}`,
      `UPDATE party SET people = ?, recent = ? WHERE city = ? AND id = ? IF people = ? AND recent = null AND earlier = null; ${round}`,
      `UPDATE party SET people = ?, recent = ? WHERE city = ? AND id = ? IF people = ? AND recent = ? AND earlier = null; ${round}`,
      `UPDATE party SET name = ? WHERE city = ? AND id = ? IF date = ?; ${round}`,
      `DELETE FROM party WHERE city = ? AND id = ? IF EXISTS; ${round}`,
      "SELECT id, people FROM party WHERE city = ? AND id IN ?",
      "SELECT id, people, recent, earlier FROM party WHERE city = ? AND id IN ?",
    ].toSorted(),
  );
});
