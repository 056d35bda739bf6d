import type { Comparison } from "../comparison.ts";
import { drive, type Load, type LoadOptions, percentile } from "../load.ts";
import type { Key, Place } from "./place.ts";
import { type Answer, type Served, startServer } from "./served.ts";

interface Sample {
  readonly load: Load;
  readonly refused: number;
  /** The server's CPU time per request, in microseconds. */
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

/** Measures clients over HTTP from this process. Each server has its own process. */
export async function overGraphQL(place: Place, time: number) {
  await using opened = new AsyncDisposableStack();
  const service = opened.use(await startServer("partyfinder", place));
  const bare = opened.use(await startServer("bare", place));
  const [hot] = await place.parties(1, "one city");
  const [single] = await place.parties(1, "one city");
  const spread = clientsOf(await place.parties(1000, "a city each"));
  const spreadBare = clientsOf(await place.parties(1000, "a city each"));
  const spreadPlain = clientsOf(await place.parties(1000, "a city each"));
  const comparisons: readonly Comparison<Sample>[] = [
    {
      what: "GraphQL: addPeople, 64 clients, one party",
      reference: { name: "one client", run: () => oneFreely(place, { key: single!, time }) },
      run: () => adding(service, hot!, { clients: 64, time }),
      figures: [
        { name: "refused", of: ({ refused }) => refused, atMost: 0 },
        { name: "applied a second, × one bare client", of: rateRatio, atLeast: 2 },
        { name: "applied a second", of: ({ load }) => load.rate },
      ],
    },
    {
      what: "GraphQL: changePeople, 64 clients, one party",
      run: () => changing(service, clientsOf([hot!]), { clients: 64, time }),
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
      reference: {
        name: "bare node:http",
        run: () => changing(bare, spreadBare, { clients: 128, time }),
      },
      run: () => changing(service, spread, { clients: 128, time }),
      figures: [
        { name: "answers a second, × bare", of: rateRatio, atLeast: 0.7 },
        { name: "answers a second", of: ({ load }) => load.rate },
        { name: "server's CPU a request, µs", of: ({ cpu }) => cpu },
        { name: "bare: CPU a request, µs", of: (_, { cpu }) => cpu },
      ],
    },
    {
      what: "bare: plain UPDATE, 128 clients, 1,000 cities",
      run: () => changing(bare, spreadPlain, { clients: 128, time, path: "/plain" }),
      figures: [{ name: "answers a second", of: ({ load }) => load.rate }],
    },
  ];
  const kept = opened.move();
  return { comparisons, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** The clients of a load. Each has its own parties, if there are enough. */
interface Clients {
  readonly keys: readonly Key[];
  /** The last known count of each party, by its index. */
  readonly known: Map<number, number>;
  /** How many of its parties each client has changed in its current turn. */
  readonly turns: Map<number, number>;
}

function clientsOf(keys: readonly Key[]): Clients {
  return { keys, known: new Map(), turns: new Map() };
}

function changing(
  server: Served,
  { keys, known, turns }: Clients,
  { path, ...load }: LoadOptions & { readonly path?: string },
): Promise<Sample> {
  const each = Math.max(1, Math.floor(keys.length / load.clients));
  return measureLoad(server, load, async (client) => {
    const turn = turns.get(client) ?? 0;
    turns.set(client, (turn + 1) % each);
    const at = (client * each + turn) % keys.length;
    const variables = { ...keys[at]!, expected: known.get(at) ?? 1000, delta: 1 };
    const { changePeople } = await server.post(CHANGE, variables, path);
    known.set(at, changePeople!.people ?? changePeople!.actual!);
    return changePeople!;
  });
}

function adding(server: Served, key: Key, load: LoadOptions): Promise<Sample> {
  return measureLoad(server, load, async () => {
    return (await server.post(ADD, { ...key, delta: 1 })).addPeople!;
  });
}

async function measureLoad(
  server: Served,
  options: LoadOptions,
  call: (client: number) => Promise<Answer>,
): Promise<Sample> {
  let refused = 0;
  const before = await server.cpu();
  const load = await drive(options, async (client) => {
    const { __typename } = await call(client);
    if (__typename !== "PeopleChanged") refused += 1;
    return 1;
  });
  return { load, refused, cpu: ((await server.cpu()) - before) / load.times.length };
}

async function oneFreely(
  { free }: Place,
  { key, time }: { readonly key: Key; readonly time: number },
): Promise<Sample> {
  let expected = 1000;
  const load = await drive({ clients: 1, time }, async () => {
    const answer = await free.change(key, { expected, delta: 1 });
    expected = "applied" in answer ? expected + 1 : answer.actual;
    return "applied" in answer ? 1 : 0;
  });
  return { load, refused: 0, cpu: 0 };
}

const rateRatio = (ours: Sample, reference: Sample) => ours.load.rate / reference.load.rate;
