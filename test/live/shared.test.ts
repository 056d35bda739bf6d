import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { defaultFieldResolver, type GraphQLObjectType } from "graphql";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { schema } from "../../src/party/schema.ts";
import { startApp, type TestApp } from "../fixtures/app.ts";
import { eventually } from "../fixtures/eventually.ts";
import { ADD, createParty, DELETE, FOLLOW, type Key, UPDATE, WATCH } from "../fixtures/parties.ts";

// What equal subscriptions share, and what they do not share.

let app: TestApp;
let key: Key;
let executions = 0;

beforeAll(async () => {
  app = await startApp();
  const { people } = (schema.getType("PeopleChanged") as GraphQLObjectType).getFields();
  const { resolve = defaultFieldResolver } = people!;
  people!.resolve = (...args) => {
    executions += 1;
    return resolve(...args);
  };
});
afterAll(() => app[Symbol.asyncDispose]());
beforeEach(async () => {
  key = await createParty(app);
});

const add = (delta = 1) => app.run(ADD, { ...key, delta });

/** Opens a socket for many subscriptions, and collects their messages. */
async function openSocket() {
  const socket = new WebSocket(app.webSocketUrl, "graphql-transport-ws");
  const got = new Map<string, { type: string; payload: any }[]>();
  socket.on("message", (data: Buffer) => {
    const { id, ...message } = JSON.parse(data.toString());
    if (id !== undefined) got.set(id, [...(got.get(id) ?? []), message]);
  });
  await once(socket, "open");
  socket.send('{"type":"connection_init"}');
  await once(socket, "message");
  return {
    got,
    subscribe: (id: string, query: string, variables: object = key) =>
      socket.send(JSON.stringify({ type: "subscribe", id, payload: { query, variables } })),
    complete: (id: string) => socket.send(JSON.stringify({ type: "complete", id })),
    /** Returns the data of the newest message of a subscription. */
    data: (id: string) => got.get(id)?.at(-1)?.payload?.data,
    [Symbol.dispose]: () => socket.terminate(),
  };
}

/** Opens an event stream, and collects its text. */
async function openStream(query: string, variables: object = key) {
  const address = new URL(app.url);
  address.search = String(new URLSearchParams({ query, variables: JSON.stringify(variables) }));
  const leave = new AbortController();
  const response = await fetch(address, {
    headers: { accept: "text/event-stream" },
    signal: leave.signal,
  });
  const stream = { text: "", response, leave: () => leave.abort() };
  const read = async () => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      stream.text += chunk;
    }
  };
  void read().catch(() => {});
  return stream;
}

test("an event is executed once for all equal subscriptions, over any transport", async () => {
  using socket = await openSocket();
  using other = await openSocket();
  for (let number = 0; number < 40; number++) {
    (number % 2 ? socket : other).subscribe(String(number), WATCH);
  }
  const streams = await Promise.all([
    openStream(WATCH),
    openStream(WATCH, { id: key.id, city: key.city }),
  ]);
  const all = (people: number) =>
    eventually(() => {
      for (let number = 0; number < 40; number++) {
        const { data } = number % 2 ? socket : other;
        expect(data(String(number))?.peopleChanged.people).toBe(people);
      }
      for (const { text } of streams) expect(text).toContain(`"people":${people},`);
    });
  await all(0);

  for (const people of [1, 2, 3]) {
    executions = 0;
    await add();
    await all(people);
    // The mutation's own result counts as well.
    expect(executions).toBe(2);
  }
  for (const stream of streams) stream.leave();
});

test("each subscriber gets the result of its own document and variables", async () => {
  using socket = await openSocket();
  const other = await createParty(app, { people: 40 });
  const withName = `subscription ($city: String!, $id: UUID!, $wanted: Boolean = false) {
    peopleChanged(city: $city, id: $id) { ...Count party @include(if: $wanted) { name } }
  }
  fragment Count on PeopleChanged { count: people }`;
  socket.subscribe("plain", WATCH);
  socket.subscribe("other", WATCH, other);
  socket.subscribe("alias", withName);
  socket.subscribe("name", withName, { ...key, wanted: true });
  socket.subscribe(
    "typed",
    "subscription A($city: String!, $id: UUID!) { peopleChanged(city: $city, id: $id) { __typename } }",
  );
  await eventually(() => expect(socket.got.size).toBe(5));
  await add(6);
  await eventually(() => {
    expect(socket.data("plain")).toEqual({
      peopleChanged: { people: 6, asOf: expect.any(String) },
    });
    expect(socket.data("alias")).toEqual({ peopleChanged: { count: 6 } });
    expect(socket.data("name")).toEqual({
      peopleChanged: { count: 6, party: { name: "A party" } },
    });
  });
  expect(socket.data("other").peopleChanged.people).toBe(40);
  expect(socket.data("typed")).toEqual({ peopleChanged: { __typename: "PeopleChanged" } });
});

test("a later subscriber gets the present value, and the others nothing", async () => {
  using socket = await openSocket();
  socket.subscribe("early", WATCH);
  await eventually(() => expect(socket.got.get("early")).toHaveLength(1));
  socket.subscribe("late", WATCH);
  await eventually(() => expect(socket.got.get("late")).toHaveLength(1));
  await add();
  await eventually(() => expect(socket.got.get("late")).toHaveLength(2));
  expect(socket.got.get("early")).toEqual(socket.got.get("late"));
});

test("a subscriber that leaves gets no more, and the others do", async () => {
  using socket = await openSocket();
  socket.subscribe("stays", WATCH);
  socket.subscribe("leaves", WATCH);
  await eventually(() => expect(socket.got.size).toBe(2));
  socket.complete("leaves");
  await add();
  await add();
  await eventually(() => expect(socket.data("stays").peopleChanged.people).toBe(2));
  expect(socket.got.get("leaves")).toHaveLength(1);
});

test.each(["1", "ü 🎉", '"quoted" \\ and \n more', "x".repeat(300), randomUUID()])(
  "the id %j is returned as it was given",
  async (id) => {
    using socket = await openSocket();
    socket.subscribe(id, WATCH);
    await add();
    await eventually(() => expect(socket.data(id)?.peopleChanged.people).toBe(1));
  },
);

describe("a long text of non-ASCII characters arrives complete", () => {
  const name = "Жür 🎉 ".repeat(25).trim();
  const many = Array.from({ length: 300 }, (_, at) => `n${at}: name`).join(" ");
  const query = `subscription ($city: String!, $id: UUID!) { peopleChanged(city: $city, id: $id) { party { ${many} } } }`;
  beforeEach(() => app.run(UPDATE, { ...key, input: { name } }));

  test("over WebSocket the text is complete", async () => {
    using socket = await openSocket();
    socket.subscribe("1", query);
    await eventually(() => expect(socket.data("1")?.peopleChanged.party.n299).toBe(name));
    expect(new Set(Object.values(socket.data("1").peopleChanged.party))).toEqual(new Set([name]));
  });

  test("over Server-Sent Events the text is complete", async () => {
    const stream = await openStream(query);
    await eventually(() => expect(stream.text).toMatch(/^:\n\nevent: next\ndata: .*\n\n$/));
    const { data } = JSON.parse(/data: (.*)\n\n/.exec(stream.text)![1]!);
    expect(new Set(Object.values(data.peopleChanged.party))).toEqual(new Set([name]));
    stream.leave();
  });
});

test("an end reaches all subscribers", async () => {
  using socket = await openSocket();
  for (const id of ["a", "b", "c"]) socket.subscribe(id, WATCH);
  const streams = await Promise.all([openStream(WATCH), openStream(WATCH)]);
  await eventually(() => {
    expect(socket.got.size).toBe(3);
    for (const { text } of streams) expect(text).toContain("data: {");
  });
  await app.run(DELETE, { ...key });
  await eventually(() => {
    for (const id of ["a", "b", "c"]) expect(socket.got.get(id)?.at(-1)?.type).toBe("complete");
    for (const { text } of streams) expect(text).toMatch(/\n\nevent: complete\ndata:\n\n$/);
  });
});

test("an error reaches all subscribers, with the code that it has over HTTP", async () => {
  using socket = await openSocket();
  const nobody = { city: key.city, id: randomUUID() };
  for (const id of ["a", "b"]) socket.subscribe(id, WATCH, nobody);
  const stream = await openStream(WATCH, nobody);
  const code = "PARTY_NOT_FOUND";
  await eventually(() => {
    for (const id of ["a", "b"]) {
      const [refusal] = socket.got.get(id)!;
      expect((refusal!.payload.errors ?? refusal!.payload)[0].extensions.code).toBe(code);
    }
    expect(stream.text).toContain(`"code":"${code}"`);
    expect(stream.text).toMatch(/event: complete/);
  });
});

test("an event of a city is executed once for all its followers", async () => {
  using socket = await openSocket();
  for (let number = 0; number < 20; number++) socket.subscribe(String(number), FOLLOW);
  socket.subscribe(
    "names",
    "subscription ($city: String!) { partiesChanged(city: $city) { __typename } }",
  );
  // Followers get no first value that would show that they have subscribed.
  const all = (people: number) => {
    for (let number = 0; number < 20; number++) {
      expect(socket.data(String(number))?.partiesChanged.people).toBe(people);
    }
  };
  let people = 0;
  await eventually(async () => {
    people = (await add()).data.addPeople.people;
    await eventually(() => all(people), 500);
  });
  executions = 0;
  await add();
  await eventually(() => all(people + 1));
  expect(executions).toBe(2);
  expect(socket.data("names")).toEqual({ partiesChanged: { __typename: "PeopleChanged" } });
});
