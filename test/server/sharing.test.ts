import { randomUUID } from "node:crypto";
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Server } from "../../src/server/index.ts";
import { eventually } from "../fixtures/eventually.ts";
import { inSeconds, type Issuer } from "../fixtures/issuer.ts";
import { type NoteService, openNoteService } from "./note-service.ts";
import { resolvedFor } from "./notes.ts";

// Equal subscriptions share an execution only between callers that see the same.

let service: NoteService;
let issuer: Issuer;
let server: Server;
/** A server whose `audience` says that all callers see the same, which they do not. */
let careless: Server;
beforeAll(async () => {
  service = await openNoteService(({ signIn }) => ({
    signIn: { ...signIn, clockTolerance: 0 },
    // One server learns from the other only by looking.
    pollInterval: 100,
  }));
  ({ issuer } = service);
  server = await service.serve();
  careless = await service.serve({ audience: () => "everybody" });
  for (const sub of ["ann", "bob"]) {
    const query = `mutation { writeNote(input: { words: "of ${sub}" }) { __typename } }`;
    await post(query, await issuer.sign({ sub }));
  }
});
afterAll(() => service?.[Symbol.asyncDispose]());

let name: string;
beforeEach(async () => {
  name = randomUUID();
  const query = `mutation { createBoard(input: { name: "${name}" }) { __typename } }`;
  await post(query, await issuer.sign());
  resolvedFor.length = 0;
});

async function post(query: string, token: string, at = server) {
  const response = await fetch(at.url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

/** Changes the board, so that each of its subscribers gets an event. */
async function pin() {
  const { data } = await post(
    `mutation { addPins(name: "${name}", delta: 1) { __typename } }`,
    await issuer.sign(),
  );
  expect(data.addPins.__typename).toBe("BoardPinsChanged");
}

/** The results of a subscription. Its content is untyped. */
// oxlint-disable-next-line typescript/no-explicit-any
type Results = AsyncIterableIterator<any>;

/** A subscriber to the board of the test. */
interface BoardSubscriber {
  readonly results: Results;
  readonly leave: () => Promise<unknown>;
}

type Transport = (fields: string, token: string, at?: Server) => BoardSubscriber;

const queryOf = (fields: string) =>
  `subscription { boardChanged(name: "${name}") { board { pins ${fields} } } }`;

const overWebSocket: Transport = (fields, token, at = server) => {
  const client = createClient({
    url: at.webSocketUrl,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  const results = client.iterate({ query: queryOf(fields) });
  return { results: results as Results, leave: async () => client.dispose() };
};

const overEventStream: Transport = (fields, token, at = server) => {
  const gone = new AbortController();
  async function* results() {
    const response = await fetch(at.url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "text/event-stream",
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify({ query: queryOf(fields) }),
      signal: gone.signal,
    });
    let text = "";
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const events = text.split("\n\n");
      text = events.pop()!;
      for (const event of events) {
        const json = /^event: next\ndata: (.*)$/.exec(event)?.[1];
        if (json !== undefined) yield JSON.parse(json);
      }
    }
  }
  return { results: results() as Results, leave: async () => gone.abort() };
};

const transports = [
  ["WebSockets", overWebSocket],
  ["event streams", overEventStream],
] as const;

const MINE = "myNotes { nodes { owner words } }";

/** The board of the next event. */
async function nextBoard({ results }: BoardSubscriber) {
  const { value } = await results.next();
  return value.data?.boardChanged.board ?? value.errors[0].extensions.code;
}

const notesOf = (owner: string) => ({ nodes: [{ owner, words: `of ${owner}` }] });

describe.each(transports)("on %s", (_, subscribe) => {
  test("two identities get rows of their own for one document, whatever audience says", async () => {
    for (const at of [server, careless]) {
      const subscribers = [];
      for (const sub of ["ann", "bob", "ann", "bob"])
        subscribers.push({ sub, ...subscribe(MINE, await issuer.sign({ sub }), at) });
      for (const each of subscribers)
        expect((await nextBoard(each)).myNotes).toEqual(notesOf(each.sub));
      for (let round = 0; round < 3; round += 1) {
        await pin();
        const boards = await Promise.all(subscribers.map(nextBoard));
        expect(boards.map(({ myNotes }) => myNotes)).toEqual(
          subscribers.map(({ sub }) => notesOf(sub)),
        );
      }
      for (const each of subscribers) await each.leave();
    }
  });

  test("when the first subscriber leaves, the others keep rows of their own", async () => {
    const ann = subscribe(MINE, await issuer.sign(), careless);
    await nextBoard(ann);
    const bob = subscribe(MINE, await issuer.sign({ sub: "bob" }), careless);
    await nextBoard(bob);
    const again = subscribe(MINE, await issuer.sign({ jti: "another" }), careless);
    await nextBoard(again);
    await ann.leave();
    await pin();
    expect((await nextBoard(bob)).myNotes).toEqual(notesOf("bob"));
    expect((await nextBoard(again)).myNotes).toEqual(notesOf("ann"));
    await bob.leave();
    await again.leave();
  });

  test("a field that only one of them may see is not shared, whoever comes first", async () => {
    for (const order of [
      ["ann", "bob"],
      ["bob", "ann"],
    ]) {
      const subscribers = [];
      for (const sub of order)
        subscribers.push({ sub, ...subscribe("secret", await issuer.sign({ sub }), careless) });
      for (const each of subscribers) await each.results.next();
      await pin();
      for (const { sub, results, leave } of subscribers) {
        const { value } = await results.next();
        expect(value.data.boardChanged.board.secret).toBe(sub === "ann" ? "for ann" : null);
        await leave();
      }
    }
  });

  test("tokens of one caller share an execution, also a new one when the old one has expired", async () => {
    const first = subscribe(
      "pinnedFor",
      await issuer.sign({ exp: inSeconds(3), iat: 1, jti: "1" }),
    );
    await nextBoard(first);
    const second = subscribe("pinnedFor", await issuer.sign({ iat: 2, jti: "2", nbf: 3 }));
    await nextBoard(second);
    resolvedFor.length = 0;
    await pin();
    await Promise.all([first, second].map(nextBoard));
    expect(resolvedFor).toEqual(["ann"]);

    // Ended by the error of an event stream, or by the close of a socket.
    const ended = nextBoard(first).catch((event: unknown) => (event as CloseEvent).reason);
    expect(await ended).toMatch(/^TOKEN_EXPIRED/);
    const renewed = subscribe("pinnedFor", await issuer.sign({ iat: 4, jti: "4" }));
    await nextBoard(renewed);
    resolvedFor.length = 0;
    await pin();
    await Promise.all([second, renewed].map(nextBoard));
    expect(resolvedFor).toEqual(["ann"]);
    await second.leave();
    await renewed.leave();
  });

  test("a field that only one token of a caller may see is not shared by its others", async () => {
    for (const order of [
      ["1", "2"],
      ["2", "1"],
    ]) {
      const subscribers = [];
      for (const jti of order) {
        const subscriber = subscribe("ofFirstToken", await issuer.sign({ jti }));
        await nextBoard(subscriber).catch(() => {});
        subscribers.push({ jti, ...subscriber });
      }
      await pin();
      for (const { jti, results, leave } of subscribers) {
        const { value } = await results.next();
        const seen = jti === "1" ? "for the first token" : null;
        expect(value.data.boardChanged.board.ofFirstToken).toBe(seen);
        await leave();
      }
    }
  });

  test("an expired token ends nobody else's subscription", async () => {
    const ann = subscribe(MINE, await issuer.sign({ exp: inSeconds(2) }), careless);
    await nextBoard(ann);
    const bob = subscribe(MINE, await issuer.sign({ sub: "bob" }), careless);
    await nextBoard(bob);
    const ended = nextBoard(ann).catch((event: unknown) => (event as CloseEvent).reason);
    expect(await ended).toMatch(/^TOKEN_EXPIRED/);
    await pin();
    expect((await nextBoard(bob)).myNotes).toEqual(notesOf("bob"));
    await bob.leave();
  });

  test.each([
    ["other scopes", { scope: "more" }],
    ["another claim", { tenant: "north" }],
    ["another sub", { sub: "bob" }],
    ["a claim of another type", { level: "1" }],
  ])("a caller with %s shares nothing with the first", async (__, claims) => {
    const one = subscribe("pinnedFor", await issuer.sign({ level: 1 }));
    await nextBoard(one);
    const other = subscribe("pinnedFor", await issuer.sign({ level: 1, ...claims }));
    await nextBoard(other);
    resolvedFor.length = 0;
    await pin();
    const [first, second] = await Promise.all([one, other].map(nextBoard));
    expect(resolvedFor).toHaveLength(2);
    expect([first.pinnedFor, second.pinnedFor]).toEqual(["ann", "sub" in claims ? "bob" : "ann"]);
    await one.leave();
    await other.leave();
  });

  test("callers of one audience with other scopes share nothing", async () => {
    const one = subscribe("", await issuer.sign({ scope: "a" }), careless);
    const two = subscribe("pinnedFor", await issuer.sign({ scope: "a" }), careless);
    const three = subscribe("pinnedFor", await issuer.sign({ scope: "a b" }), careless);
    for (const each of [one, two, three]) await nextBoard(each);
    resolvedFor.length = 0;
    await pin();
    await Promise.all([one, two, three].map(nextBoard));
    expect(resolvedFor).toHaveLength(2);
    for (const each of [one, two, three]) await each.leave();
  });
});

test("strangers share an execution, and nothing with who has signed in", async () => {
  await using open = await service.serve({ signIn: { ...issuer.signIn, anonymous: [] } });
  const query = { query: queryOf("") };
  const stranger = () => {
    const client = createClient({ url: open.webSocketUrl, webSocketImpl: WebSocket });
    return { results: client.iterate(query) as Results, leave: async () => client.dispose() };
  };
  const [one, two] = [stranger(), stranger()];
  const ann = overWebSocket(MINE, await issuer.sign(), open);
  const anonymous = createClient({ url: open.webSocketUrl, webSocketImpl: WebSocket });
  const refused = anonymous.iterate({ query: queryOf(MINE) }) as Results;
  for (const each of [one, two, ann]) expect(await nextBoard(each)).toMatchObject({ pins: 0 });
  expect((await refused.next()).value.errors[0].extensions.code).toBe("UNAUTHENTICATED");
  await pin();
  for (const each of [one, two, ann]) expect(await nextBoard(each)).toMatchObject({ pins: 1 });
  expect((await refused.next()).value.errors[0].extensions.code).toBe("UNAUTHENTICATED");
  for (const each of [one, two, ann]) await each.leave();
  await anonymous.dispose();
});

test("over HTTP, two identities get rows of their own for one document at the same time", async () => {
  const query = `{ ${MINE} }`;
  const subs = Array.from({ length: 20 }, (_, at) => (at % 2 ? "ann" : "bob"));
  const tokens = await Promise.all(subs.map((sub) => issuer.sign({ sub })));
  const answers = await Promise.all(tokens.map((token) => post(query, token, careless)));
  expect(answers).toEqual(subs.map((sub) => ({ data: { myNotes: notesOf(sub) } })));
});

test("what Pothos caches for a context is not shared by the operations of a socket", async () => {
  const contextCache = Symbol.for("Pothos.contextCache");
  const seen: boolean[] = [];
  await using own = await service.serve({
    context: () => ({ [contextCache]: {}, own: true }),
    audience(context) {
      seen.push(contextCache in context, "own" in context);
      return undefined;
    },
  });
  await post("{ me }", await issuer.sign(), own);
  await eventually(() => expect(seen).toEqual([false, true]));
});
