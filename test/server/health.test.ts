import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CassandraError, type Session } from "../../src/cassandra/index.ts";
import * as application from "../../src/party/application.ts";
import { createServer } from "../../src/server/index.ts";
import { startApp, type TestApp } from "../fixtures/app.ts";
import { eventually } from "../fixtures/eventually.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const ask = (path: string, method = "GET") => fetch(new URL(path, app.url), { method });

describe.each([
  ["/health", { status: "ok" }],
  ["/ready", { status: "ready" }],
])("%s", (path, state) => {
  test("tells that all is well", async () => {
    const response = await ask(path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toEqual(state);
    expect((await ask(`${path}?from=probe`)).status).toBe(200);
  });

  test("answers HEAD without a body", async () => {
    const response = await ask(path, "HEAD");
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
  });

  test.each(["POST", "PUT", "DELETE", "OPTIONS"])("refuses %s", async (method) => {
    const response = await ask(path, method);
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD");
  });
});

test("no other address that ends like it is /health", async () => {
  expect((await ask("/nothing/health")).status).toBe(404);
});

test.each(["party", "party_by_date"])(
  "/ready tells that the table %s is gone, /health does not care",
  async (name) => {
    await using broken = await startApp();
    await broken.keyspace.session.cql(`DROP TABLE ${name}`);
    const response = await fetch(new URL("/ready", broken.url));
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      status: "unavailable",
      reason: `The database does not match the models: table ${name} is missing.`,
    });
    expect((await fetch(new URL("/health", broken.url))).status).toBe(200);
  },
);

test("however many ask whether it is ready, each table is read once a second at most", async () => {
  const { session } = app.keyspace;
  const reads = new Map<string, number>();
  const run: Session["run"] = (statement) => {
    reads.set(statement.cql, (reads.get(statement.cql) ?? 0) + 1);
    return session.run(statement);
  };
  await using counted = await createServer({ ...application, session: { ...session, run } });
  reads.clear();
  const begun = performance.now();
  for (let round = 0; round < 10; round += 1) {
    const asked = Array.from({ length: 10 }, () => fetch(new URL("/ready", counted.url)));
    for (const response of await Promise.all(asked)) expect(response.status).toBe(200);
  }
  const most = 1 + (performance.now() - begun) / 1000;
  expect(reads.size).toBeGreaterThanOrEqual(application.tables.length);
  expect(Math.max(...reads.values())).toBeLessThanOrEqual(most);
});

test("what was not ready, is found ready again", async () => {
  let isAway = true;
  const { session } = app.keyspace;
  const run: Session["run"] = async (statement) => {
    if (isAway) throw new CassandraError("UNAVAILABLE", "No answer in time.");
    return session.run(statement);
  };
  await using flaky = await createServer({ ...application, session: { ...session, run } });
  const status = async () => (await fetch(new URL("/ready", flaky.url))).status;
  expect(await status()).toBe(503);
  isAway = false;
  await eventually(async () => expect(await status()).toBe(200));
});
