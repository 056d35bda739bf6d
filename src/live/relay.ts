import type { Redis } from "ioredis";
import { loadOptional } from "../support/optional.ts";
import { within } from "../support/within.ts";
import { createOutage } from "./outage.ts";
import { createOutbox } from "./outbox.ts";
import { createSubscriptions } from "./subscriptions.ts";

/** Which Redis, and what parts of it are ours. */
export interface RedisOptions {
  /** `redis://` or, over TLS, `rediss://`. */
  readonly url: string;
  /** The keyspace: what is told of one does not reach those of another. */
  readonly keyspace: string;
}

/** What becomes of what a relay brings. */
export interface Receiver {
  /** A message of a topic that is subscribed to. Whoever can reach Redis may have sent it. */
  receive(topic: string, message: string): void;
  /** From now on every message of a topic comes. `again`: since it was subscribed to some may have been missed. */
  subscribed(topic: string, again: boolean): void;
}

/** Carries messages to other processes and back. None is kept: whoever is away misses it. */
export interface Relay {
  publish(topic: string, message: string): void;
  subscribe(topic: string): void;
  unsubscribe(topic: string): void;
  /** Sends what waits and closes the connections. */
  close(): Promise<void>;
}

/** Makes a relay, once it is known who receives. */
export type OpenRelay = (receiver: Receiver) => Relay;

/** Where a line goes that an operator should see. */
export type Log = (line: string) => void;

/** In milliseconds. */
const waits = {
  /** Until a connection counts as failed. */
  connect: 5000,
  /** Before the first attempt to connect again; each further one waits twice as long, up to the longest. */
  reconnect: 100,
  longest: 2000,
  /** Between two looks whether Redis still answers. */
  heartbeat: 5000,
  /** For the last messages, and for the end of a connection. */
  close: 500,
} as const;

/**
 * Loads the client of Redis. Redis need not be there, now or later: it is connected to again and again, and what cannot
 * be sent waits, within bounds.
 */
export async function loadRelay(options: RedisOptions, log: Log): Promise<OpenRelay> {
  // Only where it is wanted: its debugging part looks through the whole environment.
  const { Redis: Client } = await loadOptional(() => import("ioredis"), ioredis);
  return (receiver) =>
    openRelay(() => new Client(options.url, clientOptions), options, receiver, log);
}

const ioredis = { name: "ioredis", major: 5, user: "REDIS_URL" };

const clientOptions = {
  connectionName: "partyfinder",
  connectTimeout: waits.connect,
  disconnectTimeout: waits.close,
  retryStrategy: (attempt: number) =>
    Math.min(waits.reconnect * 2 ** Math.min(attempt - 1, 10), waits.longest),
  // What waits for a connection waits in the outbox, where it is bounded.
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  // With any other number what is under way when a connection ends is neither sent again nor failed.
  maxRetriesPerRequest: 0,
  autoResubscribe: false,
  // Publishing and subscribing work while Redis still loads its data.
  enableReadyCheck: false,
} as const;

function openRelay(
  connect: () => Redis,
  { url, keyspace }: RedisOptions,
  receiver: Receiver,
  log: Log,
): Relay {
  const prefix = `partyfinder:${keyspace}:`;
  const outage = createOutage(placeOf(url), log);
  const [publisher, subscriber] = [watchOver(connect(), outage), watchOver(connect(), outage)];

  const outbox = createOutbox({
    get isReady() {
      return publisher.isReady;
    },
    async send(letters) {
      const pipeline = publisher.redis.pipeline();
      for (const [topic, message] of letters) pipeline.publish(`${prefix}${topic}`, message);
      const errors = ((await pipeline.exec()) ?? []).map(([error]) => error);
      const refusal = errors.find(isRefusal);
      if (refusal) outage.refused(refusal);
      return letters.filter((_, at) => errors[at] && !isRefusal(errors[at]));
    },
  });
  publisher.redis.on("ready", () => void outbox.flush());

  const channels = (topics: readonly string[]) => topics.map((topic) => `${prefix}${topic}`);
  const told = async (asked: Promise<unknown>) => {
    await asked.catch((error: Error) => {
      if (isRefusal(error)) outage.refused(error);
      throw error;
    });
  };
  const subscriptions = createSubscriptions(
    {
      get isReady() {
        return subscriber.isReady;
      },
      subscribe: (topics) => told(subscriber.redis.subscribe(...channels(topics))),
      unsubscribe: (topics) => told(subscriber.redis.unsubscribe(...channels(topics))),
    },
    (topic, again) => receiver.subscribed(topic, again),
  );
  subscriber.redis.on("ready", () => subscriptions.renew());
  subscriber.redis.on("message", (channel: string, message: string) => {
    if (channel.startsWith(prefix)) receiver.receive(channel.slice(prefix.length), message);
  });

  return {
    publish: (topic, message) => outbox.put(topic, message),
    subscribe: (topic) => subscriptions.add(topic),
    unsubscribe: (topic) => subscriptions.delete(topic),
    async close() {
      await within(waits.close, outbox.flush(), () => {});
      outage.end();
      await Promise.all([publisher.close(), subscriber.close()]);
    },
  };
}

/** Tells of a connection when it comes and goes, and ends one that does not answer any more. */
function watchOver(redis: Redis, outage: ReturnType<typeof createOutage>) {
  let unanswered = false;
  const heartbeat = setInterval(() => {
    // A Redis can freeze while it is greeted, too.
    if (redis.status !== "ready" && redis.status !== "connect") return;
    if (unanswered) {
      outage.down(redis, "it does not answer");
      redis.disconnect(true);
    }
    unanswered = !unanswered;
    if (unanswered && redis.status === "ready")
      redis.ping().then(
        () => (unanswered = false),
        () => {},
      );
  }, waits.heartbeat);
  redis.on("ready", () => {
    unanswered = false;
    outage.up(redis);
  });
  redis.on("error", (error: Error) => outage.down(redis, reasonOf(error)));
  redis.on("close", () => outage.down(redis, "it closed the connection"));
  outage.expect(redis);

  return {
    redis,
    get isReady() {
      return redis.status === "ready";
    },
    async close() {
      clearInterval(heartbeat);
      if (redis.status === "end") return;
      const closed = Promise.withResolvers<void>();
      redis.once("close", closed.resolve);
      const connected = redis.status === "ready" || redis.status === "connect";
      redis.disconnect();
      if (connected) await within(2 * waits.close, closed.promise, () => {});
    },
  };
}

/** Whether Redis answered so, and not the connection. */
function isRefusal(error: Error | null | undefined): error is Error {
  return error?.name === "ReplyError";
}

/** Of an address that has several, each attempt has an error of its own. */
function reasonOf(error: Error): string {
  const errors: readonly Error[] = error instanceof AggregateError ? error.errors : [];
  return errors.map(({ message }) => message).join(", ") || error.message;
}

/** Where a Redis is, for a person, without what is secret. */
export function placeOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
