import { randomUUID } from "node:crypto";
import { Agent } from "node:http";
import { connect as openConnection } from "node:net";
import { text as textOf } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { getIntrospectionQuery } from "graphql";
import type { Session } from "../../src/cassandra/index.ts";
import * as application from "../../src/party/application.ts";
import { createServer, type Limits, type Server } from "../../src/server/index.ts";
import { startApp, type TestApp } from "../fixtures/app.ts";
import { eventually } from "../fixtures/eventually.ts";
import { createParty, FOLLOW, type Key, WATCH } from "../fixtures/parties.ts";
import { openGreetedSocket, openRawSocket } from "../fixtures/raw-socket.ts";
import { roomyLimits } from "../fixtures/roomy-limits.ts";
import { codesIn, errorsIn, send, type Sent } from "../fixtures/send.ts";
import { json } from "./corpus.ts";

// What one client can ask of a server, and that its neighbours do not notice.

let plain: TestApp;
let key: Key;
/** How many reads of the city `Slow` are under way, and what they wait for. */
let slow = 0;
let mostSlow = 0;
let gate = Promise.withResolvers<void>();

beforeAll(async () => {
  plain = await startApp();
  key = await createParty(plain);
  for (let at = 0; at < 5; at += 1) {
    await plain.run(
      `mutation { createParty(input: { city: "Long", name: "${"x".repeat(200)}" }) { __typename } }`,
    );
  }
});
afterAll(() => plain[Symbol.asyncDispose]());
beforeEach(() => {
  slow = mostSlow = 0;
  gate = Promise.withResolvers();
});

function gated(session: Session): Session {
  const run: Session["run"] = async (statement) => {
    if (!("params" in statement && statement.params.includes("Slow")))
      return session.run(statement);
    slow += 1;
    mostSlow = Math.max(mostSlow, slow);
    await gate.promise;
    slow -= 1;
    return session.run(statement);
  };
  return { ...session, run };
}

interface Serving {
  readonly limits: Partial<Limits>;
  readonly trustedProxies?: readonly string[];
  readonly log?: (line: string) => void;
}

const serve = ({ limits, ...rest }: Serving): Promise<Server> =>
  createServer({
    ...application,
    session: gated(plain.keyspace.session),
    log: () => {},
    // Some tests say by X-Forwarded-For that their clients are elsewhere.
    allowAnonymous: true,
    limits: { ...roomyLimits, ...limits },
    ...rest,
  });

interface Operation {
  readonly query: string;
  readonly variables?: object;
}

/** Where a client connects from: each address is a caller of its own. */
interface From {
  readonly localAddress?: string;
}

const NEIGHBOUR: From = { localAddress: "127.0.0.2" };

async function post(url: string, operation: Operation, { localAddress }: From = {}) {
  const agent = new Agent({ keepAlive: true, ...(localAddress && { localAddress }) });
  const answer = await send(url, { headers: json, body: JSON.stringify(operation) }, agent);
  agent.destroy();
  return answer;
}

type Errors = readonly { readonly message: string; readonly extensions: object }[];

const overHttp = async (server: Server, operation: Operation, accept: string): Promise<Errors> => {
  const body = JSON.stringify(operation);
  const answer = await send(server.url, { headers: { ...json, accept }, body });
  return errorsIn(answer);
};

const overWebSocket = async (server: Server, payload: Operation): Promise<Errors> => {
  using socket = await openGreetedSocket(server.webSocketUrl);
  socket.send({ type: "subscribe", id: "1", payload });
  const { payload: answer } = await socket.next();
  return answer.errors ?? (Array.isArray(answer) ? answer : []);
};

const transports = [
  ["HTTP", (server: Server, o: Operation) => overHttp(server, o, "application/json")],
  ["an event stream", (server: Server, o: Operation) => overHttp(server, o, "text/event-stream")],
  ["a WebSocket", overWebSocket],
] as const;

const times = (count: number, text: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => text(at)).join(" ");
const parties = (count: number) =>
  `{ ${times(count, (at) => `a${at}: party(city: "${at}", id: "${randomUUID()}") { id }`)} }`;
const slowQuery = '{ partiesInCity(city: "Slow") { nodes { id } } }';

test.each([
  ["a plan", ""],
  ["graphql-js", `... ${parties(2)}`],
])("an answer of %s with too many bytes has the status of an error", async (_, others) => {
  await using server = await serve({ limits: { answerBytes: 65_536 } });
  const query = `{ partiesInCity(city: "Long") { nodes { ${times(100, (at) => `a${at}: name`)} } } ${others} }`;
  const headers = { ...json, accept: "application/graphql-response+json" };
  const answer = await send(server.url, { headers, body: JSON.stringify({ query }) });
  expect([answer.status, codesIn(answer)]).toEqual([400, ["ANSWER_TOO_LARGE"]]);
});

describe.each(transports)(
  "an operation over %s is refused before it is executed",
  (_, errorsOf) => {
    test.each<[string, Partial<Limits>, Operation, string, string]>([
      [
        "with fields nested too deeply",
        { depth: 3 },
        { query: '{ partiesInCity(city: "a") { edges { node { name } } } }' },
        "TOO_DEEP",
        "Fields may be nested 3 deep, but are 4 deep.",
      ],
      [
        "with introspection nested too deeply",
        {},
        {
          query: `{ __schema { types { fields { type { ${"ofType { ".repeat(12)} name ${"} ".repeat(12)} } } } } }`,
        },
        "TOO_DEEP",
        "Introspection may be at most 15 deep.",
      ],
      [
        "with too many fields",
        { rootFields: 20 },
        {
          query: `{ ${times(20, (at) => `a${at}: __typename`)} ...F } fragment F on Query { b: __typename }`,
        },
        "TOO_MANY_ROOT_FIELDS",
        "A query may have 20 fields, but has 21.",
      ],
      [
        "that could read too many partitions",
        { partitions: 4 },
        { query: parties(5) },
        "TOO_MANY_PARTITIONS",
        "The operation may read or write 4 partitions, but could need 5.",
      ],
      [
        "whose answer could have too many fields",
        { values: 1000 },
        {
          query: `{ partiesInCity(city: "a", first: 100) { nodes { ${times(10, (at) => `a${at}: name`)} } } }`,
        },
        "ANSWER_TOO_LARGE",
        "The answer could have more than 1000 fields. Request smaller pages or fewer fields.",
      ],
    ])("%s", async (_name, limits, operation, code, message) => {
      await using server = await serve({ limits });
      const errors = await errorsOf(server, operation);
      expect(errors).toEqual([{ message, extensions: expect.objectContaining({ code }) }]);
    });

    test("but not if it is just within the limits", async () => {
      const limits = { depth: 4, rootFields: 4, partitions: 4, values: 1000 };
      await using server = await serve({ limits });
      expect(await errorsOf(server, { query: parties(4) })).toEqual([]);
      const edges = '{ partiesInCity(city: "a") { edges { node { name } } } }';
      expect(await errorsOf(server, { query: edges })).toEqual([]);
      expect(await errorsOf(server, { query: getIntrospectionQuery({ oneOf: true }) })).toEqual([]);
    });

    test("and its answer replaced if it has too many bytes", async () => {
      await using server = await serve({ limits: { answerBytes: 65_536 } });
      const query = `{ partiesInCity(city: "Long") { nodes { ${times(100, (at) => `a${at}: name`)} } } }`;
      expect(await errorsOf(server, { query })).toEqual([
        {
          message: "An answer may have 65536 bytes. The operation was executed.",
          extensions: { code: "ANSWER_TOO_LARGE" },
        },
      ]);
    });

    test("if its caller has spent its points for longer than it waits", async () => {
      await using server = await serve({ limits: { pointsPerSecond: 20 } });
      const operation = { query: parties(12) };
      const flood = Array.from({ length: 8 }, () => errorsOf(server, operation));
      const answers = await Promise.all(flood);
      expect(answers).toContainEqual([]);
      expect(answers).toContainEqual([
        {
          message: expect.stringMatching(
            /^A caller may have 20 points per second. Try again in \d+ s.$/,
          ),
          extensions: {
            code: "QUOTA_EXCEEDED",
            quota: "pointsPerSecond",
            retryAfter: expect.any(Number),
          },
        },
      ]);
      await eventually(async () => expect(await errorsOf(server, operation)).toEqual([]));
    });

    test("if it takes too long", async () => {
      await using server = await serve({ limits: { time: 100 } });
      const errors = await errorsOf(server, { query: slowQuery });
      expect(errors.map(({ extensions }) => extensions)).toEqual([{ code: "TIMED_OUT" }]);
      gate.resolve();
    });
  },
);

test("over HTTP, a refusal has the status 429 and tells when to try again", async () => {
  await using server = await serve({ limits: { pointsPerSecond: 20 } });
  const flood = Array.from({ length: 8 }, () => post(server.url, { query: parties(12) }));
  const refused = (await Promise.all(flood)).find(({ status }) => status !== 200)!;
  expect([refused.status, codesIn(refused)]).toEqual([429, ["QUOTA_EXCEEDED"]]);
  expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
});

test.each<[number, Sent]>([
  [400, { body: "{" }],
  [413, { body: " ".repeat(200_000) }],
  [415, { headers: { "content-type": "text/plain" }, body: "{}" }],
  [405, { method: "PUT", body: "{}" }],
])(
  "a flood of requests that are refused with %i is paid by who sends them",
  async (status, sent) => {
    await using server = await serve({ limits: { pointsPerSecond: 3 } });
    const flood = Array.from({ length: 20 }, () =>
      send(server.url, { ...sent, headers: { ...json, ...sent.headers } }),
    );
    const statuses = (await Promise.all(flood)).map((answer) => answer.status);
    expect(new Set(statuses)).toEqual(new Set([status, 429]));
  },
);

test("a caller without points does not concern another address", async () => {
  await using server = await serve({ limits: { pointsPerSecond: 3 } });
  const flood = Array.from({ length: 20 }, () => post(server.url, { query: parties(2) }));
  expect(codesIn(await post(server.url, { query: "{ __typename }" }, NEIGHBOUR))).toEqual([]);
  const codes = (await Promise.all(flood)).flatMap(codesIn);
  expect(new Set(codes)).toEqual(new Set(["QUOTA_EXCEEDED"]));
});

test("a trusted proxy's clients are callers of their own", async () => {
  const log: string[] = [];
  const limits = { pointsPerSecond: 20 };
  await using trusting = await serve({ limits });
  const logging = (line: string) => void log.push(line);
  await using untrusting = await serve({ limits, trustedProxies: [], log: logging });
  const codesOf = async ({ url }: Server) => {
    const answers = Array.from({ length: 8 }, (_, at) => {
      const headers = { ...json, "x-forwarded-for": `198.51.100.7, 192.0.2.${at}` };
      return send(url, { headers, body: JSON.stringify({ query: parties(12) }) });
    });
    return (await Promise.all(answers)).flatMap(codesIn);
  };
  expect(await codesOf(trusting)).toEqual([]);
  expect(await codesOf(untrusting)).toContain("QUOTA_EXCEEDED");
  expect(log).toEqual([
    "127.0.0.1 sends X-Forwarded-For without being a trusted proxy. If it is one, trust it (TRUSTED_PROXIES, trustedProxies); else all its clients count as one caller.",
  ]);
});

test("slow operations of one caller leave room for others", async () => {
  await using server = await serve({ limits: { pointsInFlight: 8, pointsInFlightPerCaller: 4 } });
  const flood = Array.from({ length: 50 }, () => post(server.url, { query: slowQuery }));
  await eventually(() => expect(slow).toBe(4));
  for (let at = 0; at < 10; at += 1) {
    const { status } = await post(server.url, { query: parties(4) }, NEIGHBOUR);
    expect(status).toBe(200);
  }
  gate.resolve();
  for (const { status } of await Promise.all(flood)) expect(status).toBe(200);
  expect(mostSlow).toBe(4);
});

test("what waits too long for other operations is told to come again", async () => {
  await using server = await serve({ limits: { pointsInFlightPerCaller: 1 } });
  const first = post(server.url, { query: slowQuery });
  await eventually(() => expect(slow).toBe(1));
  const second = await post(server.url, { query: "{ __typename }" });
  expect([second.status, codesIn(second)]).toEqual([503, ["OVERLOADED"]]);
  gate.resolve();
  expect((await first).status).toBe(200);
});

test("of a mutation that takes too long, the fields that have not begun are not executed", async () => {
  await using server = await serve({ limits: { time: 100 } });
  const create = (alias: string, city: string) =>
    `${alias}: createParty(input: { city: "${city}", name: "x" }) { __typename }`;
  const city = `City ${randomUUID()}`;
  const sent = post(server.url, {
    query: `mutation { ${create("a", "Slow")} ${create("b", city)} }`,
  });
  await eventually(() => expect(slow).toBe(1));
  setTimeout(() => gate.resolve(), 500);
  const { text } = await sent;
  expect(JSON.parse(text)).toMatchObject({
    data: { a: { __typename: "PartyCreated" }, b: null },
    errors: [{ path: ["b"], extensions: { code: "TIMED_OUT" } }],
  });
  const { data } = await plain.run(`{ partiesInCity(city: "${city}") { nodes { id } } }`);
  expect(data.partiesInCity.nodes).toEqual([]);
});

test("of a mutation without an answer in time, the outcome is unknown", async () => {
  await using server = await serve({ limits: { time: 100 } });
  const query =
    'mutation { updateParty(city: "Slow", id: "00000000-0000-4000-8000-000000000000", input: { name: "x" }) { __typename } }';
  const { text } = await post(server.url, { query });
  // The lane knows it, or the server gives up first.
  expect(text).toContain("OUTCOME_UNKNOWN");
  gate.resolve();
});

describe("a WebSocket", () => {
  test("of a subscription that begins too late leaves nothing open", async () => {
    await using server = await serve({ limits: { time: 100 } });
    using socket = await openGreetedSocket(server.webSocketUrl);
    const payload = { query: WATCH, variables: { ...key, city: "Slow" } };
    socket.send({ type: "subscribe", id: "1", payload });
    socket.send({
      type: "subscribe",
      id: "2",
      payload: { query: FOLLOW, variables: { city: "Slow" } },
    });
    const codes: unknown[] = [];
    while (codes.length < 2) {
      const { type, payload: answer } = await socket.next();
      if (type === "next") codes.push(answer.errors);
    }
    expect(codes).toMatchObject([
      [{ extensions: { code: "TIMED_OUT" } }],
      [{ extensions: { code: "TIMED_OUT" } }],
    ]);
    gate.resolve();
    await eventually(() => expect(server.watched).toBe(0));
  });

  test("gets an event that others pay for, however little its first subscriber has left", async () => {
    await using server = await serve({ limits: { pointsPerSecond: 100 } });
    const city = `City ${randomUUID()}`;
    // Each event has more than 200 fields.
    const query = `subscription { partiesChanged(city: "${city}") { ... on PartyCreated { party { ${times(250, (at) => `a${at}: name`)} } } } }`;
    using spender = await openGreetedSocket(server.webSocketUrl);
    spender.send({ type: "subscribe", id: "1", payload: { query } });
    await eventually(() => expect(server.watched).toBe(1));
    using other = await openGreetedSocket(server.webSocketUrl, NEIGHBOUR);
    other.send({ type: "subscribe", id: "1", payload: { query } });
    other.send({ type: "subscribe", id: "2", payload: { query: "{ __typename }" } });
    expect(await other.next()).toMatchObject({ id: "2" });
    const spent = Array.from({ length: 40 }, () => post(server.url, { query: parties(20) }));
    const create = `mutation { createParty(input: { city: "${city}", name: "x" }) { __typename } }`;
    expect((await post(server.url, { query: create }, { localAddress: "127.0.0.3" })).status).toBe(
      200,
    );
    // The end of the query, and the event.
    for (;;) if ((await other.next()).payload?.data?.partiesChanged) break;
    await Promise.all(spent);
  });

  test("closed while its caller is identified is not counted", async () => {
    const passed = Promise.withResolvers<void>();
    await using server = await createServer({
      ...application,
      session: plain.keyspace.session,
      context: async () => (await passed.promise, { user: "ada" }),
      caller: ({ user }) => user,
      limits: { socketsPerCaller: 2 },
      log: () => {},
    });
    for (let at = 0; at < 2; at += 1) {
      const socket = await openRawSocket(server.webSocketUrl);
      socket.send({ type: "connection_init" });
      socket[Symbol.dispose]();
    }
    const open = () => openRawSocket(server.webSocketUrl);
    using one = await eventually(open);
    using two = await eventually(open);
    await expect(open()).rejects.toThrow("429");
    passed.resolve();
    for (const socket of [one, two]) {
      socket.send({ type: "connection_init" });
      expect(await socket.next()).toEqual({ type: "connection_ack" });
    }
  });

  test("that is refused hundreds of waiting operations at once stays open", async () => {
    await using server = await serve({ limits: { partitions: 1, pointsInFlightPerCaller: 1 } });
    using socket = await openGreetedSocket(server.webSocketUrl);
    const first = post(server.url, { query: slowQuery });
    await eventually(() => expect(slow).toBe(1));
    socket.send({ type: "subscribe", id: "w", payload: { query: "{ __typename }" } });
    for (let at = 0; at < 900; at += 1) {
      socket.send({ type: "subscribe", id: `${at}`, payload: { query: parties(2) } });
    }
    gate.resolve();
    await first;
    for (let answered = 0; answered < 900;) {
      const { type, payload } = await socket.next();
      if (type !== "error") continue;
      expect(payload).toMatchObject([{ extensions: { code: "TOO_MANY_PARTITIONS" } }]);
      answered += 1;
    }
  });

  test("has so many queries in flight, and the others wait for them", async () => {
    await using server = await serve({ limits: { operationsPerSocket: 3 } });
    using socket = await openGreetedSocket(server.webSocketUrl);
    for (let at = 1; at <= 10; at += 1) {
      socket.send({ type: "subscribe", id: String(at), payload: { query: slowQuery } });
    }
    socket.send({ type: "subscribe", id: "11", payload: { query: "{ __typename }" } });
    await eventually(() => expect(slow).toBe(3));
    // What is no operation is answered meanwhile, and what is completed does not begin.
    socket.send({ type: "complete", id: "9" });
    socket.send({ type: "ping" });
    expect(await socket.next()).toEqual({ type: "pong" });
    gate.resolve();
    const answered: string[] = [];
    while (answered.length < 10) {
      const { type, id } = await socket.next();
      if (type === "next") answered.push(id);
    }
    expect(answered).not.toContain("9");
    expect(mostSlow).toBe(3);
  });

  test("that is not read begins no operations, and its neighbour is answered", async () => {
    await using server = await serve({ limits: {} });
    using socket = await openGreetedSocket(server.webSocketUrl);
    socket.pause();
    for (let at = 0; at < 600; at += 1) {
      const payload = { query: getIntrospectionQuery() };
      socket.send({ type: "subscribe", id: String(at), payload });
    }
    expect(codesIn(await post(server.url, { query: "{ __typename }" }, NEIGHBOUR))).toEqual([]);
    socket.resume();
    const answered = new Set<string>();
    while (answered.size < 600) {
      const { type, id } = await socket.next();
      if (type === "next") answered.add(id);
    }
  });

  test("takes a subscription and what comes after it in order, also when both have to wait", async () => {
    await using server = await serve({ limits: { pointsInFlightPerCaller: 1 } });
    using socket = await openGreetedSocket(server.webSocketUrl);
    const running = post(server.url, { query: slowQuery });
    await eventually(() => expect(slow).toBe(1));
    const payload = { query: FOLLOW, variables: { city: key.city } };
    socket.send({ type: "subscribe", id: "1", payload });
    socket.send({ type: "subscribe", id: "2", payload: { query: "{ __typename }" } });
    gate.resolve();
    expect(await socket.next()).toMatchObject({ type: "next", id: "2" });
    expect(server.watched).toBe(1);
    await running;
  });

  test("is refused when its caller has the maximum number of them", async () => {
    await using server = await serve({ limits: { socketsPerCaller: 2 } });
    using one = await openGreetedSocket(server.webSocketUrl);
    const headers = { ...json, accept: "text/event-stream" };
    const leave = new AbortController();
    const body = JSON.stringify({ query: WATCH, variables: key });
    const stream = await fetch(server.url, { method: "POST", headers, body, signal: leave.signal });
    expect(stream.status).toBe(200);
    await expect(openRawSocket(server.webSocketUrl)).rejects.toThrow("429");
    const refused = await send(server.url, { headers, body });
    expect([refused.status, codesIn(refused)]).toEqual([429, ["QUOTA_EXCEEDED"]]);
    using other = await openGreetedSocket(server.webSocketUrl, NEIGHBOUR);
    one[Symbol.dispose]();
    leave.abort();
    await eventually(async () => {
      using again = await openGreetedSocket(server.webSocketUrl);
      using and = await openGreetedSocket(server.webSocketUrl);
      expect([again, and, other]).toHaveLength(3);
    });
  });

  test("whose handshake fails is not counted for ever", async () => {
    await using server = await serve({ limits: { socketsPerCaller: 1 } });
    const { port } = new URL(server.url);
    for (let at = 0; at < 5; at += 1) {
      const raw = openConnection(Number(port), "127.0.0.1");
      raw.write(
        "GET /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
      );
      expect(await textOf(raw)).toContain("400 Bad Request");
    }
    using socket = await openGreetedSocket(server.webSocketUrl);
    expect(socket).toBeDefined();
  });
});

test("of requests that are sent ahead on one connection, those beyond the maximum are refused", async () => {
  await using server = await serve({ limits: {} });
  const { port } = new URL(server.url);
  const body = JSON.stringify({ query: slowQuery });
  const request = `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const raw = openConnection(Number(port), "127.0.0.1");
  raw.write(request.repeat(100));
  const answers = textOf(raw);
  await eventually(() => expect(slow).toBe(16));
  gate.resolve();
  const text = await answers;
  expect(text.match(/HTTP\/1.1 200/g)).toHaveLength(16);
  expect(text).toContain("TOO_MANY_IN_FLIGHT");
  expect(mostSlow).toBe(16);
});

test("a caller follows so many partitions, and one that is left makes room", async () => {
  await using server = await serve({ limits: { followedPerCaller: 2 } });
  using socket = await openGreetedSocket(server.webSocketUrl);
  const follow = (id: string, city: string) =>
    socket.send({ type: "subscribe", id, payload: { query: FOLLOW, variables: { city } } });
  follow("1", "a");
  follow("2", "b");
  follow("3", "b");
  await eventually(() => expect(server.watched).toBe(2));
  follow("4", "c");
  expect(await socket.next()).toMatchObject({
    id: "4",
    payload: {
      errors: [{ extensions: { code: "QUOTA_EXCEEDED", quota: "followedPerCaller" } }],
    },
  });
  socket.send({ type: "complete", id: "1" });
  await eventually(() => expect(server.watched).toBe(1));
  follow("5", "c");
  await eventually(() => expect(server.watched).toBe(2));
});

test("a caller creates so many rows in a partition, and what was not created does not count", async () => {
  await using server = await serve({ limits: { createdPerMinute: 2 } });
  const city = `City ${randomUUID()}`;
  const id = randomUUID();
  const create = async (input: string, from?: From) =>
    post(
      server.url,
      {
        query: `mutation { createParty(input: { city: "${city}", name: "x" ${input} }) { __typename } }`,
      },
      from,
    );
  expect((await create(`id: "${id}"`)).text).toContain("PartyCreated");
  for (let at = 0; at < 5; at += 1)
    expect((await create(`id: "${id}"`)).text).toContain("PartyExists");
  expect((await create("")).text).toContain("PartyCreated");
  const refused = await create("");
  expect(codesIn(refused)).toEqual(["QUOTA_EXCEEDED"]);
  expect(refused.status).toBe(200);
  expect((await create("", NEIGHBOUR)).text).toContain("PartyCreated");
});

test("the operation ids of one caller leave room for those of others", async () => {
  await using server = await serve({ limits: { operationIdShare: 1 } });
  const once = randomUUID();
  const add = async (from?: From, id: string = randomUUID()) => {
    const query =
      "mutation ($city: String!, $id: UUID!, $once: UUID!) { addPeople(city: $city, id: $id, delta: 1, operationId: $once) { __typename } }";
    return post(server.url, { query, variables: { ...key, once: id } }, from);
  };
  expect((await add({}, once)).text).toContain("PeopleChanged");
  for (let at = 0; at < 9; at += 1) expect((await add()).text).toContain("PeopleChanged");
  expect(codesIn(await add())).toEqual(["TOO_MANY_OPERATIONS"]);
  // A repeated change is answered as before, whatever was used meanwhile.
  expect((await add({}, once.toUpperCase())).text).toContain("PeopleChanged");
  expect((await add(NEIGHBOUR)).text).toContain("PeopleChanged");
});

test("a client that reads nothing of its answers gets no more of them", async () => {
  await using server = await serve({ limits: { values: 20_000 } });
  const lists = times(20, (at) => `b${at}: partiesInCity(city: "Long", first: 5) { ...N }`);
  const names = times(190, (at) => `a${at}: name`);
  const query = `{ ${lists} } fragment N on PartyConnection { nodes { ${names} } }`;
  expect((await post(server.url, { query })).text.length).toBeGreaterThan(3 * 2 ** 20);
  const body = JSON.stringify({ query });
  const request = `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const raw = openConnection(Number(new URL(server.url).port), "127.0.0.1");
  raw.pause();
  raw.write(request.repeat(16));
  const found = await eventually(async () => {
    const small = await post(server.url, { query });
    expect(small.status).toBe(429);
    return small;
  });
  expect(errorsIn(found)).toMatchObject([{ extensions: { quota: "unsentAnswers" } }]);
  expect((await post(server.url, { query }, NEIGHBOUR)).status).toBe(200);
  raw.destroy();
  await eventually(async () => expect((await post(server.url, { query })).status).toBe(200));
}, 60_000);
