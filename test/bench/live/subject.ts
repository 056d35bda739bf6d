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
  /** The party that they watch. Default: a new one. */
  readonly key?: Key;
  /** The URL of a Redis. Default: none. */
  readonly redis?: string;
}

/** A change that all subscribers have received. */
export interface Delivered extends Arrival {
  /** When the change was requested, and when the server had read the new count. */
  readonly asked: number;
  readonly had: number;
}

/** A server and its subscribers, each in its own process. */
export interface Subject extends AsyncDisposable {
  readonly key: Key;
  /** The initial number of subscribers. */
  readonly subscribers: number;
  readonly poster: Poster<Data>;
  /** Adds 1 to the count, and waits until all subscribers have it. */
  readonly change: () => Promise<Delivered>;
  /** Waits until all subscribers have a count that another client has written. */
  readonly arrival: (people: number) => Promise<Arrival>;
  /** Adds 1 and returns the count, without waiting for the subscribers. */
  readonly add: () => Promise<number>;
  /** Adds subscribers. Resolves when each of them has got a count. */
  readonly subscribe: (count: number) => Promise<void>;
  /** Returns the newest message of the first subscriber. */
  readonly sample: () => Promise<string>;
  readonly server: ReturnType<typeof startChild<ServerAnswers>>;
  readonly audience: ReturnType<typeof startChild<AudienceAnswers>>;
}

type Data = Readonly<Record<string, { readonly people?: number }>>;

/** How long to wait for the first count at all subscribers, in milliseconds, before the next change. */
const PATIENCE = [1000, 2000, 5000, 10_000, 20_000];

/** Starts a server and its subscribers. Resolves when all of them have got a count. */
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

  /** A server does not report when a subscription has started, so wait until all subscribers have got a count. */
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
      // This mutation must not select `people`: executions are counted by that field.
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
