import { setTimeout as sleep } from "node:timers/promises";
import { getIntrospectionQuery } from "graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withOrders } from "../../src/cassandra/index.ts";
import * as application from "../../src/party/application.ts";
import { createStranger } from "../../src/pothos/index.ts";
import { createServer, type Server, type ServerOptions } from "../../src/server/index.ts";
import { type Issuer, startIssuer } from "../fixtures/issuer.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { openRawSocket, type RawSocket } from "../fixtures/raw-socket.ts";
import { codesIn, send } from "../fixtures/send.ts";
import { bankSchema, bankTables } from "../pothos/bank.ts";
import type { Data } from "../pothos/service.ts";

// Scopes of callers on every transport of one server, with the same documents for all of them.

let keyspace: TestKeyspace;
let issuer: Issuer;
let server: Server;
let tokens: Readonly<Record<CallerName, string | undefined>>;

/** Who sends operations: the scopes of their tokens. The guest has none, and may read. */
const callers = {
  guest: undefined,
  reader: "deposit:read",
  otherReader: "deposit:read",
  writer: "deposit:write",
  chief: "deposit:admin audit",
} as const;
type CallerName = keyof typeof callers;
const names = Object.keys(callers) as readonly CallerName[];

beforeAll(async () => {
  keyspace = await createKeyspace(...withOrders([...bankTables, ...application.tables]));
  issuer = await startIssuer();
  const signed = names.map(async (name) => {
    const scope = callers[name];
    return [name, scope && (await issuer.sign({ sub: name, scope }))] as const;
  });
  tokens = Object.fromEntries(await Promise.all(signed)) as typeof tokens;
  server = await serve();
}, 60_000);
afterAll(async () => {
  await server?.close();
  await issuer?.[Symbol.asyncDispose]();
  await keyspace?.[Symbol.asyncDispose]();
});

function serve(options: Partial<ServerOptions> = {}): Promise<Server> {
  return createServer({
    schema: bankSchema,
    tables: bankTables,
    session: keyspace.session,
    signIn: { ...issuer.signIn, anonymous: ["deposit:read"] },
    audience: ({ viewer }) => viewer.scopes.join(" "),
    introspection: "usable",
    log: () => {},
    ...options,
  });
}

interface Asked {
  readonly accept?: string;
  readonly at?: Server;
}

/** Sends an operation over HTTP. */
function post(name: CallerName, query: string, { accept = "application/json", at }: Asked = {}) {
  const { [name]: token } = tokens;
  const headers = {
    "content-type": "application/json",
    accept,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  return send((at ?? server).url, { headers, body: JSON.stringify({ query }) });
}

/** Runs an operation over HTTP. */
async function run(name: CallerName, query: string, at = server): Promise<Data> {
  return JSON.parse((await post(name, query, { at })).text);
}

/** Opens a WebSocket of a caller. */
async function open(name: CallerName): Promise<RawSocket> {
  const socket = await openRawSocket(server.webSocketUrl);
  const { [name]: token } = tokens;
  const payload = token === undefined ? {} : { authorization: `Bearer ${token}` };
  socket.send({ type: "connection_init", payload });
  expect(await socket.next()).toMatchObject({ type: "connection_ack" });
  return socket;
}

/** Sends an operation over a new WebSocket. Returns the codes of its first errors, or undefined. */
async function codesOverSocket(name: CallerName, query: string) {
  using socket = await open(name);
  socket.send({ type: "subscribe", id: "1", payload: { query } });
  const { type, payload } = await socket.next();
  return (type === "error" ? payload : (payload.errors ?? [])).map(
    ({ extensions }: Data) => extensions.code,
  );
}

/** Opens an event stream. Returns the codes in its first event. */
async function codesOverStream(name: CallerName, query: string) {
  const { [name]: token } = tokens;
  const response = await fetch(server.url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "text/event-stream",
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
  });
  const chunks = response.body!.getReader();
  let text = "";
  for (let json: string | undefined; json === undefined;) {
    const { done, value = new Uint8Array() } = await chunks.read();
    text += Buffer.from(value).toString();
    json = /^data: (.*)$/m.exec(text)?.[1] ?? (done ? text : undefined);
    if (json !== undefined) text = json;
  }
  await chunks.cancel();
  return (JSON.parse(text).errors ?? []).map(({ extensions }: Data) => extensions.code);
}

const key = (bank: string) => `bank: "${bank}", holder: "ann"`;

const create = (bank: string) =>
  run("chief", `mutation { open(input: { ${key(bank)}, pin: "1234" }) { __typename } }`);

describe("one document, sent by all callers in turn, is allowed to those with the scope", () => {
  const operations: readonly (readonly [source: string, ...allowed: readonly CallerName[]])[] = [
    [`{ deposit(${key("B")}) { balance } }`, "guest", "reader", "otherReader", "writer", "chief"],
    [`{ audited(${key("B")}) { balance } }`, "chief"],
    [
      `mutation { adjust(${key("B")}, input: { opened: { set: 2 } }) { __typename } }`,
      "writer",
      "chief",
    ],
    [`mutation { adjust(${key("B")}, input: { pin: "1" }) { __typename } }`, "chief"],
  ];
  const codesOver = {
    JSON: async (name: CallerName, query: string) => codesIn(await post(name, query)),
    "an event stream": async (name: CallerName, query: string) =>
      codesIn(await post(name, query, { accept: "text/event-stream" })),
    "a WebSocket": codesOverSocket,
  };

  describe.each(Object.entries(codesOver))("over %s", (_, codesOf) => {
    test.each(operations)("%s", async (source, ...allowed) => {
      for (const name of [...names, ...names.toReversed()]) {
        const refused = name === "guest" ? "UNAUTHENTICATED" : "FORBIDDEN";
        const codes = allowed.includes(name) ? [] : [refused];
        expect([name, await codesOf(name, source)]).toEqual([name, codes]);
      }
    });
  });
});

describe("a subscription is refused before anything is watched", () => {
  const limit = `subscription { limit(${key("watched")}) { limit } }`;
  test.each([
    ["a WebSocket", codesOverSocket],
    ["an event stream", codesOverStream],
  ])("over %s", async (_, codesOf) => {
    await create("watched");
    for (const name of ["reader", "writer", "guest"] as const) {
      const refused = name === "guest" ? "UNAUTHENTICATED" : "FORBIDDEN";
      expect(await codesOf(name, limit)).toEqual([refused]);
      expect(server.watched).toBe(0);
    }
    expect(await codesOf("chief", limit)).toEqual([]);
  });
});

test("events of one subscription tell each subscriber what its scopes allow, however many share", async () => {
  await create("shared");
  const query = `subscription { changes(bank: "shared") { ... on DepositUpdated { deposit { opened pin } } } }`;
  const watching = ["chief", "reader", "otherReader", "guest", "writer"] as const;
  const sockets = await Promise.all(watching.map(open));
  for (const socket of sockets) socket.send({ type: "subscribe", id: "1", payload: { query } });
  while (server.watched === 0) await sleep(10);
  // Each socket has subscribed once it answers what it was asked afterwards.
  for (const socket of sockets) {
    socket.send({ type: "subscribe", id: "2", payload: { query: "{ __typename }" } });
    expect(await socket.next()).toMatchObject({ id: "2", type: "next" });
    expect(await socket.next()).toMatchObject({ id: "2", type: "complete" });
  }
  await run(
    "chief",
    `mutation { adjust(${key("shared")}, input: { opened: { set: 7 } }) { __typename } }`,
  );
  for (const [at, name] of watching.entries()) {
    const { payload } = await sockets[at]!.next();
    const pin = name === "chief" ? "1234" : null;
    expect([name, payload.data.changes.deposit]).toEqual([name, { opened: 7, pin }]);
    const codes = (payload.errors ?? []).map(({ extensions }: Data) => extensions.code);
    const refused = name === "guest" ? "UNAUTHENTICATED" : "FORBIDDEN";
    expect([name, codes]).toEqual([name, name === "chief" ? [] : [refused]]);
  }
  for (const socket of sockets) socket[Symbol.dispose]();
});

describe("introspection shows what a caller may use", () => {
  const ask = '{ __schema { mutationType { fields { name } } } __type(name: "Vault") { name } }';
  const mutationsOf = async (name: CallerName, at = server) => {
    const { data } = await run(name, ask, at);
    expect(data.__type).toBeNull();
    return data.__schema.mutationType.fields.map((field: Data) => field.name);
  };
  const ofLetters = ["writeLetter", "editLetter", "burnLetter"];

  test("for each caller of one document, in whatever order", async () => {
    const [ofReader, ofWriter, ofChief] = [
      await mutationsOf("reader"),
      await mutationsOf("writer"),
      await mutationsOf("chief"),
    ];
    expect(ofReader).toEqual(ofLetters);
    const ofDeposits = ["open", "adjust", "close", "changeBalance", "pay", "forgetPin"];
    expect(ofWriter).toEqual([...ofDeposits, ...ofLetters]);
    expect(ofChief).toEqual(expect.arrayContaining(["purge", "raiseLimit"]));
    expect(await mutationsOf("guest")).toEqual(ofLetters);
    expect(await mutationsOf("writer")).toEqual(ofWriter);
  });

  test("over a WebSocket, too", async () => {
    using socket = await open("reader");
    socket.send({ type: "subscribe", id: "1", payload: { query: ask } });
    const { payload } = await socket.next();
    const fields: readonly Data[] = payload.data.__schema.mutationType.fields;
    expect(fields.map(({ name }) => name)).toEqual(ofLetters);
  });

  test("with the query of tools", async () => {
    const { data, errors } = await run("reader", getIntrospectionQuery());
    expect(errors).toBeUndefined();
    const types: readonly Data[] = data.__schema.types;
    expect(types.map(({ name }) => name)).not.toContain("OpenInput");
  });

  test.each([
    `{ __schema { queryType { name } } deposit(${key("B")}) { balance } }`,
    `{ bank { __typename } ...F } fragment F on Query { __type(name: "Vault") { name } }`,
  ])("and nothing beside it: %s", async (query) => {
    const { errors } = await run("chief", query);
    expect(errors).toMatchObject([
      {
        message: "Introspection must be a query of its own on this server.",
        extensions: { code: "GRAPHQL_VALIDATION_FAILED" },
      },
    ]);
  });

  test("errors suggest no names", async () => {
    const { errors } = await run("reader", "{ vaul { code } }");
    expect(errors[0].message).toBe('Cannot query field "vaul" on type "Query".');
  });

  test("unless all of it is shown to all", async () => {
    await using open = await serve({ introspection: "all" });
    const { data } = await run("reader", ask, open);
    expect(data.__type).toEqual({ name: "Vault" });
    const mixed = `{ __typename bank { name } __type(name: "Vault") { name } }`;
    expect((await run("reader", mixed, open)).data.__type).toEqual({ name: "Vault" });
  });

  test("who asks for a schema that has to be made pays for it, and others with the same scopes do not", async () => {
    await using slow = await serve({ limits: { pointsPerSecond: 20 } });
    const introspect = "{ __schema { queryType { name } } }";
    const answer = { data: { __schema: { queryType: { name: "Query" } } } };
    const next = async (name: CallerName) =>
      codesIn(await post(name, "{ __typename }", { at: slow }));
    expect(await run("reader", introspect, slow)).toEqual(answer);
    // It would take longer than an operation may wait to earn the points.
    expect(await next("reader")).toEqual(["QUOTA_EXCEEDED"]);
    expect(await run("otherReader", introspect, slow)).toEqual(answer);
    expect(await next("otherReader")).toEqual([]);
  });

  test("another word is refused at the start", async () => {
    await expect(serve({ introspection: "some" as "all" })).rejects.toThrow(
      'introspection must be all, usable, none, but is "some".',
    );
  });
});

describe("the application", () => {
  const party = (options: Partial<ServerOptions> = {}) =>
    serve({ ...application, audience: application.audience as never, ...options });
  const createParty =
    'mutation { createParty(input: { city: "Rome", name: "A" }) { ... on PartyCreated { party { id } } } }';
  const browse = '{ partiesInCity(city: "Rome") { nodes { id } } }';
  const remove = (id: string) =>
    `mutation { deleteParty(city: "Rome", id: "${id}") { __typename } }`;
  const signIn = () => ({ ...issuer.signIn, anonymous: ["party:read"] });

  test("is open to everybody where nobody can sign in", async () => {
    await using open = await party({ signIn: undefined });
    const { createParty: created } = (await run("guest", createParty, open)).data;
    expect((await run("guest", browse, open)).data.partiesInCity.nodes).toContainEqual({
      id: created.party.id,
    });
    const { data, errors } = await run("guest", remove(created.party.id), open);
    expect(errors).toBeUndefined();
    expect(data.deleteParty).toEqual({ __typename: "PartyDeleted" });
  });

  test("lets guests read what they were granted, writers write, and administrators delete", async () => {
    await using open = await party({ signIn: signIn() });
    const of = async (scope: string) => {
      const token = await issuer.sign({ sub: scope, scope });
      return async (query: string): Promise<Data> => {
        const headers = {
          "content-type": "application/json",
          authorization: `Bearer ${token}`,
        };
        const { status, text } = await send(open.url, { headers, body: JSON.stringify({ query }) });
        // Also without a scope: other fields may have been executed.
        expect(status).toBe(200);
        return JSON.parse(text);
      };
    };
    const [writer, admin] = [await of("party:write"), await of("party:admin")];
    const nothing = await of("profile");
    expect((await nothing(browse)).errors).toBeUndefined();
    expect((await nothing(createParty)).errors).toMatchObject([
      { extensions: { code: "FORBIDDEN", scopes: ["party:write"] } },
    ]);
    expect((await run("guest", browse, open)).errors).toBeUndefined();
    expect((await run("guest", createParty, open)).errors).toMatchObject([
      {
        message: 'Sign in first: this needs the scope "party:write".',
        extensions: { code: "UNAUTHENTICATED", scopes: ["party:write"] },
      },
    ]);
    const { id } = (await writer(createParty)).data.createParty.party;
    expect((await writer(remove(id))).errors).toMatchObject([
      {
        message: 'This needs the scope "party:admin".',
        extensions: { code: "FORBIDDEN", scopes: ["party:admin"] },
      },
    ]);
    expect((await admin(remove(id))).data.deleteParty).toEqual({ __typename: "PartyDeleted" });
  });

  test("warns at the start of a scope of guests that none of its fields needs", async () => {
    const log: string[] = [];
    const misspelled = { ...issuer.signIn, anonymous: ["party:raed"] };
    await using _ = await party({ signIn: misspelled, log: (line) => log.push(line) });
    expect(log).toEqual([expect.stringMatching(/^Warning: no field .* the scope "party:raed" /)]);
  });

  test("shares subscriptions among callers with the same scopes", () => {
    const audienceOf = (scopes: readonly string[]) =>
      application.audience({ viewer: createStranger({ scopes }) } as never);
    expect(audienceOf(["b", "a"])).toBe(audienceOf(["a", "b"]));
    expect(audienceOf(["a"])).not.toBe(audienceOf(["a", "b"]));
    expect(audienceOf([])).toBe("");
  });
});
