import type { Redis } from "ioredis";
import { loadOptional } from "../support/optional.ts";
import { within } from "../support/within.ts";
import { createOutage, type Outage } from "./outage.ts";
import { createOutbox } from "./outbox.ts";
import { createSubscriptions } from "./subscriptions.ts";

/** The Redis that carries hints between processes. */
export interface RedisOptions {
  /** `redis://` or, over TLS, `rediss://`. */
  readonly url: string;
  /** Separates the messages of different keyspaces. */
  readonly keyspace: string;
}

/** Receives the messages of a relay. */
export interface Receiver {
  /** Called with a message of a subscribed topic. Any program that can reach Redis may have sent it. */
  receive(topic: string, message: string): void;
  /**
   * Called when no further message of a topic is missed. `again`: the topic was subscribed to before, and messages may have
   * been missed since.
   */
  subscribed(topic: string, again: boolean): void;
}

/** Carries messages between processes. Messages are not stored: a process that is not connected misses them. */
export interface Relay {
  publish(topic: string, message: string): void;
  subscribe(topic: string): void;
  unsubscribe(topic: string): void;
  /** Sends the waiting messages and closes the connections. */
  close(): Promise<void>;
}

/** Opens a relay for a receiver. */
export type OpenRelay = (receiver: Receiver) => Relay;

/** In milliseconds. */
const waits = {
  /** Until a connection counts as failed. */
  connect: 5000,
  /** Before the first attempt to connect again. Each further attempt waits twice as long, up to the longest. */
  reconnect: 100,
  longest: 2000,
  /** Between two pings. */
  heartbeat: 5000,
  /** For the last messages, and for closing a connection. */
  close: 500,
} as const;

/**
 * Loads the Redis client. Redis need not be reachable, now or later: the relay keeps connecting, and messages wait meanwhile,
 * up to a limit.
 *
 * @param log writes a line for the operator
 */
export async function loadRelay(
  options: RedisOptions,
  log: (line: string) => void,
): Promise<OpenRelay> {
  // Loaded only if used: the client's debugging code reads the whole environment.
  const { Redis: Client } = await loadOptional(() => import("ioredis"), ioredis);
  const connect = () => new Client(options.url, redisOptions);
  return (receiver) => openRelay(receiver, { ...options, connect, log });
}

const ioredis = { name: "ioredis", major: 5, user: "REDIS_URL" };

const redisOptions = {
  connectionName: "partyfinder",
  // ioredis 6 would use RESP3, which Redis has since version 6; ioredis 5 ignores this.
  protocol: 2,
  connectTimeout: waits.connect,
  disconnectTimeout: waits.close,
  retryStrategy: (attempt: number) =>
    Math.min(waits.reconnect * 2 ** Math.min(attempt - 1, 10), waits.longest),
  // Messages wait for a connection in the outbox, which is bounded.
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  // With any other number, commands in flight when a connection ends are neither sent again nor failed.
  maxRetriesPerRequest: 0,
  autoResubscribe: false,
  // Publishing and subscribing work while Redis still loads its data.
  enableReadyCheck: false,
} as const;

interface RelayOptions extends RedisOptions {
  readonly connect: () => Redis;
  readonly log: (line: string) => void;
}

function openRelay(receiver: Receiver, { url, keyspace, connect, log }: RelayOptions): Relay {
  const prefix = `partyfinder:${keyspace}:`;
  const outage = createOutage(redisAddress(url), log);
  const [publisher, subscriber] = [monitor(connect(), outage), monitor(connect(), outage)];

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
  const reportRefusal = async (command: Promise<unknown>) => {
    await command.catch((error: Error) => {
      if (isRefusal(error)) outage.refused(error);
      throw error;
    });
  };
  const subscriptions = createSubscriptions(
    {
      get isReady() {
        return subscriber.isReady;
      },
      subscribe: (topics) => reportRefusal(subscriber.redis.subscribe(...channels(topics))),
      unsubscribe: (topics) => reportRefusal(subscriber.redis.unsubscribe(...channels(topics))),
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

/** Reports when a connection is ready or lost, and closes one that no longer answers. */
function monitor(redis: Redis, outage: Outage) {
  let unanswered = false;
  const heartbeat = setInterval(() => {
    // Redis can also freeze during the handshake.
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
  redis.on("error", (error: Error) => outage.down(redis, redisFailure(error)));
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

/** Whether Redis returned the error, rather than the connection. */
function isRefusal(error: Error | null | undefined): error is Error {
  return error?.name === "ReplyError";
}

/** Returns the messages of a failed connection. A name with several addresses has an error for each of them. */
function redisFailure(error: Error): string {
  const errors: readonly Error[] = error instanceof AggregateError ? error.errors : [];
  return errors.map(({ message }) => message).join(", ") || error.message;
}

/** Returns the address of a Redis, without credentials. */
export function redisAddress(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
