import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Session } from "../../src/cassandra/index.ts";
import * as application from "../../src/party/application.ts";
import { createServer } from "../../src/server/index.ts";
import { startApp, type TestApp } from "../fixtures/app.ts";

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

test("however many ask whether it is ready, one read of each table is in flight", async () => {
  const { session } = app.keyspace;
  const inFlight = new Set<string>();
  let twice = 0;
  const run: Session["run"] = async (statement) => {
    if (inFlight.has(statement.cql)) twice += 1;
    inFlight.add(statement.cql);
    return session.run(statement).finally(() => inFlight.delete(statement.cql));
  };
  await using counted = await createServer({ ...application, session: { ...session, run } });
  const asked = Array.from({ length: 100 }, () => fetch(new URL("/ready", counted.url)));
  for (const response of await Promise.all(asked)) expect(response.status).toBe(200);
  expect(twice).toBe(0);
});
