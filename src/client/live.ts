import { ClientError, refused, type ServiceError } from "./error.ts";
import { createMailbox, type Keep, type Live } from "./mailbox.ts";
import { pause } from "./pause.ts";
import { type Answer, answerIn, type CallOptions, type Operation } from "./request.ts";
import type { Socket } from "./socket.ts";

/** What is subscribed to, and what becomes of what comes. */
export interface Subscription<Data, Variables, Value> {
  readonly operation: Operation<Data, Variables>;
  /** Asked for on each connection. */
  readonly variables: () => Variables;
  readonly keep: Keep<Value>;
  /** Says what the reader gets of an answer; undefined: nothing. */
  readonly take: (answer: Answer<Data>) => Value | undefined;
  /** What the reader gets first, and again whenever something may have been missed. Default: nothing. */
  readonly begin?: Value;
  /** Whether an error is the end, and not a failure. Default: none is. */
  readonly isEnd?: (error: ClientError) => boolean;
}

/** What the service sends of a subscription. */
interface Sent<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly ServiceError[];
}

/** Codes of the service that mean: later it may work. */
const passing: ReadonlySet<string> = new Set([
  "UNAVAILABLE",
  "NOT_SYNCED",
  "READ_FAILED",
  "TOO_MANY_TOMBSTONES",
]);

/**
 * Subscribes, and again whenever the service completes the subscription: it does so also when it stops.
 *
 * @param closing ends it
 */
export function subscribe<Data, Variables extends Readonly<Record<string, unknown>>, Value>(
  socket: Socket,
  subscription: Subscription<Data, Variables, Value>,
  { signal }: CallOptions,
  closing: AbortSignal,
): Live<Value> {
  const { operation, variables, keep, take, begin, isEnd } = subscription;
  const left = new AbortController();
  const mailbox = createMailbox(keep, () => left.abort());
  let failures = 0;
  let end = () => {};

  const payload = {
    query: operation,
    get variables() {
      return variables();
    },
  };

  /** Resolves when the service completes it, or the reader leaves. */
  async function subscribeOnce(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const release = socket.subscribe<Sent<Data>>(payload, {
      next({ data, errors }) {
        if (!data) return reject(refused(errors ?? []));
        failures = 0;
        const value = take(answerIn(data));
        if (value !== undefined) mailbox.put(value);
      },
      error: (error) => reject(errorOf(error)),
      complete: resolve,
    });
    const stop = begin === undefined ? () => {} : onHeard(socket, () => mailbox.put(begin));
    end = resolve;
    try {
      await promise;
    } finally {
      stop();
      release();
    }
  }

  async function run(): Promise<void> {
    while (!left.signal.aborted) {
      try {
        await subscribeOnce();
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
        if (isEnd?.(error)) return mailbox.end();
        if (!passing.has(error.code)) throw error;
      }
      failures += 1;
      // At once the first time: most often a deleted party's, which ends here.
      if (failures > 1) await pause(failures - 2, left.signal);
    }
  }

  const on = (event: AbortSignal | undefined, act: () => void) => {
    if (event?.aborted) act();
    else event?.addEventListener("abort", act, { signal: left.signal });
  };
  on(closing, () => mailbox.end());
  on(signal, () => mailbox.fail(signal?.reason));
  left.signal.addEventListener("abort", () => end());
  void run().catch((error: unknown) => mailbox.fail(error));
  return mailbox.values;
}

/**
 * Tells, on each connection, when the service has heard what was subscribed to before: it answers in order, and a
 * subscription alone has no answer.
 *
 * @returns what ends that
 */
function onHeard(socket: Socket, heard: () => void): () => void {
  let release: (() => void) | undefined;
  const end = () => {
    release?.();
    release = undefined;
  };
  const ask = () => {
    release ??= socket.subscribe(
      { query: "{ __typename }" },
      {
        next: heard,
        error: end,
        complete: end,
      },
    );
  };
  const forget = socket.onConnected(ask);
  if (socket.state === "connected") ask();
  return () => {
    forget();
    end();
  };
}

/** The error of what a subscription failed with: errors of the service, the end of the socket, or a defect. */
function errorOf(error: unknown): unknown {
  if (Array.isArray(error)) return refused(error as readonly ServiceError[]);
  if (error instanceof Error) return error;
  const { code, reason } = error as Partial<CloseEvent>;
  const message = `The service closed the socket of live values with ${code}: ${reason}.`;
  return new ClientError("BAD_RESPONSE", message, { cause: error });
}
