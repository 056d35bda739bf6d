import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Child, startChild } from "../fixtures/child.ts";
import type { AudienceAnswers, Transport, Wanted } from "../bench/live/audience.ts";
import { ADD, WATCH } from "../bench/live/operations.ts";
import { openPoster, type Poster } from "../fixtures/poster.ts";
import { eventually } from "../fixtures/eventually.ts";
import { CREATE } from "../fixtures/parties.ts";
import { type ServerProcess, startServerProcess } from "../fixtures/server-process.ts";

// A service in a process of its own, and many subscribers to one party in another.

const opened = new AsyncDisposableStack();
let server: ServerProcess;
let audience: Child<AudienceAnswers>;
let poster: Poster<any>;
let key: { readonly city: string; readonly id: string };

beforeAll(async () => {
  server = opened.use(await startServerProcess());
  const program = new URL("../bench/live/audience.ts", import.meta.url);
  audience = opened.use(startChild<AudienceAnswers>(program));
  poster = opened.use(openPoster(server.url));
  key = { city: "Rome", id: randomUUID() };
  await poster.post(CREATE, { input: { ...key, name: "All of them" } });
});
afterAll(() => opened.disposeAsync());

const add = async (): Promise<number> =>
  (await poster.post(ADD, { ...key, delta: 1 })).addPeople.people;

/** Returns what the service has open. */
async function left() {
  const { Timeout = 0, TCPSocketWrap = 0 } = await server.ask("open");
  return { Timeout, TCPSocketWrap };
}

async function present(): Promise<{ people: number; asOf: string }> {
  const { addPeople } = await poster.post(
    "mutation ($city: String!, $id: UUID!) { addPeople(city: $city, id: $id, delta: 1) { ... on PeopleChanged { people asOf } } }",
    key,
  );
  return addPeople;
}

const wanted = (transport: Transport, variables: object = key): Wanted => ({
  url: server.url,
  transport,
  query: WATCH,
  variables,
});

const WATCH_SINCE = WATCH.replace("$id: UUID!", "$id: UUID!, $since: WriteTime").replace(
  "id: $id",
  "id: $id, since: $since",
);

test("ten thousand subscribers that return at once cost one read, and the service keeps answering", async () => {
  await audience.ask("subscribe", wanted("WebSocket"), 10_000);
  const { people, asOf } = await present();
  await audience.ask("all", people);

  await audience.ask("leave");
  // Otherwise the service might have too many files open.
  await eventually(async () => expect((await left()).TCPSocketWrap).toBeLessThan(10), 60_000);
  const before = await server.ask("reads");
  const back = audience.ask(
    "subscribe",
    { ...wanted("WebSocket", { ...key, since: asOf }), query: WATCH_SINCE },
    10_000,
    // The others follow as soon as these are served, because only so many connections can wait to be accepted.
    4000,
  );
  let isBack = false;
  const answered = (async () => {
    let answers = 0;
    for (; !isBack; answers++) await poster.post("{ __typename }", {});
    return answers;
  })();
  await back.finally(() => (isBack = true));
  expect(await answered).toBeGreaterThan(10);
  // Subscribers that join during the first read may share it or wait for the next one.
  expect((await server.ask("reads")) - before).toBeLessThanOrEqual(2);
  await audience.ask("all", await add());
  await audience.ask("leave");
}, 240_000);

test("a thousand subscribers that come and go a hundred times leave nothing open", async () => {
  const comeAndGo = async (times: number) => {
    for (let time = 0; time < times; time++) {
      const transport = time % 2 ? "WebSocket" : "SSE";
      await audience.ask("subscribe", wanted(transport), 1000);
      await audience.ask("leave");
    }
  };
  /** Waits until nobody is connected, and no more timers run than before: those of statements under way end, too. */
  const nobody = (timers = Infinity) =>
    eventually(async () => {
      const { Timeout, TCPSocketWrap } = await left();
      expect(TCPSocketWrap).toBeLessThan(10);
      expect(Timeout).toBeLessThanOrEqual(timers);
      return Timeout;
    }, 30_000);
  await comeAndGo(20);
  const before = { timers: await nobody(), memory: await server.ask("memory") };
  await comeAndGo(80);
  await nobody(before.timers);
  expect(await server.ask("memory")).toBeLessThan(before.memory * 1.1);
  // Without subscribers a change causes no read.
  const reads = await server.ask("reads");
  await add();
  expect(await server.ask("reads")).toBe(reads);
}, 300_000);
