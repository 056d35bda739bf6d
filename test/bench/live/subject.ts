import { startChild } from "../../fixtures/child.ts";
import type { Key, Place } from "../counts/place.ts";
import { openPoster, type Poster } from "../../fixtures/poster.ts";
import type { Arrival, AudienceAnswers, Transport, Wanted } from "./audience.ts";
import { now } from "./clock.ts";
import { ADD, ADD_UNSEEN, WATCH } from "./operations.ts";
import type { Kind, ServerAnswers } from "./server.ts";

export interface SubjectOptions {
  readonly kind: Kind;
  readonly transport: Transport;
  readonly subscribers: number;
  /** The party that they watch. Default: one of their own. */
  readonly key?: Key;
  /** The address of a Redis. Default: none. */
  readonly redis?: string;
}

/** A change that all subscribers have been told of. */
export interface Told extends Arrival {
  /** When it was asked for, and when the server had the new count to tell. */
  readonly asked: number;
  readonly had: number;
}

/** A server and its subscribers, each in a process of its own. */
export interface Subject extends AsyncDisposable {
  readonly key: Key;
  /** How many there were when it was opened. */
  readonly subscribers: number;
  readonly poster: Poster<Data>;
  /** Adds one, and waits until all subscribers have it. */
  readonly change: () => Promise<Told>;
  /** The next count, by somebody else: waits until all subscribers have it. */
  readonly arrival: (people: number) => Promise<Arrival>;
  /** Adds one, and gives the count, without waiting for anybody. */
  readonly add: () => Promise<number>;
  /** More subscribers; each of them has got a count when this ends. */
  readonly subscribe: (count: number) => Promise<void>;
  /** The newest message of the first subscriber. */
  readonly sample: () => Promise<string>;
  readonly server: ReturnType<typeof startChild<ServerAnswers>>;
  readonly audience: ReturnType<typeof startChild<AudienceAnswers>>;
}

type Data = Readonly<Record<string, { readonly people?: number }>>;

/** How long a first count may take to come to all, in milliseconds, before another is made. */
const PATIENCE = [1000, 2000, 5000, 10_000, 20_000];

/** Starts a server and subscribers to it. All have got a count when this ends. */
export async function openSubject(
  place: Place,
  { kind, transport, subscribers, redis = "", ...options }: SubjectOptions,
): Promise<Subject> {
  await using opened = new AsyncDisposableStack();
  const { cluster, keyspace } = place;
  const key = options.key ?? (await place.parties(1, "one city"))[0]!;
  const args = [kind, cluster.contactPoints.join(","), cluster.localDataCenter, keyspace, redis];
  const server = opened.use(startChild<ServerAnswers>(new URL("server.ts", import.meta.url), args));
  const audience = opened.use(startChild<AudienceAnswers>(new URL("audience.ts", import.meta.url)));
  const url = await server.ask("url");
  const poster = opened.use(openPoster<Data>(url));
  const wanted: Wanted = { url, transport, query: WATCH, variables: key };

  const add = async () => {
    const { addPeople } = await poster.post(ADD, { ...key, delta: 1 });
    return addPeople!.people!;
  };
  let newest = -Infinity;

  /** A server does not say when a subscription has begun: it has, when all have got something. */
  async function subscribe(count: number) {
    await audience.ask("subscribe", wanted, count);
    for (const patience of PATIENCE) {
      newest = await add();
      const arrived = await audience.ask("all", newest, patience).catch(() => undefined);
      if (arrived) return;
    }
    newest = await add();
    await audience.ask("all", newest);
  }

  const subject = {
    key,
    subscribers,
    poster,
    add,
    arrival: (people: number) => audience.ask("all", people),
    async change() {
      // Whoever counts executions by the count that they select must not find ours among them.
      const asked = now();
      const arrived = audience.ask("all", newest + 1);
      const [arrival] = await Promise.all([arrived, poster.post(ADD_UNSEEN, { ...key, delta: 1 })]);
      newest += 1;
      return { ...arrival, asked, had: await server.ask("hadAt", newest) };
    },
    subscribe,
    sample: () => audience.ask("sample"),
    server,
    audience,
  };
  await subscribe(subscribers);
  const kept = opened.move();
  return { ...subject, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
