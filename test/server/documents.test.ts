import { hash } from "node:crypto";
import { ApolloClient, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { getIntrospectionQuery, print } from "graphql";
import { createClient as createWebSocketClient } from "graphql-ws";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as application from "../../src/party/application.ts";
import {
  createServer,
  DocumentListError,
  type Server,
  type ServerOptions,
} from "../../src/server/index.ts";
import { startApp, type TestApp } from "../fixtures/app.ts";
import { BROWSE, createParty, type Key, WATCH } from "../fixtures/parties.ts";
import { roomyLimits } from "../fixtures/roomy-limits.ts";
import { codesIn, errorsIn, send } from "../fixtures/send.ts";
import { json } from "./corpus.ts";

const APOLLO = gql`
  query Browse($city: String!) {
    partiesInCity(city: $city) {
      nodes {
        id
        __typename
      }
      __typename
    }
  }
`;
const TWO =
  'query A { a: __typename } query B { b: partiesInCity(city: "Nobody") { nodes { id } } }';
const listed = [BROWSE, WATCH, TWO, print(APOLLO)];
const idOf = (text: string) => hash("sha256", text);
const documents = Object.fromEntries(listed.map((text) => [idOf(text), text]));

/** A server that runs any document. */
let open: TestApp;
/** A server that runs only the listed ones, on the same database. */
let closed: Server;
let key: Key;
beforeAll(async () => {
  open = await startApp();
  key = await createParty(open);
  closed = await serve(documents);
});
afterAll(async () => {
  await closed.close();
  await open[Symbol.asyncDispose]();
});

function serve(
  list: Readonly<Record<string, string>>,
  options: Partial<ServerOptions> = {},
): Promise<Server> {
  const { session } = open.keyspace;
  return createServer({
    ...application,
    session,
    limits: roomyLimits,
    documents: list,
    ...options,
  });
}

const persisted = (text: string) => ({
  extensions: { persistedQuery: { version: 1, sha256Hash: idOf(text) } },
});
const post = (body: object, headers: Readonly<Record<string, string>> = {}) =>
  send(closed.url, { headers: { ...json, ...headers }, body: JSON.stringify(body) });
const get = (params: Readonly<Record<string, string>>, headers = {}) =>
  send(`${closed.url}?${new URLSearchParams(params)}`, { method: "GET", headers });

/** Sends an operation over a new WebSocket, and returns its first result. */
async function overSocket(operation: {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly extensions?: Readonly<Record<string, unknown>>;
}) {
  const client = createWebSocketClient({ url: closed.webSocketUrl, retryAttempts: 0 });
  try {
    for await (const result of client.iterate(operation)) return result;
    throw new Error("No result came.");
  } finally {
    await client.dispose();
  }
}

describe("a listed document is run", () => {
  const variables = { city: "Nobody" };

  test("by its text, by its id, and by its id as Apollo sends it", async () => {
    for (const sent of [
      { query: BROWSE },
      { documentId: idOf(BROWSE) },
      { documentId: `sha256:${idOf(BROWSE)}` },
      persisted(BROWSE),
      { query: "", ...persisted(BROWSE) },
      { query: BROWSE, ...persisted(BROWSE) },
    ]) {
      const { status, text } = await post({ ...sent, variables });
      expect([status, JSON.parse(text)], JSON.stringify(sent)).toMatchObject([
        200,
        { data: { partiesInCity: { nodes: [] } } },
      ]);
    }
  });

  test("by GET", async () => {
    const shared = { variables: JSON.stringify(variables) };
    for (const sent of [
      { query: BROWSE },
      { documentId: `sha256:${idOf(BROWSE)}` },
      { extensions: JSON.stringify(persisted(BROWSE).extensions) },
    ]) {
      const { status, text } = await get({ ...shared, ...sent });
      expect([status, JSON.parse(text)]).toMatchObject([200, { data: { partiesInCity: {} } }]);
    }
  });

  test("by an event stream", async () => {
    const events = { accept: "text/event-stream" };
    for (const sent of [{ query: WATCH }, { documentId: idOf(WATCH) }, persisted(WATCH)]) {
      const response = await fetch(closed.url, {
        method: "POST",
        headers: { ...json, ...events },
        body: JSON.stringify({ ...sent, variables: key }),
      });
      expect(response.status).toBe(200);
      const chunks: string[] = [];
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        chunks.push(chunk);
        if (chunks.join("").includes("data: ")) break;
      }
      expect(chunks.join("")).toContain('data: {"data":{"peopleChanged":{"people":0,');
    }
  });

  test("over a WebSocket", async () => {
    for (const sent of [{ query: WATCH }, { query: "", ...persisted(WATCH) }]) {
      expect(await overSocket({ ...sent, variables: { ...key } })).toMatchObject({
        data: { peopleChanged: { people: 0 } },
      });
    }
    expect(
      await overSocket({ query: "", ...persisted(BROWSE), variables: { city: key.city } }),
    ).toMatchObject({ data: { partiesInCity: { nodes: [{ id: key.id }] } } });
  });

  test("by the name of one of its operations", async () => {
    const { text } = await post({ documentId: idOf(TWO), operationName: "B" });
    expect(JSON.parse(text)).toEqual({ data: { b: { nodes: [] } } });
  });

  test("that Apollo Client sends by its id, at once", async () => {
    const sent: string[] = [];
    const link = new PersistedQueryLink({ sha256: idOf }).concat(
      new HttpLink({
        uri: closed.url,
        fetch(url, init) {
          sent.push(init?.body as string);
          return fetch(url, init);
        },
      }),
    );
    const client = new ApolloClient({ link, cache: new InMemoryCache() });
    const { data } = await client.query({ query: APOLLO, variables });
    expect(data).toMatchObject({ partiesInCity: { nodes: [] } });
    expect(sent).toEqual([expect.not.stringContaining('"query"')]);
  });
});

test("what asks only whether the service answers is run, though it is not listed", async () => {
  expect((await post({ query: "{ __typename }" })).text).toBe('{"data":{"__typename":"Query"}}');
  expect(await overSocket({ query: "{ __typename }" })).toEqual({ data: { __typename: "Query" } });
});

describe("any other document is refused", () => {
  const refused = [
    ["one blank more", { query: `${BROWSE} ` }],
    ["one blank less", { query: BROWSE.replace("  ", " ") }],
    ["a comment", { query: `#\n${BROWSE}` }],
    ["GraphiQL's introspection", { query: getIntrospectionQuery() }],
    ["an alias", { query: "{ a: __typename }" }],
    ["no GraphQL", { query: "}" }],
    ["an empty text", { query: "" }],
    ["an unknown id", { documentId: idOf("{ a }") }],
    ["an id of another algorithm", { documentId: `sha1:${hash("sha1", BROWSE)}` }],
    ["a text as an id", { documentId: BROWSE }],
    ["an empty id", { documentId: "" }],
    ["only a prefix", { documentId: "sha256:" }],
    ["Apollo's extension without an id", { extensions: { persistedQuery: {} } }],
    ["Apollo's extension of a wrong type", { extensions: { persistedQuery: [5] } }],
    ["a text beside a listed id", { query: "{ a: __typename }", documentId: idOf(BROWSE) }],
    ["__proto__", { documentId: "__proto__" }],
    ["constructor", { documentId: "sha256:constructor" }],
  ] as const;

  test.each(refused)("over HTTP: %s", async (_, sent) => {
    const body = { ...sent, variables: { city: "Nobody" } };
    for (const accept of ["application/json", "application/graphql-response+json"]) {
      const answer = await post(body, { accept });
      expect([answer.status, ...codesIn(answer)]).toEqual([403, "DOCUMENT_NOT_ALLOWED"]);
    }
    const events = await post(body, { accept: "text/event-stream" });
    expect([events.status, ...codesIn(events)]).toEqual([403, "DOCUMENT_NOT_ALLOWED"]);
  });

  test.each(refused)("over a WebSocket: %s", async (_, sent) => {
    const {
      query = "",
      documentId,
      extensions,
    } = sent as {
      readonly query?: string;
      readonly documentId?: string;
      readonly extensions?: Readonly<Record<string, unknown>>;
    };
    const given = extensions ?? {
      ...(documentId !== undefined && { persistedQuery: { sha256Hash: documentId } }),
    };
    await expect(overSocket({ query, extensions: given })).rejects.toMatchObject([
      { extensions: { code: "DOCUMENT_NOT_ALLOWED" } },
    ]);
  });

  test("by GET, with a variable that has the name of the parameter", async () => {
    for (const sent of [{ query: "{ a: __typename }" }, { documentId: "x" }]) {
      const answer = await get({
        ...sent,
        variables: JSON.stringify({ documentId: idOf(BROWSE) }),
      });
      expect([answer.status, ...codesIn(answer)]).toEqual([403, "DOCUMENT_NOT_ALLOWED"]);
    }
  });

  test("with a message that says what would be needed", async () => {
    const [byText] = errorsIn(await post({ query: `${BROWSE} ` }));
    expect(byText!.message).toBe(
      `The service runs only the documents of its list. This text is not in the list: its id would be ${idOf(`${BROWSE} `)}.`,
    );
    const [byId] = errorsIn(await post({ documentId: "x".repeat(1000) }));
    expect(byId!.message).toBe(
      `The service runs only the documents of its list. The id "${"x".repeat(100)}…" is not in the list.`,
    );
  });

  test("with what a wrong type of an id is", async () => {
    const answer = await post({ documentId: 5 });
    expect(errorsIn(answer)).toEqual([
      {
        message: '"documentId" must be a string, not a number.',
        extensions: { code: "BAD_REQUEST" },
      },
    ]);
  });
});

describe("a server without a list", () => {
  test("stores no documents, and runs a text beside an id", async () => {
    const ask = (body: object) =>
      send(open.url, { headers: json, body: JSON.stringify({ ...body }) });
    const byId = await ask({ documentId: idOf(BROWSE), variables: { city: "Nobody" } });
    expect([byId.status, ...codesIn(byId)]).toEqual([200, "PERSISTED_QUERY_NOT_SUPPORTED"]);
    const byText = await ask({ query: "{ a: __typename }", documentId: "x" });
    expect(JSON.parse(byText.text)).toEqual({ data: { a: "Query" } });
  });
});

describe("a server does not start", () => {
  test.each([
    ["{ nope }", 'cannot be run: Cannot query field "nope" on type "Query".'],
    ["{ __typename ", "cannot be run: Syntax Error: Expected Name, found <EOF>."],
    ["fragment Name on Party { name }", "cannot be run: "],
    ["type Party { id: ID }", "cannot be run: "],
    [`{ ${"a: __typename ".repeat(2000)}}`, "cannot be run: A document may have 1000 tokens."],
  ])("with a listed document that it could not run: %.40s", async (text, message) => {
    const id = idOf(text);
    const starting = serve({ ...documents, [id]: text });
    await expect(starting).rejects.toBeInstanceOf(DocumentListError);
    await expect(starting).rejects.toThrow(`The document "${id}" ${message}`);
  });

  test("with a listed introspection where introspection is off", async () => {
    const text = "{ __schema { types { name } } }";
    await expect(serve({ [idOf(text)]: text }, { introspection: "none" })).rejects.toThrow(
      `The document "${idOf(text)}" cannot be run: Introspection is off on this server`,
    );
    await using server = await serve({ [idOf(text)]: text }, { introspection: "all" });
    expect(server.url).toBeDefined();
  });

  test("with an id that is not the hash of its document", async () => {
    await expect(serve({ [idOf("")]: BROWSE })).rejects.toThrow(
      `The document "${idOf("")}" must have the SHA-256 hash of its text as its id, ${idOf(BROWSE)}.`,
    );
  });
});
