import { createClient as createWebSocketClient } from "graphql-ws/client";
import { type ConnectionTokens, createConnectionTokens } from "./connection-tokens.ts";
import { ClientError } from "./error.ts";
import { pause } from "./pause.ts";
import { createRenewal } from "./renewal.ts";
import { authorizationOf, type GivenToken } from "./token.ts";

/**
 * The state of the WebSocket of a client.
 *
 * - `idle`: there is no subscription, so it is not needed.
 * - `connecting`: it is being opened.
 * - `connected`
 * - `lost`: it broke or could not be opened. The client tries again until it is connected.
 */
export type ConnectionState = "idle" | "connecting" | "connected" | "lost";

/** The one WebSocket of a client: open while there is a subscription, and opened again when it is lost. */
export interface ClientSocket {
  readonly state: ConnectionState;
  /** Whether it connects again with another token when one has expired. */
  readonly hasToken: boolean;
  /** Calls the listener with each new state. @returns ends that */
  onState(listener: (state: ConnectionState) => void): () => void;
  /**
   * Subscribes, and again on each new connection, with the variables that the payload has then.
   *
   * @returns ends the subscription
   */
  subscribe<Result>(payload: SubscribePayload, sink: ResultSink<Result>): () => void;
  /** Calls the listener on each connection. @returns ends that */
  onConnected(listener: () => void): () => void;
  /** Closes it. All subscriptions have to be ended before. */
  close(): Promise<void>;
}

/** An operation that is sent over the socket. */
interface SubscribePayload {
  readonly query: string;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** Receives the results of an operation. */
interface ResultSink<Result> {
  next(result: Result): void;
  /** Called with errors of the service, a CloseEvent, or what was thrown. */
  error(error: unknown): void;
  complete(): void;
}

/** The payload of `connection_init` of the graphql-transport-ws protocol. */
export type ConnectionParams = Readonly<Record<string, unknown>>;

/** Such a payload, or a function that is called on each connection. */
export type GivenParams = ConnectionParams | (() => ConnectionParams | Promise<ConnectionParams>);

/** How the socket is opened. */
export interface SocketOptions {
  readonly url: string;
  readonly webSocket: typeof WebSocket;
  readonly connectionParams: GivenParams | undefined;
  /** Asked for each connection. */
  readonly token: GivenToken | undefined;
}

/** After how long without a message the client sends a ping, in milliseconds. */
const PING_AFTER = 10_000;
/** How long the service may take to answer a ping, or to acknowledge a connection, in milliseconds. */
const PONG_TIMEOUT = 5000;
/** How long the socket stays open after the last subscription has ended, in milliseconds. */
const LINGER = 100;

/** Creates the socket. It is opened by the first subscription. */
export function createSocket({
  url,
  webSocket,
  connectionParams = {},
  token: given,
}: SocketOptions): ClientSocket {
  const listeners = new Set<(state: ConnectionState) => void>();
  let reported: ConnectionState = "idle";
  let uses = 0;
  let isOpen = false;
  let isLost = false;
  let waiting = new AbortController();
  let silence: ReturnType<typeof setTimeout> | undefined;
  const tokens = given && createConnectionTokens(given);
  /** Stands for the present attempt to connect. */
  let attempt = {};
  let isRenewing = false;
  /** How many connections in a row have ended because of an expired token. */
  let expired = 0;

  const client = createWebSocketClient({
    url,
    webSocketImpl: webSocket,
    async connectionParams() {
      const params = typeof connectionParams === "function" ? connectionParams() : connectionParams;
      return { ...(await params), ...(tokens && (await authorization(tokens))) };
    },
    lazyCloseTimeout: LINGER,
    keepAlive: PING_AFTER,
    retryAttempts: Infinity,
    shouldRetry(event) {
      if (event instanceof ClientError) return false;
      return !isCallerRefused(event) || (tokens !== undefined && expired === 1 && isExpiry(event));
    },
    async retryWait(failures) {
      const isPlanned = isRenewing;
      isRenewing = false;
      if (isPlanned) return;
      if (uses > 0) await pause(failures, waiting.signal);
    },
    on: {
      connecting: expectAnswer,
      connected(_, acknowledgement) {
        stopTimer();
        expired = 0;
        if (tokens) renewal.plan(acknowledgement);
        [isOpen, isLost] = [true, false];
        report();
      },
      ping: (received) => void (received || expectAnswer()),
      pong: (received) => void (received && stopTimer()),
      closed(event) {
        if (isExpiry(event)) {
          expired += 1;
          tokens?.drop();
        }
        lose(!isIdleClose(event) && !isRenewing);
      },
      error: () => lose(true),
    },
  });
  const renewal = createRenewal(renew);
  const forgetNetwork = onNetwork({ online: hurry, offline: () => client.terminate() });

  const state = (): ConnectionState => {
    if (uses === 0) return "idle";
    if (isOpen) return "connected";
    return isLost ? "lost" : "connecting";
  };

  function report() {
    const now = state();
    if (now === reported) return;
    reported = now;
    // In a microtask, so that a listener that throws interrupts nothing here.
    for (const listener of listeners) queueMicrotask(() => listener(now));
  }

  async function authorization(from: ConnectionTokens) {
    const own = attempt;
    const isCurrent = () => own === attempt;
    try {
      return authorizationOf(await from.take(isCurrent));
    } catch (error) {
      if (error instanceof ClientError && error.code !== "NETWORK_ERROR") throw error;
      // Another attempt may find one. graphql-ws would take an error for a failure of all that follow.
      if (isCurrent()) client.terminate();
      return new Promise<never>(() => {});
    }
  }

  /** Connects again, if there is another token. */
  async function renew(): Promise<boolean> {
    const isReady = await tokens!.prepare();
    if (!isReady || !isOpen || uses === 0) return false;
    isRenewing = true;
    client.terminate();
    return true;
  }

  function lose(isMissed: boolean) {
    stopTimer();
    renewal.cancel();
    attempt = {};
    [isOpen, isLost] = [false, isMissed && uses > 0];
    report();
  }

  /** Gives up the connection unless the service answers in time. */
  function expectAnswer() {
    clearTimeout(silence);
    silence = setTimeout(() => client.terminate(), PONG_TIMEOUT);
  }

  function stopTimer() {
    clearTimeout(silence);
  }

  /** Ends the wait for the next attempt to connect. */
  function hurry() {
    waiting.abort();
    waiting = new AbortController();
  }

  function leave() {
    uses -= 1;
    if (uses === 0 && !isOpen) {
      client.terminate();
      hurry();
      lose(false);
    }
    report();
  }

  return {
    get state() {
      return state();
    },
    hasToken: tokens !== undefined,
    onState(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    subscribe<Result>(payload: SubscribePayload, sink: ResultSink<Result>) {
      uses += 1;
      const release = client.subscribe(payload, sink as ResultSink<unknown>);
      hurry();
      report();
      let isUsed = true;
      return () => {
        if (!isUsed) return;
        isUsed = false;
        release();
        leave();
      };
    },
    onConnected: (listener) => client.on("connected", listener),
    async close() {
      forgetNetwork();
      if (isOpen) await client.dispose();
    },
  };
}

/** Whether the socket was closed because there was no subscription any more. */
function isIdleClose(event: unknown): boolean {
  return (event as Partial<CloseEvent>).code === 1000;
}

/** Whether the service has closed the socket because its token has expired. */
function isExpiry(event: unknown): boolean {
  const { reason = "" } = event as Partial<CloseEvent>;
  return isCallerRefused(event) && reason.startsWith("TOKEN_EXPIRED:");
}

/** Listens to the network events of a browser. In Node.js there are none. */
function onNetwork(listeners: Readonly<Record<"online" | "offline", () => void>>): () => void {
  const page: Partial<EventTarget> = globalThis;
  const entries = Object.entries(listeners);
  for (const [event, listener] of entries) page.addEventListener?.(event, listener);
  return () => {
    for (const [event, listener] of entries) page.removeEventListener?.(event, listener);
  };
}

/** Whether the service has closed the socket because it refuses the caller (4403 of graphql-transport-ws). */
export function isCallerRefused(event: unknown): boolean {
  return (event as Partial<CloseEvent>).code === 4403;
}
