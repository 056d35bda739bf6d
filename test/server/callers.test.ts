import { randomUUID } from "node:crypto";
import { GraphQLError } from "graphql";
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient as createOwnClient } from "../../src/client/index.ts";
import { createServer, type Server } from "../../src/server/index.ts";
import { eventually } from "../fixtures/eventually.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { openRawSocket } from "../fixtures/raw-socket.ts";
import { left, type Own, schema, SeatTable, seenIn } from "./theatre.ts";

let keyspace: TestKeyspace;
let server: Server;
const log: string[] = [];
beforeAll(async () => {
  keyspace = await createKeyspace(SeatTable);
  server = await createServer<Own>({
    schema,
    tables: [SeatTable],
    session: keyspace.session,
    log: (line, error) => log.push(`${line} ${String(error)}`),
    context({ headers }, { connectionParams }) {
      const user = connectionParams?.["user"] ?? headers["x-user"];
      if (user === "crash") throw new Error("The directory of users is down");
      if (typeof user === "string") return { user };
      const extensions = { code: "UNAUTHENTICATED", http: { status: 401 } };
      throw new GraphQLError("Sign in first.", { extensions });
    },
    audience: ({ user }) => (user.startsWith("guest") ? "guests" : undefined),
  });
});
afterAll(async () => {
  await server.close();
  await keyspace[Symbol.asyncDispose]();
});

async function post(query: string, user?: string) {
  const response = await fetch(server.url, {
    method: "POST",
    headers: { "content-type": "application/json", ...(user !== undefined && { "x-user": user }) },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, body: await response.json() };
}

/** The results of a subscription, over a socket of its own. */
function subscribe(query: string, user: string) {
  const client = createClient({
    url: server.webSocketUrl,
    webSocketImpl: WebSocket,
    connectionParams: { user },
    retryAttempts: 0,
  });
  const results = client.iterate<Record<string, unknown>>({ query });
  return { results, close: () => client.dispose() };
}

/** Creates a seat in a theatre of its own, and returns its key as arguments. */
async function createSeat(): Promise<string> {
  const [theatre, id] = [randomUUID(), randomUUID()];
  const query = `mutation { createSeat(input: { theatre: "${theatre}", id: "${id}" }) { __typename } }`;
  expect((await post(query, "ann")).body.data.createSeat.__typename).toBe("SeatCreated");
  return `theatre: "${theatre}", id: "${id}"`;
}

describe("the context of a caller", () => {
  test("is made of each HTTP request", async () => {
    const both = await Promise.all(["ann", "bob"].map((user) => post("{ user }", user)));
    expect(both.map(({ body }) => body)).toEqual([
      { data: { user: "ann" } },
      { data: { user: "bob" } },
    ]);
  });

  test("is made once per WebSocket, of the payload of connection_init", async () => {
    const { results, close } = subscribe("{ user }", "cay");
    expect((await results.next()).value).toEqual({ data: { user: "cay" } });
    await close();
  });

  test("refuses a request with its error and status, after the document was validated", async () => {
    expect(await post("{ user }")).toEqual({
      status: 401,
      body: {
        errors: [{ message: "Sign in first.", extensions: { code: "UNAUTHENTICATED" } }],
      },
    });
    const invalid = await post("{ nothing }");
    expect(invalid.body.errors[0].extensions.code).toBe("GRAPHQL_VALIDATION_FAILED");
  });

  test("masks and logs what is no GraphQL error", async () => {
    const { body } = await post("{ user }", "crash");
    expect(body.errors[0]).toMatchObject({
      message: "Unexpected error.",
      extensions: { code: "INTERNAL_SERVER_ERROR" },
    });
    const { requestId } = body.errors[0].extensions;
    expect(log.find((line) => line.includes(requestId))).toContain("users is down");
  });

  test.each([
    ["4403 where it refuses", {}, 4403],
    ["1013 where it fails, so that clients try again", { user: "crash" }, 1013],
  ])("closes a WebSocket with %s", async (_, payload, code) => {
    using socket = await openRawSocket(server.webSocketUrl);
    socket.send({ type: "connection_init", payload });
    expect(await socket.closed).toBe(code);
  });
});

describe("the project's own client", () => {
  const client = (connectionParams: object) =>
    createOwnClient({ url: server.url, connectionParams: async () => ({ ...connectionParams }) });

  test("identifies its caller on the WebSocket", async () => {
    await using own = client({ user: "gus" });
    const { value: first } = await own.subscribe("subscription { count(to: 1) }").next();
    expect(first).toEqual({ count: 1 });
  });

  test("fails, and does not try again, where it is refused", async () => {
    await using own = client({});
    await expect(own.subscribe("subscription { count(to: 1) }").next()).rejects.toMatchObject({
      code: "UNAUTHENTICATED",
      message: "Sign in first.",
    });
  });
});

describe("equal subscriptions", () => {
  /** Lets two callers watch a seat until both got a change, and returns in how many contexts it was executed. */
  async function contextsFor(...users: readonly string[]) {
    const seat = await createSeat();
    const query = `subscription { seatChanged(${seat}) { seat { taken seenBy } } }`;
    const subscribed = users.map((user) => subscribe(query, user));
    await Promise.all(subscribed.map(({ results }) => results.next()));
    seenIn.length = 0;
    const added = await post(`mutation { addTaken(${seat}, delta: 1) { __typename } }`, "ann");
    expect(added.body.data.addTaken.__typename).toBe("SeatTakenChanged");
    const got = await Promise.all(
      subscribed.map(async ({ results }) => (await results.next()).value as never),
    );
    for (const { close } of subscribed) await close();
    return { contexts: new Set(seenIn).size, got };
  }

  test("of one audience share an execution", async () => {
    const { contexts, got } = await contextsFor("guest 1", "guest 2", "guest 3");
    expect(contexts).toBe(1);
    expect(got).toEqual(Array(3).fill(got[0]));
  });

  test("of callers without an audience are executed for each, in its own context", async () => {
    const { contexts, got } = await contextsFor("ann", "bob");
    expect(contexts).toBe(2);
    expect(got).toMatchObject([
      { data: { seatChanged: { seat: { taken: 1, seenBy: "ann" } } } },
      { data: { seatChanged: { seat: { taken: 1, seenBy: "bob" } } } },
    ]);
  });
});

describe("a subscription to an async iterable of the schema's own", () => {
  test("gets each event, then the end", async () => {
    const { results, close } = subscribe("subscription { count(to: 3) }", "ann");
    expect(await Array.fromAsync(results)).toEqual([1, 2, 3].map((count) => ({ data: { count } })));
    await close();
  });

  test("gets its failure as errors, then the end", async () => {
    const { results, close } = subscribe("subscription { count(to: 13) }", "ann");
    const all = await Array.fromAsync(results);
    expect(all).toHaveLength(14);
    expect(all.at(-1)).toEqual({
      errors: [{ message: "Unlucky", extensions: { code: "UNLUCKY" } }],
    });
    await close();
  });

  test("leaves it with its client", async () => {
    const { results, close } = subscribe("subscription { count(to: 1000000) }", "dan");
    await results.next();
    await close();
    await eventually(() => expect(left).toContain("dan"));
  });

  test("over Server-Sent Events ends with the server", async () => {
    await using own = await createServer<Own>({
      schema,
      tables: [SeatTable],
      session: keyspace.session,
      context: () => ({ user: "eve" }),
    });
    const response = await fetch(own.url, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream" },
      body: JSON.stringify({ query: "subscription { count(to: 0) }" }),
    });
    const [text] = await Promise.all([response.text(), own.close()]);
    expect(text).toContain("event: complete");
  });
});

describe("a server is refused", () => {
  const options = () => ({ schema, tables: [SeatTable], session: keyspace.session });

  test("if its schema shows a table that it is not given", async () => {
    await expect(createServer({ ...options(), tables: [] })).rejects.toThrow(
      'The schema shows table "seat", which is not among the given tables: none.',
    );
  });

  test("if GraphiQL cannot show an operation", async () => {
    const operations = ["{ user } # </script>"];
    await expect(createServer({ ...options(), operations })).rejects.toThrow(
      /^operations must not contain <\/script/,
    );
  });

  test.each(["api", "/api/", "/a b", "/api?x"])("with the path %s", async (path) => {
    await expect(createServer({ ...options(), path })).rejects.toThrow(/^path must start with /);
  });

  test("to callers whose context is an instance of a class, which copies would lose", async () => {
    const lines: string[] = [];
    await using own = await createServer({
      ...options(),
      context: () => new Map(),
      log: (line, error) => lines.push(`${line} ${String(error)}`),
    });
    const headers = { "content-type": "application/json" };
    await fetch(own.url, { method: "POST", headers, body: '{"query":"{ user }"}' });
    expect(lines.join()).toContain(
      "context must return a plain object, but returned an instance of a class.",
    );
  });
});

test("a server connects by itself where it is given what to connect with", async () => {
  const { cluster, name } = keyspace;
  await using own = await createServer<Own>({
    schema,
    tables: [SeatTable],
    session: { ...cluster, keyspace: name },
    context: () => ({ user: "flo" }),
  });
  const ready = await fetch(new URL("/ready", own.url));
  expect(await ready.json()).toEqual({ status: "ready" });
});

describe("with the option caller, limits are counted", () => {
  let counted: Server;
  beforeAll(async () => {
    counted = await createServer<Own>({
      schema,
      tables: [SeatTable],
      session: keyspace.session,
      context: ({ headers }, { connectionParams }) => ({
        user: (connectionParams?.["user"] ?? headers["x-user"]) as string,
      }),
      caller: ({ user }) => (user === "nobody" ? undefined : user),
      limits: { createdPerMinute: 1, socketsPerCaller: 2 },
      log: () => {},
    });
  });
  afterAll(() => counted.close());

  test("for that name, whatever address it has", async () => {
    const create = async (user: string) => {
      const query = 'mutation { createSeat(input: { theatre: "Counted" }) { __typename } }';
      const headers = { "content-type": "application/json", "x-user": user };
      const response = await fetch(counted.url, {
        method: "POST",
        headers,
        body: JSON.stringify({ query }),
      });
      return JSON.stringify(await response.json());
    };
    expect(await create("ada")).toContain("SeatCreated");
    expect(await create("ada")).toContain("QUOTA_EXCEEDED");
    expect(await create("bob")).toContain("SeatCreated");
    // Without a name, the address counts.
    expect(await create("nobody")).toContain("SeatCreated");
    expect(await create("nobody")).toContain("QUOTA_EXCEEDED");
  });

  test("also the sockets, once the caller is known", async () => {
    const open = async (user: string) => {
      const socket = await openRawSocket(counted.webSocketUrl);
      socket.send({ type: "connection_init", payload: { user } });
      return socket;
    };
    using one = await open("ada");
    expect(await one.next()).toEqual({ type: "connection_ack" });
    using two = await open("ada");
    expect(await two.next()).toEqual({ type: "connection_ack" });
    using other = await open("bob");
    expect(await other.next()).toEqual({ type: "connection_ack" });
    using three = await open("ada");
    expect(await three.closed).toBe(1013);
    one[Symbol.dispose]();
    await eventually(async () => {
      using four = await open("ada");
      expect(await four.next()).toEqual({ type: "connection_ack" });
    });
  });
});
