import type { ReadDocument } from "./document.ts";
import { badCall, ClientError, responseError, type ServiceError } from "./error.ts";
import { atMost, createMailbox, type LiveValues, newest } from "./mailbox.ts";
import { pause } from "./pause.ts";
import { createProgress, type Progress } from "./progress.ts";
import { type ClientSocket, isCallerRefused } from "./socket.ts";

/** What is subscribed to. */
export interface LiveSubscription<Data> {
  readonly socket: ClientSocket;
  readonly document: ReadDocument | Promise<ReadDocument>;
  readonly variables: object;
  readonly reset?: Data | undefined;
  readonly ordered?: boolean | undefined;
  /** Each ends it: `closing` without an error, `signal` with its reason. */
  readonly closing: AbortSignal;
  readonly signal?: AbortSignal | undefined;
}

/** What the service sends for a subscription. */
interface SubscriptionResult<Data> {
  readonly data?: (Data & ClientError["data"]) | null;
  readonly errors?: readonly ServiceError[];
}

/** How many values wait for a reader who is told that something was missed. */
const MOST_WAITING = 100;

/** Codes by which the service says that it may work later. */
const transientCodes: ReadonlySet<string> = new Set([
  "UNAVAILABLE",
  "NOT_SYNCED",
  "READ_FAILED",
  "TOO_MANY_TOMBSTONES",
  "OVERLOADED",
  "QUOTA_EXCEEDED",
  "TIMED_OUT",
]);

/** Subscribes, and again whenever the service completes the subscription, as it also does when it stops. */
export function subscribeLive<Data extends object>(
  options: LiveSubscription<Data>,
): LiveValues<Data> {
  const { socket, document, variables, reset, ordered, closing, signal } = options;
  const left = new AbortController();
  const keep = reset === undefined ? newest<Data> : atMost<Data>(MOST_WAITING, reset);
  const mailbox = createMailbox(keep, () => left.abort());
  let failures = 0;
  let end = () => {};

  /** Resolves when the service completes the subscription, or the reader leaves. */
  async function subscribeOnce(
    { text, extensions }: ReadDocument,
    progress: Progress,
  ): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const payload = {
      query: text,
      extensions,
      // Read for the message to each new connection.
      get variables() {
        return progress.reconnect() as Readonly<Record<string, unknown>>;
      },
    };
    const release = socket.subscribe<SubscriptionResult<Data>>(payload, {
      next({ data, errors }) {
        if (!data || errors?.length) return reject(responseError(errors ?? [], data));
        failures = 0;
        try {
          if (progress.isNew(data)) mailbox.put(data);
        } catch (error) {
          reject(error);
        }
      },
      error: (error) => reject(subscriptionError(error)),
      complete: resolve,
    });
    const stop = reset === undefined ? () => {} : onCaughtUp(socket, () => mailbox.put(reset));
    end = resolve;
    try {
      await promise;
    } finally {
      stop();
      release();
    }
  }

  /** A socket whose token has expired refuses a subscription until it is opened again, with another token. */
  const isTransient = ({ code, errors }: ClientError) =>
    transientCodes.has(code) || (code === "TOKEN_EXPIRED" && errors.length > 0 && socket.hasToken);

  async function run(): Promise<void> {
    // Without waiting where there is nothing to wait for: the socket is then in use when the caller goes on.
    const sent = document instanceof Promise ? await document : document;
    if (!sent.isSubscription)
      throw badCall("subscribe takes a subscription. For others there is send.");
    const progress = createProgress({ variables, resumes: sent.declares("since"), ordered });
    while (!left.signal.aborted) {
      try {
        await subscribeOnce(sent, progress);
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
        if (progress.hasBegun && error.code.endsWith("_NOT_FOUND")) return mailbox.end();
        if (!isTransient(error)) throw error;
      }
      failures += 1;
      // Without a pause the first time: what was deleted is not found then, which is the end.
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
 * Calls the listener on each connection, once the service has received the subscriptions that were sent before. A
 * subscription alone is not acknowledged, but the service answers in order, so an empty query is sent after it.
 *
 * @returns ends that
 */
function onCaughtUp(socket: ClientSocket, listener: () => void): () => void {
  let release: (() => void) | undefined;
  const end = () => {
    release?.();
    release = undefined;
  };
  const ask = () => {
    release ??= socket.subscribe(
      { query: "{ __typename }" },
      { next: listener, error: end, complete: end },
    );
  };
  const forget = socket.onConnected(ask);
  if (socket.state === "connected") ask();
  return () => {
    forget();
    end();
  };
}

/** Returns the error of what a subscription failed with: errors of the service, a CloseEvent, or what was thrown. */
function subscriptionError(error: unknown): unknown {
  if (Array.isArray(error)) return responseError(error as readonly ServiceError[]);
  if (error instanceof Error) return error;
  const { code, reason = "" } = error as Partial<CloseEvent>;
  // A CloseEvent itself would print all of its socket.
  const details = { cause: { code, reason } };
  if (isCallerRefused(error)) {
    const [, its = "FORBIDDEN", why = reason] = /^([A-Z][A-Z_]*): (.*)$/s.exec(reason) ?? [];
    return new ClientError(its, why || "The service refuses the caller.", details);
  }
  return new ClientError(
    "BAD_RESPONSE",
    `The service closed the WebSocket with ${code}: ${reason}.`,
    details,
  );
}
