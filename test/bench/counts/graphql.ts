import type { Comparison } from "../comparison.ts";
import { drive, type Load, percentile } from "../load.ts";
import type { Key, Place } from "./place.ts";
import { type Answer, type Served, startServer } from "./served.ts";

interface Sample {
  readonly load: Load;
  readonly refused: number;
  /** Processor time of the server for each request, in microseconds. */
  readonly cpu: number;
}

const CHANGE = `mutation ($city: String!, $id: UUID!, $expected: Int!, $delta: Int!) {
  changePeople(city: $city, id: $id, expected: $expected, delta: $delta) {
    __typename
    ... on PeopleChanged { people }
    ... on PeopleStale { actual }
  }
}`;

const ADD = `mutation ($city: String!, $id: UUID!, $delta: Int!) {
  addPeople(city: $city, id: $id, delta: $delta) { __typename ... on PeopleChanged { people } }
}`;

/** Clients over HTTP, from this process; the servers have processes of their own. */
export async function overGraphQL(place: Place, time: number) {
  await using opened = new AsyncDisposableStack();
  const service = opened.use(await startServer("partyfinder", place));
  const bare = opened.use(await startServer("bare", place));
  const [hot] = await place.parties(1, "one city");
  const [single] = await place.parties(1, "one city");
  const spread = await place.parties(1000, "a city each");
  const spreadBare = await place.parties(1000, "a city each");
  const spreadPlain = await place.parties(1000, "a city each");
  const comparisons: readonly Comparison<Sample>[] = [
    {
      what: "GraphQL: addPeople, 64 clients, one party",
      reference: { name: "one client", run: () => oneFreely(place, single!, time) },
      run: () => adding(service, hot!, 64, time),
      figures: [
        { name: "refused", of: ({ refused }) => refused, atMost: 0 },
        { name: "applied a second, × one bare client", of: rateRatio, atLeast: 2 },
        { name: "applied a second", of: ({ load }) => load.rate },
      ],
    },
    {
      what: "GraphQL: changePeople, 64 clients, one party",
      run: () => changing(service, [hot!], 64, time),
      figures: [
        {
          name: "p99 / p50",
          of: ({ load }) => percentile(load, 0.99) / percentile(load, 0.5),
          atMost: 3,
        },
        { name: "p50, ms", of: ({ load }) => percentile(load, 0.5) },
        { name: "p99, ms", of: ({ load }) => percentile(load, 0.99) },
      ],
    },
    {
      what: "GraphQL: changePeople, 128 clients, 1,000 cities",
      reference: { name: "bare node:http", run: () => changing(bare, spreadBare, 128, time) },
      run: () => changing(service, spread, 128, time),
      figures: [
        { name: "answers a second, × bare", of: rateRatio, atLeast: 0.7 },
        { name: "answers a second", of: ({ load }) => load.rate },
        { name: "server's CPU a request, µs", of: ({ cpu }) => cpu },
        { name: "bare: CPU a request, µs", of: (_, { cpu }) => cpu },
      ],
    },
    {
      what: "bare: plain UPDATE, 128 clients, 1,000 cities",
      run: () => changing(bare, spreadPlain, 128, time, "/plain"),
      figures: [{ name: "answers a second", of: ({ load }) => load.rate }],
    },
  ];
  const kept = opened.move();
  return { comparisons, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

async function changing(
  server: Served,
  keys: readonly Key[],
  clients: number,
  time: number,
  path?: string,
): Promise<Sample> {
  // Parties are the clients' own, as far as there are enough.
  const told = keys.map(() => undefined as number | undefined);
  const turns = Array.from({ length: clients }, (_, client) => client);
  return measured(server, clients, time, async (client) => {
    const at = turns[client]! % keys.length;
    turns[client] = (turns[client]! + clients) % (keys.length - (keys.length % clients) || 1);
    const delta = 1;
    const variables = { ...keys[at]!, expected: told[at] ?? 1000, delta };
    const { changePeople } = await server.post(CHANGE, variables, path);
    told[at] = changePeople!.people ?? changePeople!.actual;
    return changePeople!;
  });
}

function adding(server: Served, key: Key, clients: number, time: number): Promise<Sample> {
  return measured(server, clients, time, async () => {
    const delta = 1;
    return (await server.post(ADD, { ...key, delta })).addPeople!;
  });
}

async function measured(
  server: Served,
  clients: number,
  time: number,
  call: (client: number) => Promise<Answer>,
): Promise<Sample> {
  let refused = 0;
  const before = await server.cpu();
  const load = await drive(clients, time, async (client) => {
    const { __typename } = await call(client);
    if (__typename !== "PeopleChanged") refused += 1;
    return 1;
  });
  return { load, refused, cpu: ((await server.cpu()) - before) / load.times.length };
}

async function oneFreely({ free }: Place, { city, id }: Key, time: number): Promise<Sample> {
  let expected = 1000;
  const load = await drive(1, time, async () => {
    const answer = await free.change(city, id, expected, 1);
    expected = "applied" in answer ? expected + 1 : answer.actual;
    return "applied" in answer ? 1 : 0;
  });
  return { load, refused: 0, cpu: 0 };
}

const rateRatio = (ours: Sample, reference: Sample) => ours.load.rate / reference.load.rate;
