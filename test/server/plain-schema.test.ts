import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import {
  buildSchema,
  type GraphQLFieldConfig,
  GraphQLInt,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
} from "graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type AppOptions,
  createApp,
  createServer,
  type ServerOptions,
} from "../../src/server/index.ts";
import { eventually } from "../fixtures/eventually.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { listen } from "../fixtures/listen.ts";
import { openGreetedSocket, openRawSocket } from "../fixtures/raw-socket.ts";

// A schema of graphql-js itself, without Pothos and without tables.

const Json = new GraphQLScalarType({ name: "Json" });
const leaving = Promise.withResolvers<void>();

const iterable = (next: () => Promise<unknown>, leave: () => unknown) => ({
  [Symbol.asyncIterator]: () => ({ next, return: leave }),
});

const subscriptions: Record<string, GraphQLFieldConfig<unknown, { user?: string }>> = {
  stubborn: {
    type: GraphQLInt,
    subscribe: () =>
      iterable(
        () => new Promise(() => {}),
        () => {
          leaving.resolve();
          throw new Error("The iterator cannot be left");
        },
      ),
  },
  late: {
    type: GraphQLInt,
    async *subscribe() {},
  },
  same: {
    type: Json,
    async *subscribe() {
      const event = { same: 1 };
      yield event;
      yield event;
      yield undefined;
      yield null;
    },
  },
  user: {
    type: GraphQLString,
    async *subscribe() {
      await sleep(50);
      yield {};
    },
    resolve: (_, __, { user }) => user,
  },
  argument: {
    type: GraphQLString,
    args: { value: { type: Json } },
    async *subscribe() {
      await sleep(50);
      yield {};
    },
    resolve: (_, { value }) => (Object.is(value, -0) ? "-0" : String(value)),
  },
};
/** Called when `late` begins, and returns when it may go on. */
let begun = () => Promise.resolve();
subscriptions["late"]!.subscribe = async () => {
  await begun();
  return iterable(
    () => sleep(20, { done: false, value: { late: 1 } }),
    () => {},
  );
};

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: "Query",
    fields: {
      user: { type: GraphQLString, resolve: (_, __, { user }: { user?: string }) => user },
      slow: { type: GraphQLString, resolve: () => sleep(300, "slow") },
    },
  }),
  mutation: new GraphQLObjectType({
    name: "Mutation",
    fields: { double: { type: GraphQLInt, args: { of: { type: GraphQLInt } } } },
  }),
  subscription: new GraphQLObjectType({ name: "Subscription", fields: subscriptions }),
});
schema.getMutationType()!.getFields()["double"]!.resolve = (_, { of }) => 2 * of;

let keyspace: TestKeyspace;
beforeAll(async () => {
  keyspace = await createKeyspace();
});
afterAll(() => keyspace[Symbol.asyncDispose]());

const log: string[] = [];

const options = (): AppOptions => ({
  schema,
  tables: [],
  session: keyspace.session,
  log: (line, error) => log.push(`${line} ${String(error)}`),
});

const post = (url: string, query: string, accept = "application/json") =>
  fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept },
    body: JSON.stringify({ query }),
  });

const answer = async (url: string, query: string) => (await post(url, query)).json();

describe("a server of such a schema", () => {
  test("answers queries and mutations, and is ready", async () => {
    await using server = await createServer(options());
    expect(await answer(server.url, "{ user }")).toEqual({ data: { user: null } });
    expect(await answer(server.url, "mutation { double(of: 2) }")).toEqual({ data: { double: 4 } });
    expect((await fetch(new URL("/ready", server.url))).status).toBe(200);
  });

  test("sends every event, also equal ones and empty ones", async () => {
    await using server = await createServer(options());
    const events = await (
      await post(server.url, "subscription { same }", "text/event-stream")
    ).text();
    const sent = [...events.matchAll(/^data: (.+)$/gm)].map(([, data = ""]) => JSON.parse(data));
    expect(sent).toEqual([1, 1, null, null].map((same) => ({ data: { same } })));
  });

  test.each(["mutation", "subscription"])("refuses a %s for which it has no type", async (kind) => {
    await using server = await createServer({
      ...options(),
      schema: buildSchema("type Query { a: Int }"),
    });
    const { errors } = await answer(server.url, `${kind} { a }`);
    expect(errors).toMatchObject([
      {
        message: `The schema has no ${kind} type.`,
        extensions: { code: "GRAPHQL_VALIDATION_FAILED" },
      },
    ]);
  });
});

test("a client may leave an iterable that cannot be left, and its socket stays", async () => {
  await using server = await createServer(options());
  using socket = await openGreetedSocket(server.webSocketUrl);
  socket.send({ type: "subscribe", id: "1", payload: { query: "subscription { stubborn }" } });
  await sleep(50);
  socket.send({ type: "complete", id: "1" });
  await leaving.promise;
  socket.send({ type: "subscribe", id: "2", payload: { query: "{ user }" } });
  expect(await socket.next()).toMatchObject({ type: "next", id: "2" });
});

test("an iterable that arrives while an app closes is completed", async () => {
  const { promise: goOn, resolve: release } = Promise.withResolvers<void>();
  const { promise: hasBegun, resolve: tell } = Promise.withResolvers<void>();
  begun = () => (tell(), goOn);
  const app = await createApp(options());
  const host = createHttpServer((request, response) => void app.answer(request, response));
  const port = await listen(host, "127.0.0.1");
  const events = post(
    `http://127.0.0.1:${port}/graphql`,
    "subscription { late }",
    "text/event-stream",
  );
  await hasBegun;
  const closed = app.close();
  await sleep(50);
  release();
  expect(await (await events).text()).toContain("event: complete");
  await closed;
  host.close();
});

test("a request whose client has left before the app got it does not delay its close", async () => {
  const app = await createApp(options());
  const { promise: seen, resolve: see } = Promise.withResolvers<void>();
  const host = createHttpServer(async (request, response) => {
    await once(response, "close");
    app.answer(request, response);
    see();
  });
  const port = await listen(host, "127.0.0.1");
  const signal = AbortSignal.timeout(100);
  const left = fetch(`http://127.0.0.1:${port}/graphql?query={user}`, { signal });
  await expect(left).rejects.toThrow();
  await seen;
  const before = performance.now();
  await app.close();
  expect(performance.now() - before).toBeLessThan(2000);
  host.close();
});

test("a socket that does not answer delays the close of an app by the time for answers only", async () => {
  const app = await createApp(options());
  const host = createHttpServer();
  host.on("upgrade", (...upgrade) => void app.upgrade(...upgrade));
  const port = await listen(host, "127.0.0.1");
  using socket = await openGreetedSocket(`ws://127.0.0.1:${port}/graphql`);
  socket.pause();
  const before = performance.now();
  await app.close();
  expect(performance.now() - before).toBeLessThan(6000);
  host.close();
});

describe("callers of one audience", () => {
  /** What the users get who subscribe to their name. */
  async function seen(audience: unknown) {
    await using server = await createServer<{ user: unknown }>({
      ...options(),
      context: (_, { connectionParams }) => ({ user: connectionParams?.["user"] }),
      audience: () => audience as string,
    });
    return await Promise.all(
      ["ann", "bob"].map(async (user) => {
        using socket = await openRawSocket(server.webSocketUrl);
        socket.send({ type: "connection_init", payload: { user } });
        const { type } = await socket.next().catch(() => ({ type: "closed" }));
        if (type === "closed") return socket.closed;
        socket.send({ type: "subscribe", id: "1", payload: { query: "subscription { user }" } });
        return (await socket.next()).payload.data.user;
      }),
    );
  }

  test("are those with the same text; undefined is none", async () => {
    expect(new Set(await seen("all")).size).toBe(1);
    expect(await seen(undefined)).toEqual(["ann", "bob"]);
  });

  test.each([null, 1, NaN, Symbol("all"), {}, Promise.resolve("all")])(
    "are not those with %o, which is a mistake",
    async (audience) => {
      expect(await seen(audience)).toEqual([1013, 1013]);
      expect(log.join()).toContain("audience must return a string or undefined, but returned ");
    },
  );

  test("share no execution if their variables are different numbers", async () => {
    await using server = await createServer(options());
    using socket = await openGreetedSocket(server.webSocketUrl);
    const query = "subscription ($value: Json) { argument(value: $value) }";
    const values = ["1e400", "-1e400", "null", "0", "-0"];
    for (const value of values) {
      const payload = `{"query":${JSON.stringify(query)},"variables":{"value":${value}}}`;
      socket.send(`{"type":"subscribe","id":"${value}","payload":${payload}}`);
    }
    const got: Record<string, string> = {};
    await eventually(async () => {
      const { type, id, payload } = await socket.next();
      if (type === "next") got[id] = payload.data.argument;
      expect(Object.keys(got)).toHaveLength(values.length);
    });
    expect(got).toEqual({
      "1e400": "Infinity",
      "-1e400": "-Infinity",
      null: "null",
      "0": "0",
      "-0": "-0",
    });
  });
});

test.each(["session", "lanes", "live"])(
  "a context must not replace the service %s",
  async (name) => {
    await using server = await createServer({ ...options(), context: () => ({ [name]: 1 }) });
    const { errors } = await answer(server.url, "{ user }");
    expect(errors[0].extensions.code).toBe("INTERNAL_SERVER_ERROR");
    expect(log.at(-1)).toContain(
      `context must not return "${name}", which is the name of a service`,
    );
  },
);

describe("a server is refused, and leaves no connection open,", () => {
  test.each<[string, object, string | RegExp]>([
    ["a port that is none", { port: 70_000 }, /port/],
    ["an idle time that is none", { idle: Number.NaN }, /out of range/],
    ["a limit that is none", { limits: { tokens: Number.NaN } }, "limits.tokens must be a whole"],
    ["an unknown limit", { limits: { token: 5 } }, 'limits has "token"'],
    ["a proxy that is none", { trustedProxies: ["proxy"] }, "A trusted proxy must be an address"],
    ["a poll interval that is none", { pollInterval: Infinity }, "pollInterval must be a number"],
    ["a path that browsers remove", { path: "/a/.." }, "path must start with"],
    ["a schema that is none", { schema: {} }, "to be a GraphQL schema"],
    ["an invalid schema", { schema: buildSchema("type A { a: Int }") }, "Query root type"],
  ])("with %s", async (_, wrong, message) => {
    const { cluster, name } = keyspace;
    const sockets = () =>
      process.getActiveResourcesInfo().filter((each) => each === "TCPSocketWrap").length;
    const before = sockets();
    const own = { ...options(), session: { ...cluster, keyspace: name }, ...wrong };
    await expect(createServer(own as ServerOptions)).rejects.toThrow(message);
    await eventually(() => expect(sockets()).toBeLessThanOrEqual(before));
  });
});
