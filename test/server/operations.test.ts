import { roomyLimits } from "../fixtures/roomy-limits.ts";
import { getIntrospectionQuery } from "graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as application from "../../src/party/application.ts";
import { createServer, type Server as App } from "../../src/server/index.ts";
import type { Session } from "../../src/cassandra/index.ts";
import { startApp, type TestApp } from "../fixtures/app.ts";
import { eventually } from "../fixtures/eventually.ts";
import { createParty, FOLLOW, type Key, WATCH } from "../fixtures/parties.ts";
import { openGreetedSocket, openRawSocket } from "../fixtures/raw-socket.ts";
import { codesIn, errorsIn, send } from "../fixtures/send.ts";
import { json } from "./corpus.ts";

// What is asked for in an unfit way, over each transport: it costs its own answer, and nothing else.

let plain: TestApp;
let app: App;
let key: Key;
const log: string[] = [];
/** Reads of the city `Slow` wait for it; those of `Broken` fail. */
let gate = Promise.resolve();

beforeAll(async () => {
  plain = await startApp();
  key = await createParty(plain);
  const { session } = plain.keyspace;
  const run: Session["run"] = async (statement) => {
    const has = (city: string) => "params" in statement && statement.params.includes(city);
    if (has("Slow")) await gate;
    if (has("Broken")) throw new Error("A secret.");
    return session.run(statement);
  };
  app = await createServer({
    ...application,
    session: { ...session, run },
    limits: roomyLimits,
    log: (line) => log.push(line),
  });
});
afterAll(async () => {
  await app.close();
  await plain[Symbol.asyncDispose]();
});

interface Operation {
  readonly query: string;
  readonly variables?: object;
}

type Errors = readonly {
  readonly message: string;
  readonly extensions: { readonly code: string };
}[];

const overHttp = async (operation: Operation, accept: string) => {
  const answer = await send(app.url, { headers: { ...json, accept }, body: jsonOf(operation) });
  for (const { message } of errorsIn(answer)) expect(message.length).toBeLessThanOrEqual(501);
  return codesIn(answer);
};

const overWebSocket = async (operation: Operation): Promise<readonly string[]> => {
  using socket = await openGreetedSocket(app.webSocketUrl);
  socket.send(jsonOf({ type: "subscribe", id: "1", payload: operation }));
  const { id, payload } = await socket.next();
  expect(id).toBe("1");
  const errors: Errors = payload.errors ?? (Array.isArray(payload) ? payload : []);
  for (const { message } of errors) expect(message.length).toBeLessThanOrEqual(501);
  // It ends nothing but itself.
  socket.send({ type: "subscribe", id: "2", payload: { query: "{ __typename }" } });
  for (;;) if ((await socket.next()).id === "2") break;
  return errors.map(({ extensions }) => extensions.code);
};

const transports = [
  ["HTTP", (operation: Operation) => overHttp(operation, "application/json")],
  ["an event stream", (operation: Operation) => overHttp(operation, "text/event-stream")],
  ["a WebSocket", overWebSocket],
] as const;

/** Stands for so many lists inside each other, which `JSON.stringify` could not write. */
const deep = (levels: number) => `deep ${levels}`;
const jsonOf = (value: unknown) =>
  JSON.stringify(value).replaceAll(/"deep (\d+)"/g, (_, levels: string) => {
    return "[".repeat(Number(levels)) + "]".repeat(Number(levels));
  });
const nested = (levels: number) => `${"{a".repeat(levels)}${"}".repeat(levels)}`;
/** The schema so many times, and in it types, in each of them fields, and of each its type's fields. */
const introspection = (schemas: number, types: number, fields: number, inner: number) => {
  const times = (count: number, what: string) =>
    Array.from({ length: count }, (_, at) => `a${at}:${what}`).join(" ");
  return `{${times(schemas, "__schema{...T}")}}
    fragment T on __Schema{${times(types, "types{...A}")}}
    fragment A on __Type{${times(fields, "fields{type{...B}}")}}
    fragment B on __Type{${times(inner, "fields{name}")}}`;
};
/** Distinct codes, and how many errors there are at most: others are not looked for. */
const distinct = (codes: readonly string[]) => {
  expect(codes.length).toBeLessThanOrEqual(21);
  return [...new Set(codes)];
};

describe.each(transports)("over %s", (_, codesOf) => {
  test.each<[string, Operation, string]>([
    ["45,000 directives", { query: `{__typename ${"@a".repeat(30_000)}}` }, "TOO_MANY_TOKENS"],
    ["as many unknown fields", { query: `{${"b ".repeat(30_000)}}` }, "TOO_MANY_TOKENS"],
    ["400 directives", { query: `{__typename ${"@a".repeat(400)}}` }, "GRAPHQL_VALIDATION_FAILED"],
    ["400 unknown fields", { query: `{${"b ".repeat(400)}}` }, "GRAPHQL_VALIDATION_FAILED"],
    ["a query nested 20,000 deep", { query: nested(20_000) }, "TOO_MANY_TOKENS"],
    ["a list nested 15,000 deep", { query: `{a(b:${"[".repeat(15_000)})}` }, "TOO_MANY_TOKENS"],
    [
      "variables nested 3,000 deep",
      { query: WATCH, variables: { ...key, deep: deep(3000) } },
      "TOO_DEEP",
    ],
    [
      "variables nested 25,000 deep",
      { query: WATCH, variables: { ...key, deep: deep(25_000) } },
      "TOO_DEEP",
    ],
    ["no GraphQL", { query: "{ party(" }, "GRAPHQL_PARSE_FAILED"],
    ["nothing", { query: "" }, "GRAPHQL_PARSE_FAILED"],
    ["an unknown field", { query: "{ nothing }" }, "GRAPHQL_VALIDATION_FAILED"],
    [
      "several operations",
      { query: "query A { __typename } query B { __typename }" },
      "OPERATION_RESOLUTION_FAILURE",
    ],
    [
      "a fragment alone",
      { query: "fragment F on Query { __typename }" },
      "GRAPHQL_VALIDATION_FAILED",
    ],
    [
      "introspection of the same under many names",
      { query: introspection(12, 6, 12, 20) },
      "GRAPHQL_VALIDATION_FAILED",
    ],
    [
      "introspection that would be large once",
      { query: introspection(1, 1, 20, 40) },
      "GRAPHQL_VALIDATION_FAILED",
    ],
    [
      "20,000 empty lines before 240 wrong variables",
      { query: `query(${"\n".repeat(20_000)}${"$a:Int ".repeat(240)}){__typename}` },
      "TOO_MANY_TOKENS",
    ],
    [
      "null for an argument that has a default",
      {
        query: 'query($x:Int){partiesInCity(city:"x" first:$x){nodes{id}}}',
        variables: { x: null },
      },
      "BAD_USER_INPUT",
    ],
    [
      "null for a variable that has a default",
      {
        query: 'query($x:String="x"){partiesInCity(city:$x){nodes{id}}}',
        variables: { x: null },
      },
      "BAD_USER_INPUT",
    ],
    [
      "null for a condition",
      {
        query: "query($x:Boolean=true){__schema{queryType{name @include(if:$x)}}}",
        variables: { x: null },
      },
      "BAD_USER_INPUT",
    ],
    [
      "null in an input",
      {
        query: 'mutation($x:String="x"){createParty(input:{city:$x name:"a"}){__typename}}',
        variables: { x: null },
      },
      "BAD_USER_INPUT",
    ],
  ])("%s is an error of its own", async (_name, operation, code) => {
    expect(distinct(await codesOf(operation))).toEqual([code]);
  });

  test("what tools ask of introspection is answered", async () => {
    expect(await codesOf({ query: getIntrospectionQuery({ oneOf: true }) })).toEqual([]);
    const three = ["a", "b", "c"].map((name) => `${name}: __type(name: "Party") { ...T }`);
    const query = `{ ${three.join(" ")} } fragment T on __Type { name fields { name type { name } } }`;
    expect(await codesOf({ query })).toEqual([]);
  });

  test("more than 50 wrong values of a variable are one kind of error", async () => {
    const query =
      "mutation ($input: CreatePartyInput!) { createParty(input: $input) { __typename } }";
    const unknown = Array.from({ length: 600 }, (_unused, at) => [`x${at}`, 1]);
    const input = { city: "x".repeat(40_000), ...Object.fromEntries(unknown) };
    expect(distinct(await codesOf({ query, variables: { input } }))).toEqual(["BAD_USER_INPUT"]);
  });
});

const subscriptions = transports.slice(1);
describe.each(subscriptions)("a subscription over %s leaves nothing behind when", (_, codesOf) => {
  test.each<[string, () => Operation, string]>([
    [
      "its field is skipped by a variable",
      () => ({ query: conditional("$x: Boolean!", "@include(if: $x)"), variables: { x: false } }),
      "GRAPHQL_VALIDATION_FAILED",
    ],
    [
      "its variable is missing",
      () => ({ query: conditional("$x: Boolean!", "@include(if: $x)") }),
      "GRAPHQL_VALIDATION_FAILED",
    ],
    [
      "its variable has a default",
      () => ({ query: conditional("$x: Boolean = false", "@include(if: $x)") }),
      "GRAPHQL_VALIDATION_FAILED",
    ],
    [
      "its field is skipped",
      () => ({ query: conditional("", "@skip(if: true)") }),
      "GRAPHQL_VALIDATION_FAILED",
    ],
    [
      "its fragment is skipped",
      () => ({
        query: `subscription { ...F @skip(if: true) } fragment F on Subscription { partiesChanged(city: "Rome") { __typename } }`,
      }),
      "GRAPHQL_VALIDATION_FAILED",
    ],
    [
      "a field of its fragment is",
      () => ({
        query: `subscription { ... { ...F } } fragment F on Subscription { partiesChanged(city: "Rome") @include(if: false) { __typename } }`,
      }),
      "GRAPHQL_VALIDATION_FAILED",
    ],
    [
      "a variable is nested too deeply",
      () => ({ query: FOLLOW, variables: { city: "Rome", deep: deep(3000) } }),
      "TOO_DEEP",
    ],
    [
      "a variable is wrong",
      () => ({ query: WATCH, variables: { ...key, id: "5" } }),
      "BAD_USER_INPUT",
    ],
    ["an argument is wrong", () => ({ query: FOLLOW, variables: { city: "" } }), "BAD_USER_INPUT"],
    [
      "there is no such row",
      () => ({ query: WATCH, variables: { ...key, city: "Nobody" } }),
      "PARTY_NOT_FOUND",
    ],
    [
      "its first read fails",
      () => ({ query: WATCH, variables: { ...key, city: "Broken" } }),
      "INTERNAL_SERVER_ERROR",
    ],
  ])("%s", async (_name, operation, code) => {
    expect(distinct(await codesOf(operation()))).toEqual([code]);
    expect(app.watched).toBe(0);
  });
});

function conditional(variables: string, directive: string): string {
  const definitions = variables && `(${variables})`;
  return `subscription ${definitions} { partiesChanged(city: "Rome") ${directive} { __typename } }`;
}

test("of a client that goes away while it subscribes nothing is left", async () => {
  const opened = Promise.withResolvers<void>();
  gate = opened.promise;
  const payload = { query: WATCH, variables: { ...key, city: "Slow" } };
  const socket = await openGreetedSocket(app.webSocketUrl);
  socket.send({ type: "subscribe", id: "1", payload });
  const left = new AbortController();
  const headers = { ...json, accept: "text/event-stream" };
  const stream = fetch(app.url, {
    method: "POST",
    headers,
    body: JSON.stringify(payload),
    signal: left.signal,
  }).catch(() => {});
  await eventually(() => expect(app.watched).toBe(1));
  socket[Symbol.dispose]();
  left.abort();
  await Promise.all([socket.closed, stream]);
  opened.resolve();
  await eventually(() => expect(app.watched).toBe(0));
});

test("an id can be used again while what was completed under it is still being answered", async () => {
  const opened = Promise.withResolvers<void>();
  gate = opened.promise;
  using socket = await openGreetedSocket(app.webSocketUrl);
  const slow = '{ partiesInCity(city: "Slow") { nodes { id } } }';
  socket.send({ type: "subscribe", id: "1", payload: { query: slow } });
  socket.send({ type: "complete", id: "1" });
  socket.send({ type: "subscribe", id: "1", payload: { query: WATCH, variables: key } });
  expect((await socket.next()).payload.data).toHaveProperty("peopleChanged");
  opened.resolve();
  socket.send({ type: "subscribe", id: "2", payload: { query: slow } });
  expect(await socket.next()).toMatchObject({ type: "next", id: "2" });
  expect(app.watched).toBe(1);
  socket[Symbol.dispose]();
  await eventually(() => expect(app.watched).toBe(0));
});

describe("a frame that", () => {
  const ping = (payload: string) => `{"type":"ping","payload":${payload}}`;
  test.each<[string, string | Buffer, number]>([
    ["only a server sends", '{"type":"connection_ack"}', 4400],
    ["only a server sends, with results", '{"type":"next","id":"1","payload":{"data":{}}}', 4400],
    [
      "only a server sends, with errors",
      '{"type":"error","id":"1","payload":[{"message":"x"}]}',
      4400,
    ],
    ["has no such type", '{"type":"nothing"}', 4400],
    ["is no object", "[]", 4400],
    ["is no JSON", "{", 4400],
    ["asks for nothing", '{"type":"subscribe","id":"1"}', 4400],
    ["asks for no text", '{"type":"subscribe","id":"1","payload":{"query":5}}', 4400],
    ["is nested 30,000 deep", "[".repeat(30_000), 4400],
    ["is not UTF-8", Buffer.from([0x7b, 0xff, 0x7d]), 4400],
    ["greets again", '{"type":"connection_init"}', 4429],
  ])("%s closes its socket with the code of that", async (_, frame, code) => {
    using socket = await openGreetedSocket(app.webSocketUrl);
    socket.send(frame);
    expect(await socket.closed).toBe(code);
  });

  test("asks before it greets closes its socket with 4401", async () => {
    using socket = await openRawSocket(app.webSocketUrl);
    socket.send({ type: "subscribe", id: "1", payload: { query: "{ __typename }" } });
    expect(await socket.closed).toBe(4401);
  });

  test("uses an id a second time closes its socket with 4409, however long the id", async () => {
    using socket = await openGreetedSocket(app.webSocketUrl);
    const id = "\u00fc".repeat(200);
    socket.send({ type: "subscribe", id, payload: { query: WATCH, variables: key } });
    expect((await socket.next()).id).toBe(id);
    socket.send({ type: "subscribe", id, payload: { query: "{ __typename }" } });
    expect(await socket.closed).toBe(4409);
  });

  test.each([
    ping("{}"),
    ping(`{"deep":${"[".repeat(25_000)}${"]".repeat(25_000)}}`),
    '{"type":"ping"}',
  ])("pings is answered, whatever is in it (%#)", async (frame) => {
    using socket = await openGreetedSocket(app.webSocketUrl);
    socket.send(frame);
    expect(await socket.next()).toEqual({ type: "pong" });
  });

  test("is binary is read as text", async () => {
    using socket = await openGreetedSocket(app.webSocketUrl);
    const payload = { query: "{ __typename }" };
    socket.send(Buffer.from(JSON.stringify({ type: "subscribe", id: "1", payload })));
    expect((await socket.next()).payload).toEqual({ data: { __typename: "Query" } });
  });
});

test("what clients do wrong is not logged, what fails in the service is, once", () => {
  expect(log.filter((line) => !line.startsWith("Unexpected error, request id"))).toEqual([]);
  // A failing first read, over an event stream and over a WebSocket.
  expect(log).toHaveLength(2);
});
