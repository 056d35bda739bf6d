import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Result, startApp, type TestApp } from "../fixtures/app.ts";
import { runCommand, type Running, startCommand } from "../fixtures/command.ts";
import { type Cluster, makeCluster } from "../fixtures/cluster.ts";
import { ADD, BROWSE, change, CHANGE, createParty, type Key, WATCH } from "../fixtures/parties.ts";

let cassandra: Cluster;
let served: Running;
/** Where the process that was started serves. */
let url: string;

beforeAll(async () => {
  cassandra = await makeCluster();
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  await cassandra[Symbol.asyncDispose]();
});

const settings = () => ({
  CASSANDRA_CONTACT_POINTS: cassandra.cluster.contactPoints.join(","),
  CASSANDRA_REPLICATION: "1",
  PORT: "0",
});

async function ready(): Promise<{ readonly status: string; readonly reason?: string }> {
  const response = await fetch(new URL("/ready", url));
  const state = (await response.json()) as { status: string; reason?: string };
  expect(response.status).toBe(state.status === "ready" ? 200 : 503);
  return state;
}

const post = async (query: string) => {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) });
  return (await response.json()) as TestResult;
};
interface TestResult {
  readonly data?: unknown;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

/** Asks until there is an answer: connections come back one by one, and until then nothing is done. */
async function whenAnswered(ask: () => Promise<Result>) {
  for (;;) {
    const { data, errors } = await ask();
    if (data) return data;
    expect(errors?.[0]?.extensions?.["code"]).toBe("UNAVAILABLE");
    await sleep(50);
  }
}

/** How long it takes until something is so, in milliseconds; asked again and again. */
async function timeUntil(isSo: () => Promise<boolean>): Promise<number> {
  const begun = Date.now();
  while (!(await isSo())) await sleep(20);
  return Date.now() - begun;
}

describe("a service without a Cassandra", () => {
  test("serves, and tells why it is not ready", async () => {
    served = startCommand(["serve"], { env: settings() });
    const banner = await served.printed("Ctrl-C stops everything.");
    expect(banner).toMatch(/Cassandra +at 127[.\d]+:\d+, not reached yet\n/);
    url = /http:\S+\/graphql/.exec(banner)![0];

    expect((await fetch(new URL("/health", url))).status).toBe(200);
    await expect.poll(ready, { timeout: 5000 }).toEqual({
      status: "unavailable",
      reason: expect.stringMatching(/^Cannot connect to Cassandra at 127.*: connect ECONNREFUSED/),
    });
    expect((await fetch(url, { headers: { accept: "text/html" } })).status).toBe(200);
    const { data } = await post("{ __schema { queryType { name } } }");
    expect(data).toEqual({ __schema: { queryType: { name: "Query" } } });
  });

  test.each([
    '{ partiesInCity(city: "Rome") { nodes { id } } }',
    'mutation { createParty(input: { city: "Rome", name: "Mine" }) { __typename } }',
    'subscription { peopleChanged(city: "Rome", id: "00000000-0000-4000-8000-000000000001") { people } }',
  ])("answers %s with UNAVAILABLE", async (query) => {
    const { errors } = await post(query);
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["UNAVAILABLE"]);
  });

  test("waits for a database that matches the models, and changes nothing in it", async () => {
    await cassandra.start();
    const reason = async () => (await ready()).reason;
    await expect
      .poll(reason, { timeout: 5000 })
      .toBe("The database does not match the models: keyspace partyfinder is missing.");
    const { errors } = await post('{ partiesInCity(city: "Rome") { nodes { id } } }');
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["NOT_SYNCED"]);

    const { code } = await runCommand(["sync"], { env: settings() });
    expect(code).toBe(0);
    await expect.poll(ready, { timeout: 5000 }).toEqual({ status: "ready" });
    expect(await post('{ partiesInCity(city: "Rome") { nodes { id } } }')).toEqual({
      data: { partiesInCity: { nodes: [] } },
    });
  });
});

describe("an outage in the middle", () => {
  let app: TestApp;
  let key: Key;
  let counts: AsyncIterableIterator<unknown>;

  beforeAll(async () => {
    app = await startApp(undefined, cassandra.cluster);
    key = await createParty(app);
    counts = app.subscribe(WATCH, { ...key });
    expect(await counts.next()).toMatchObject({
      value: { data: { peopleChanged: { people: 0 } } },
    });
  });
  afterAll(() => app[Symbol.asyncDispose]());

  /** Asks everything, as long as there is no answer: each is a coded error in under 4 s. */
  async function expectCodedErrors() {
    const begun = Date.now();
    const [query, mutation, other] = await Promise.all([
      app.run(BROWSE, { city: "Rome" }),
      app.run(CHANGE, { ...key, expected: 0, delta: 0 }),
      post('{ partiesInCity(city: "Rome") { nodes { id } } }'),
    ]);
    expect(Date.now() - begun).toBeLessThan(4000);
    expect(query.errors?.[0]?.extensions?.["code"]).toBe("UNAVAILABLE");
    expect(other.errors?.[0]?.extensions.code).toBe("UNAVAILABLE");
    const told =
      mutation.errors?.[0]?.extensions?.["code"] ?? mutation.data.changePeople.__typename;
    expect(["UNAVAILABLE", "OutcomeUnknown"]).toContain(told);
    expect((await fetch(new URL("/health", url))).status).toBe(200);
    await expect
      .poll(ready, { timeout: 5000 })
      .toMatchObject({ status: "unavailable", reason: expect.any(String) });
  }

  const answers = async () => {
    const [{ data }, { status }] = await Promise.all([
      app.run(CHANGE, { ...key, expected: 0, delta: 0 }),
      ready(),
    ]);
    return data?.changePeople?.__typename === "PeopleChanged" && status === "ready";
  };

  test("Cassandra freezes and thaws", async () => {
    cassandra.nodes[0]!.freeze();
    for (let round = 0; round < 3; round++) await expectCodedErrors();
    cassandra.nodes[0]!.thaw();
    expect(await timeUntil(answers)).toBeLessThan(2000);
  });

  test("Cassandra is killed and comes back", async () => {
    await cassandra.nodes[0]!.kill();
    for (let round = 0; round < 3; round++) await expectCodedErrors();
    await cassandra.start();
    expect(await timeUntil(answers)).toBeLessThan(2000);
  });

  test("changes of while Cassandra was frozen are applied or not as they were told, and known to the next", async () => {
    const counted = await createParty(app);
    const add = () => app.run(ADD, { ...counted, delta: 1 });
    expect((await add()).data.addPeople.people).toBe(1);
    cassandra.nodes[0]!.freeze();
    const first = change(app, counted, 1, 1);
    await sleep(100);
    const waited = await Promise.all([add(), add(), add()]);
    const codes = waited.map(({ errors }) => errors?.[0]?.extensions?.["code"]);
    expect(codes).toEqual(["UNAVAILABLE", "UNAVAILABLE", "UNAVAILABLE"]);
    expect(await first).toEqual({ __typename: "OutcomeUnknown" });
    cassandra.nodes[0]!.thaw();

    // Of all of them only the first was sent.
    const { people } = (await whenAnswered(add)).addPeople;
    expect([2, 3]).toContain(people);
    const next = { ...counted, expected: people, delta: 1 };
    const { changePeople } = await whenAnswered(() => app.run(CHANGE, next));
    expect(changePeople).toMatchObject({ people: people + 1 });
  });

  test("who watched a count all the while gets the next one", async () => {
    const five = { ...key, expected: 0, delta: 5 };
    const { changePeople } = await whenAnswered(() => app.run(CHANGE, five));
    expect(changePeople).toMatchObject({ people: 5 });
    let people: number | undefined;
    while (people !== 5) {
      const { value } = (await counts.next()) as {
        value: { data: { peopleChanged: { people: number } } };
      };
      people = value.data.peopleChanged.people;
    }
    expect(app.log).toEqual([]);
  });

  test("the process still stops as asked, with Cassandra frozen and a query in flight", async () => {
    cassandra.nodes[0]!.freeze();
    const late = post('{ partiesInCity(city: "Rome") { nodes { id } } }');
    await sleep(100);
    const begun = Date.now();
    const { code, err } = await served.end("SIGTERM");
    expect(Date.now() - begun).toBeLessThan(5000);
    expect((await late).errors?.[0]?.extensions.code).toBe("UNAVAILABLE");
    cassandra.nodes[0]!.thaw();
    expect(code).toBe(0);
    // Each outage is a change of /ready, which tells it again.
    const lines = err.split("\n").filter((line) => line !== "" && !line.startsWith("/ready: "));
    expect(lines).toEqual([...new Set(lines)]);
    expect(lines.filter((line) => line.includes("ECONNREFUSED"))).toHaveLength(1);
    expect(err).toMatch(
      /keyspace partyfinder is missing\. \(the command "sync" creates it if CASSANDRA_REPLICATION /,
    );
    expect(err).toMatch(/^Connected to Cassandra 5\.0\.\d+, at /m);
  });
});
